"""The disk is full in the middle of the loop: nobody is told a lie, and it goes on by itself when there is room."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from martlet_server import Server
from short_weather import short_weather
from topics import by_offset, read_all

ROWS = 800


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A file system of 128 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(path)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a file system of its own needs root")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=False)


def fill(path: pathlib.Path) -> None:
    """Takes all room, to the last byte."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4_096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass


def wait_until(what: str, holds: Callable[[], Any], server: Server, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{server.log_tail()}"
        time.sleep(0.1)


def refusal(server: Server, path: str, body: bytes) -> tuple[int, str]:
    """Status and text of a request that must be refused."""
    request = urllib.request.Request(server.url + path, body, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)
    return caught.value.code, caught.value.read().decode()


def test_a_full_disk_stops_only_writing_and_the_loop_goes_on_by_itself(
    small_disk: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    project = short_weather(tmp_path / "weather", ROWS, rows_per_second=150)
    server = Server(small_disk / "data")
    server.log = tmp_path / "server.log"
    server.start()
    try:
        server.post("/api/v1/projects", {"path": project})
        server.post("/api/v1/topics", {"name": "other"})

        def scored() -> int:
            return server.get("/api/v1/loops/weather")["progress"]["rows_scored"]

        wait_until("the middle", lambda: scored() >= ROWS // 5, server)
        fill(small_disk / "filler")

        outcomes: list[Any] = []
        producer = Producer({"bootstrap.servers": server.bootstrap, "message.timeout.ms": 3_000, "retries": 2})
        producer.produce("other", os.urandom(400_000), on_delivery=lambda error, _: outcomes.append(error))
        producer.flush(20)
        assert outcomes and outcomes[0] is not None, "a message was acknowledged that there was no room for"

        experiment = b'{"name": "%s"}' % (b"x" * 200)
        status, text = refusal(server, "/api/2.0/mlflow/experiments/create", experiment)
        assert status in (503, 507) and "full" in text, (status, text)
        # reading goes on, of topics and of everything else
        kept = read_all(server.bootstrap, "weather")
        assert len(kept) >= ROWS // 5
        assert server.get("/api/v1/loops/weather")["windows"] is not None
        assert server.get("/api/2.0/mlflow/experiments/get?experiment_id=0")["experiment"]["name"] == "Default"

        (small_disk / "filler").unlink()
        wait_until("the end", lambda: server.get("/api/v1/loops/weather")["state"] == "finished", server)
        report = server.get("/api/v1/loops/weather/report")
        assert (report["rows_scored"], report["lost"], report["duplicates"]) == (ROWS, 0, 0)
        for topic in ("rain.predictions", "rain.shadow"):
            assert sorted(by_offset(read_all(server.bootstrap, topic))) == list(range(ROWS))
        assert [row["_offset"] for row in read_all(server.bootstrap, "weather")][: len(kept)] == list(range(len(kept)))
        server.post("/api/2.0/mlflow/experiments/create", {"name": "there is room again"})
    finally:
        server.kill()
