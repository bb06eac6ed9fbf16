"""`/metrics` as Prometheus' own parser reads it."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable

from confluent_kafka import Consumer, TopicPartition
from log_clients import create_topic, produce, read
from prometheus_client.parser import text_string_to_metric_families

from martlet_server import Server


def samples(server: Server) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels; a name or a line that Prometheus refuses raises."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = answer.read().decode()
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type != "unknown", family
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, f"{key} is told twice"
            found[key] = sample.value
    return found


def value(server: Server, name: str, **labels: str) -> float | None:
    return samples(server).get((name, frozenset(labels.items())))


def wait_for(what: str, holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def test_topics_tell_records_and_bytes_in_and_out(server: Server) -> None:
    create_topic(server.bootstrap, "counted", 1)
    produce(server.bootstrap, "counted", [b"x" * 100] * 50)
    read(server.bootstrap, "counted")
    assert value(server, "log_topic_in_records_total", topic="counted") == 50
    assert value(server, "log_topic_in_bytes_total", topic="counted") > 5_000
    assert value(server, "log_topic_out_bytes_total", topic="counted") > 5_000
    wait_for("the end", lambda: value(server, "log_partition_end_offset", topic="counted", partition="0") == 50)
    assert value(server, "log_partition_unreadable_records", topic="counted", partition="0") == 0
    assert value(server, "log_partition_stalled_seconds", topic="counted", partition="0") == 0


def test_requests_tell_their_latencies_by_api(server: Server) -> None:
    create_topic(server.bootstrap, "timed", 1)
    before = value(server, "log_request_seconds_count", api="produce") or 0
    produce(server.bootstrap, "timed", [b"x"])
    found = samples(server)
    count = found[("log_request_seconds_count", frozenset({("api", "produce")}))]
    assert count > before
    buckets = {
        dict(labels)["le"]: number
        for (name, labels), number in found.items()
        if name == "log_request_seconds_bucket" and ("api", "produce") in labels
    }
    assert buckets["+Inf"] == count
    assert sorted(buckets.values()) == [buckets[key] for key in sorted(buckets, key=float)]


def test_a_group_that_does_not_move_is_told_with_its_lag(server: Server) -> None:
    create_topic(server.bootstrap, "behind", 1)
    produce(server.bootstrap, "behind", [b"x"] * 10)
    consumer = Consumer({"bootstrap.servers": server.bootstrap, "group.id": "slow", "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition("behind", 0, 4)], asynchronous=False)
    labels = {"group": "slow", "topic": "behind", "partition": "0"}
    wait_for("the lag", lambda: value(server, "log_group_lag_records", **labels) == 6)
    wait_for("the stall", lambda: (value(server, "log_group_stalled_seconds", **labels) or 0) > 0)
    consumer.commit(offsets=[TopicPartition("behind", 0, 10)], asynchronous=False)
    wait_for("no lag", lambda: value(server, "log_group_lag_records", **labels) == 0)
    assert value(server, "log_group_stalled_seconds", **labels) == 0
    consumer.close()


def test_a_deleted_topic_is_told_no_more(server: Server) -> None:
    create_topic(server.bootstrap, "gone", 1)
    produce(server.bootstrap, "gone", [b"x"])
    wait_for("it is told", lambda: value(server, "log_partition_bytes", topic="gone", partition="0") is not None)
    server.request("DELETE", "/api/v1/topics/gone")
    wait_for("it is forgotten", lambda: not any(("topic", "gone") in labels for _, labels in samples(server)))
