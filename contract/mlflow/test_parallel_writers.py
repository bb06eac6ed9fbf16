"""Sixty-four writers at once: no error, and nothing is lost.

For a minute: MARTLET_WRITER_SECONDS=60 pytest contract/mlflow/test_parallel_writers.py -s
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import threading
import time
from typing import Any

from mlflow import MlflowClient

from martlet_server import Server

WRITERS = 64
ROUNDS = 12
SECONDS = float(os.environ.get("MARTLET_WRITER_SECONDS", "0"))
"""How long they write; twelve rounds each when it is 0."""
PARAMS = 100
"""Parameters of a run at most."""


def test_sixty_four_writers_lose_nothing(server: Server, client: MlflowClient, experiment: str) -> None:
    failures: list[str] = []
    written: dict[str, tuple[int, int]] = {}
    deadline = time.monotonic() + SECONDS

    def write(writer: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=60)

        def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
            connection.request(
                "POST", f"/api/2.0/mlflow/{path}", json.dumps(body), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise AssertionError(f"{path}: {answer.status} {text!r}")
            return json.loads(text)

        try:
            run = post("runs/create", {"experiment_id": experiment, "start_time": writer})["run"]["info"]["run_id"]
            rounds = 0
            for number in itertools.count():
                if (number == ROUNDS) if SECONDS == 0 else (time.monotonic() > deadline):
                    break
                metrics = [
                    {"key": "batch", "value": writer, "timestamp": number, "step": number * 20 + step}
                    for step in range(20)
                ]
                post(
                    "runs/log-batch",
                    {"run_id": run, "metrics": metrics, "params": [{"key": f"p{number % PARAMS}", "value": "v"}]},
                )
                post("runs/log-metric", {"run_id": run, "key": "one", "value": number, "timestamp": 1, "step": number})
                post("runs/set-tag", {"run_id": run, "key": "round", "value": str(number)})
                rounds = number + 1
            written[run] = (writer, rounds)
        except Exception as error:
            failures.append(f"{writer}: {error}")
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert len(written) == WRITERS
    for run_id, (writer, rounds) in written.items():
        run = client.get_run(run_id)
        assert run.info.start_time == writer
        assert len(run.data.params) == min(rounds, PARAMS)
        assert run.data.tags["round"] == str(rounds - 1)
        assert run.data.metrics == {"batch": writer, "one": rounds - 1}
        assert [point.step for point in client.get_metric_history(run_id, "batch")] == list(range(rounds * 20))
    total = sum(rounds for _, rounds in written.values())
    print(f"{WRITERS} writers, {3 * total + WRITERS} requests, {21 * total} points, nothing lost")
