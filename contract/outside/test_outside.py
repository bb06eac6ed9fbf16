"""`--kafka host:port`: everything that used the embedded log runs on a cluster elsewhere."""

from __future__ import annotations

import json
import pathlib
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from martlet_server import ROOT, Server, binary
from short_weather import FIRST_ROW, short_weather
from topics import by_offset, read_all

ROWS = 2_400
PACE = 400


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(binary()), *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what: str, holds: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def test_a_cluster_that_does_not_answer_is_named_after_a_bounded_wait(tmp_path: pathlib.Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    ended = run("serve", "--data", str(tmp_path / "d"), "--port", "0", "--kafka", address, "--kafka-wait", "1")
    assert ended.returncode == 1
    assert f"--kafka {address}: no broker answered within 1 s" in ended.stderr
    assert "Connection refused" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kafka", "nowhere"], "'nowhere' is no address of a Kafka broker: give host:port"),
        (["--kafka", "h:1", "--kafka-port", "0"], "leave out --kafka-port"),
        (["--kafka", "h:1", "--kafka-property", "enable.idempotence=false"], "enable.idempotence is not for you"),
        (["--kafka", "h:1", "--kafka-property", "security.protocol=secret"], "security.protocol is not accepted"),
        (["--kafka", "h:1", "--kafka-properties", "/no/such/file"], "/no/such/file"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_their_name(
    tmp_path: pathlib.Path, arguments: list[str], words: str
) -> None:
    ended = run("serve", "--data", str(tmp_path / "d"), "--port", "0", *arguments)
    assert ended.returncode != 0
    assert words in ended.stderr
    assert "secret" not in ended.stderr


def test_topics_and_messages_are_the_cluster_s_and_no_log_is_kept_here(outside: Server, cluster: Server) -> None:
    outside.post("/api/v1/topics", {"name": "orders", "partitions": 2})
    outside.post("/api/v1/topics/orders/messages", {"messages": [{"value": {"n": 1}, "partition": 1}]})
    assert [topic["name"] for topic in cluster.get("/api/v1/topics")["items"]] == ["orders"]
    assert [message["n"] for message in read_all(cluster.bootstrap, "orders", partition=1)] == [1]
    listed = run("topics", "list", "--json", "--server", outside.url)
    assert json.loads(listed.stdout)["items"][0]["messages"] == 1
    status = outside.get("/api/v1/status")
    assert status["kafka"] == {"mode": "outside", "bootstrap": cluster.bootstrap, "reachable": True, "problem": None}
    assert status["kafka_port"] is None
    assert not (outside.data / "log").exists()


def test_while_the_cluster_is_away_the_rest_lives_and_says_why(outside: Server, cluster: Server) -> None:
    outside.post("/api/v1/topics", {"name": "orders"})
    cluster.kill()
    wait_until("the server notices", lambda: not outside.get("/api/v1/status")["kafka"]["reachable"])
    assert "Connection refused" in outside.get("/api/v1/status")["kafka"]["problem"]
    with pytest.raises(AssertionError, match="503"):
        outside.get("/api/v1/topics")
    assert outside.get("/api/v1/models")["items"] == []
    cluster.start()
    wait_until("the server notices", lambda: outside.get("/api/v1/status")["kafka"]["reachable"])
    outside.post("/api/v1/topics/orders/messages", {"messages": [{"value": 1}]})
    assert outside.stop() == 0, outside.log_tail()


def test_a_project_runs_on_it_and_kills_of_both_lose_and_repeat_nothing(
    outside: Server, cluster: Server, tmp_path: pathlib.Path
) -> None:
    project = short_weather(tmp_path / "weather", ROWS, PACE, partitions=3, labels=2)

    def loop() -> dict[str, Any]:
        return outside.get("/api/v1/loops/weather")

    outside.post("/api/v1/projects", {"path": project})
    wait_until("the middle", lambda: loop()["progress"]["rows_scored"] >= ROWS // 4, 120)
    cluster.kill()
    time.sleep(1)
    cluster.start()
    wait_until("it goes on", lambda: loop()["progress"]["rows_scored"] >= ROWS // 2, 120)
    outside.kill()
    outside.start()
    wait_until("it goes on", lambda: loop()["progress"]["rows_scored"] >= ROWS * 2 // 3, 120)
    cluster.kill()
    outside.kill()
    cluster.start()
    outside.start()
    wait_until("the end", lambda: loop()["state"] == "finished", 120)

    report = outside.get("/api/v1/loops/weather/report")
    assert (report["rows_scored"], report["lost"], report["duplicates"]) == (ROWS, 0, 0)
    for topic in ("rain.predictions", "rain.shadow"):
        for partition in range(3):
            found = by_offset(read_all(cluster.bootstrap, topic, partition))
            assert sorted(found) == list(range(ROWS // 3))
    days = [row["day"] for partition in range(3) for row in read_all(cluster.bootstrap, "weather", partition)]
    assert len(days) == len(set(days)) == ROWS
    labels = [row["prediction_id"] for part in range(2) for row in read_all(cluster.bootstrap, "weather.labels", part)]
    assert len(labels) == len(set(labels)) == ROWS
    windows = report["windows"]
    assert [window["first_row"] for window in windows] == list(range(FIRST_ROW, FIRST_ROW + ROWS, 365))
    assert sum(window["labelled"] for window in windows) == ROWS
