"""One run of the demonstration for all tests of this folder, watched from outside while it runs."""

from __future__ import annotations

import json
import pathlib
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from martlet_server import ROOT, Server, binary

LONGEST_DEMO = 6 * 60
"""Seconds that the demonstration may take once everything is set up."""


class Demo(Server):
    """`martlet demo --exit` as a process, with the ports of the server inside it."""

    def __init__(self, data: pathlib.Path) -> None:
        super().__init__(data)
        self.report_path = data.parent / "demo-report.json"

    def command(self) -> list[str]:
        return [
            *(str(binary()), "demo", "--exit", "--report", str(self.report_path)),
            *("--data", str(self.data), "--port", "0", "--kafka-port", "0"),
        ]

    def loop(self) -> dict[str, Any]:
        return self.get("/api/v1/loops/weather")

    def wait_until(self, what: str, holds: Callable[[], bool], seconds: float = LONGEST_DEMO) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            ended = self.process is None or self.process.poll() is not None
            assert not ended, f"the demo ended before {what}:\n{self.log_tail()}"
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{self.log_tail()}"
            time.sleep(0.25)

    def finish(self) -> int:
        assert self.process is not None
        try:
            return self.process.wait(LONGEST_DEMO)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the demo did not end:\n{self.log_tail()}") from None

    def report(self) -> dict[str, Any]:
        return json.loads(self.report_path.read_text())


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo") / "data").start()
    running.wait_until("the project is applied", lambda: bool(running.get("/api/v1/projects")["items"]))
    yield running
    running.kill()


@pytest.fixture(scope="session")
def finished(demo: Demo) -> Demo:
    """The demo after it has ended by itself."""
    assert demo.finish() == 0, demo.log_tail()
    return demo


@pytest.fixture(scope="session")
def reopened(finished: Demo) -> Iterator[Server]:
    """A server on the folder that the demo left behind."""
    server = Server(finished.data).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def weather() -> Any:
    """The data that is played, row by row."""
    import pandas

    return pandas.read_csv(ROOT / "examples/weather/data/noaa-rain.csv.gz")
