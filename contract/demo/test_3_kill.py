"""`kill -9` in the middle of the loop, and a restart: it goes on, and nothing is lost, repeated or half done."""

from __future__ import annotations

import pathlib
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from martlet_server import ROOT, Server
from topics import by_offset, read_all

ROWS = 14_509
PACE = 600
"""Rows a second: faster than the demonstration, so that the kills fall into busy moments."""


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """The weather project, played faster."""
    folder = tmp_path / "weather"
    shutil.copytree(ROOT / "examples/weather", folder)
    file = folder / "martlet.yaml"
    content = yaml.safe_load(file.read_text())
    for deployment in content["deployments"]:
        if deployment["configuration"]["kind"] == "replay":
            deployment["configuration"]["rowsPerSecond"] = PACE
    file.write_text(yaml.safe_dump(content))
    return folder


def test_the_loop_goes_on_after_kills(make_server: Callable[..., Server], project: pathlib.Path) -> None:
    server = make_server()
    server.post("/api/v1/projects", {"path": str(project)})
    moments: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
        ("in the middle of scoring", lambda loop: loop["progress"]["rows_scored"] >= 4_000),
        ("while a successor is trained", lambda loop: busy(loop)),
        ("right after the first promotion", lambda loop: any(s["kind"] == "promoted" for s in loop["steps"])),
        ("in the middle of scoring again", lambda loop: loop["progress"]["rows_scored"] >= 13_000),
    ]
    for what, reached in moments:
        wait_for(server, what, reached)
        server.kill()
        server.start()
    wait_for(server, "the end", lambda loop: loop["state"] == "finished")

    report = server.get("/api/v1/loops/weather/report")
    assert (report["rows_scored"], report["lost"], report["duplicates"]) == (ROWS, 0, 0)
    for topic in ("rain.predictions", "rain.shadow"):
        assert sorted(by_offset(read_all(server.bootstrap, topic))) == list(range(ROWS))
    assert len(read_all(server.bootstrap, "weather")) == ROWS
    labels = [label["prediction_id"] for label in read_all(server.bootstrap, "weather.labels")]
    assert len(labels) == len(set(labels))
    promotions_are_whole(server)


def promotions_are_whole(server: Server) -> None:
    """What the journal calls promoted is what the registry has and what the champion's predictions say."""
    model = server.get("/api/v1/models/rain")
    loop = server.get("/api/v1/loops/weather")
    promoted = [step["links"]["model"] for step in loop["steps"] if step["kind"] == "promoted"]
    assert promoted and len(promoted) == len(set(promoted))
    assert f"rain@{model['aliases']['champion']}" == promoted[-1]
    used: list[int] = []
    for _, prediction in sorted(by_offset(read_all(server.bootstrap, "rain.predictions")).items()):
        if not used or used[-1] != prediction["version"]:
            used.append(prediction["version"])
    # Where training is slow the rows may be over before the last successors serve; none before them is left out.
    assert len(used) > 1, "no successor has served"
    assert [f"rain@{version}" for version in used[1:]] == promoted[: len(used) - 1]


def busy(loop: dict[str, Any]) -> bool:
    """True while a retraining has begun and is neither promoted nor refused nor failed."""
    kinds = [step["kind"] for step in loop["steps"]]
    last = max((i for i, kind in enumerate(kinds) if kind in ("triggered", "dataset_cut")), default=None)
    return last is not None and not {"promoted", "refused", "failed"} & set(kinds[last:])


def wait_for(server: Server, what: str, reached: Callable[[dict[str, Any]], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not reached(loop := server.get("/api/v1/loops/weather")):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}; {loop['progress']}\n{server.log_tail()}"
        assert loop["state"] != "failed", server.log_tail()
        time.sleep(0.1)
