"""What was acknowledged is there after the server was killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mlflow import MlflowClient

from martlet_server import Server


def test_a_killed_server_keeps_what_it_acknowledged(make_server: Callable[..., Server], database: list[str]) -> None:
    acknowledged: dict[str, int] = {}
    for round_number in range(3):
        server = make_server("data", *database)
        client = MlflowClient(server.url, server.url)
        runs = [client.create_run("0", run_name=f"{round_number}-{index}").info.run_id for index in range(8)]

        def write(run_id: str, client: MlflowClient = client) -> None:
            step = 0
            try:
                while True:
                    client.log_metric(run_id, "m", step, step=step, timestamp=step + 1)
                    step += 1
                    acknowledged[run_id] = step
            except Exception:
                return

        writers = [threading.Thread(target=write, args=(run_id,)) for run_id in runs]
        for writer in writers:
            writer.start()
        while min((acknowledged.get(run_id, 0) for run_id in runs), default=0) < 20:
            time.sleep(0.01)
        server.kill()
        for writer in writers:
            writer.join()
    client = MlflowClient(make_server("data", *database).url)
    for run_id, count in acknowledged.items():
        steps = [point.step for point in client.get_metric_history(run_id, "m")]
        assert steps[:count] == list(range(count))
        assert len(steps) <= count + 1
