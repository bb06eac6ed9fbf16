"""Sixty-four writers at once: no error, and nothing is lost."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any

from mlflow import MlflowClient

from martlet_server import Server

WRITERS = 64
ROUNDS = 12


def test_sixty_four_writers_lose_nothing(server: Server, client: MlflowClient, experiment: str) -> None:
    failures: list[str] = []
    written: dict[str, int] = {}

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
            for number in range(ROUNDS):
                metrics = [
                    {"key": "batch", "value": writer, "timestamp": number, "step": number * 20 + step}
                    for step in range(20)
                ]
                post(
                    "runs/log-batch",
                    {"run_id": run, "metrics": metrics, "params": [{"key": f"p{number}", "value": "v"}]},
                )
                post("runs/log-metric", {"run_id": run, "key": "one", "value": number, "timestamp": 1, "step": number})
                post("runs/set-tag", {"run_id": run, "key": "round", "value": str(number)})
            written[run] = writer
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
    for run_id, writer in written.items():
        run = client.get_run(run_id)
        assert run.info.start_time == writer
        assert len(run.data.params) == ROUNDS
        assert run.data.tags["round"] == str(ROUNDS - 1)
        assert run.data.metrics == {"batch": writer, "one": ROUNDS - 1}
        assert [point.step for point in client.get_metric_history(run_id, "batch")] == list(range(ROUNDS * 20))
