"""What was acknowledged is there after the server was killed.

One command kills it fifty times: MARTLET_KILLS=50 pytest contract/mlflow/test_durability.py
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mlflow import MlflowClient
from mlflow.entities import Metric, Param

from martlet_server import Server

KILLS = int(os.environ.get("MARTLET_KILLS", "3"))
WRITERS = 6


@dataclass
class Acknowledged:
    """What one writer was told is stored."""

    runs: list[str] = field(default_factory=list)
    metrics: dict[str, int] = field(default_factory=dict)
    params: dict[str, int] = field(default_factory=dict)
    artifacts: dict[str, list[bytes]] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)


def put(server: Server, path: str, content: bytes | None) -> bool:
    """Sends or deletes an artifact; whether the server acknowledged it."""
    url = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{path}"
    how = ["-X", "DELETE"] if content is None else ["-T", "-"]
    return subprocess.run(["curl", "-sf", *how, url], input=content, capture_output=True).returncode == 0


def write(server: Server, known: Acknowledged, seed: int) -> None:
    """Writes until the server has gone."""
    chance = random.Random(seed)
    client = MlflowClient(server.url, server.url)
    try:
        model = f"model-{seed}"
        client.create_registered_model(model)
        known.models[model] = 0
        while True:
            run_id = client.create_run("0").info.run_id
            known.runs.append(run_id)
            for step in range(10):
                client.log_batch(
                    run_id,
                    metrics=[Metric(f"m{index}", step, step + 1, step) for index in range(20)],
                    params=[Param(f"p{step}", str(step))],
                )
                known.metrics[run_id] = step + 1
                known.params[run_id] = step + 1
                content = chance.randbytes(chance.choice([0, 10, 100_000]))
                if not put(server, f"0/{run_id}/artifacts/{step}", content):
                    return
                known.artifacts.setdefault(run_id, []).append(content)
            if not put(server, f"0/{run_id}/artifacts/0", None):
                return
            known.deleted[run_id] = 1
            client.create_model_version(model, f"s3://bucket/{run_id}")
            known.models[model] += 1
    except Exception:
        return


def check(server: Server, known: Acknowledged) -> None:
    client = MlflowClient(server.url, server.url)
    for run_id in known.runs:
        data = client.get_run(run_id).data
        steps = known.metrics.get(run_id, 0)
        for index in range(20) if steps else ():
            assert data.metrics[f"m{index}"] >= steps - 1
        assert len(data.params) >= known.params.get(run_id, 0)
        contents = known.artifacts.get(run_id, [])
        for number in range(known.deleted.get(run_id, 0), len(contents)):
            url = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/{number}"
            got = subprocess.run(["curl", "-s", url], capture_output=True).stdout
            # The deletion of the first may have been stored without its answer having come.
            assert got == contents[number] or number == 0, (run_id, number)
        if steps:
            history = [point.step for point in client.get_metric_history(run_id, "m0")]
            assert history[:steps] == list(range(steps))
    for model, versions in known.models.items():
        assert len(client.search_model_versions(f"name = '{model}'")) >= versions


def test_a_killed_server_keeps_what_it_acknowledged_and_leaks_nothing(
    make_server: Callable[..., Server], database: list[str]
) -> None:
    totals = {"runs": 0, "points": 0, "artifacts": 0}
    chance = random.Random(11)
    server = make_server("data", *database)
    for round_number in range(KILLS):
        written = [Acknowledged() for _ in range(WRITERS)]
        writers = [
            threading.Thread(target=write, args=(server, known, round_number * WRITERS + index))
            for index, known in enumerate(written)
        ]
        for writer in writers:
            writer.start()
        while sum(len(known.artifacts) for known in written) < WRITERS:
            time.sleep(0.01)
        time.sleep(chance.random())
        server.kill()
        for writer in writers:
            writer.join()
        server = make_server("data", *database)
        for known in written:
            check(server, known)
            totals["runs"] += len(known.runs)
            totals["points"] += 20 * sum(known.metrics.values())
            totals["artifacts"] += sum(len(contents) for contents in known.artifacts.values())
    print(f"{KILLS} kills, nothing lost of {totals}")
    if not database:  # the check looks into SQLite's file
        leaked = unused_blobs(server)
        assert leaked == set(), f"{len(leaked)} blobs that nothing uses are left"


def unused_blobs(server: Server) -> set[str]:
    """Blobs on the disk that no artifact uses, once the sweep at the start is over."""
    for _ in range(200):
        with sqlite3.connect(f"file:{server.data}/martlet.sqlite?mode=ro", uri=True) as database:
            used = {row[0] for row in database.execute("SELECT hash FROM artifacts WHERE hash IS NOT NULL")}
        stored = {path.name for path in (server.data / "artifacts/blobs").glob("*/*")}
        if stored == used:
            break
        time.sleep(0.05)
    assert used <= stored
    return stored - used
