"""Killing the server under load, and filling its disk."""

from __future__ import annotations

import os
import pathlib
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from crash import crash
from log_clients import create_topic, produce, read, values

from martlet_server import Server

ROUNDS = int(os.environ.get("MARTLET_CRASH_ROUNDS", "5"))
KILLS = int(os.environ.get("MARTLET_CRASH_KILLS", "15"))


def test_what_was_acknowledged_outlives_kills_under_every_kind_of_load(make_server) -> None:
    """The short form of `python contract/log/crash.py --kills 200`."""
    lines = crash(make_server(), KILLS, seed=random.randrange(2**32))
    assert len(lines) == 8, lines


class Copy(threading.Thread):
    """Copies a topic in transactions, positions included, and begins anew after every error."""

    def __init__(self, bootstrap: str, source: str, target: str, count: int) -> None:
        super().__init__(name="copy")
        self.bootstrap, self.source, self.target, self.count = bootstrap, source, target, count
        self.done = False

    def run(self) -> None:
        deadline = time.monotonic() + 180
        while not self.done and time.monotonic() < deadline:
            try:
                self.attempt()
            except KafkaException:
                time.sleep(0.1)

    def attempt(self) -> None:
        common = {"bootstrap.servers": self.bootstrap, "reconnect.backoff.max.ms": 200}
        producer = Producer({**common, "transactional.id": "copy", "transaction.timeout.ms": 10_000})
        producer.init_transactions(20)
        consumer = Consumer(
            {
                **common,
                "group.id": "copy",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "session.timeout.ms": 6_000,
            }
        )
        consumer.subscribe([self.source])
        try:
            while not self.done:
                messages = [message for message in consumer.consume(100, 1) if not message.error()]
                if not messages:
                    place = consumer.committed([TopicPartition(self.source, 0)], timeout=10)[0]
                    self.done = place.offset >= self.count
                    continue
                producer.begin_transaction()
                for message in messages:
                    producer.produce(self.target, message.value())
                position = [TopicPartition(self.source, 0, messages[-1].offset() + 1)]
                producer.send_offsets_to_transaction(position, consumer.consumer_group_metadata(), 20)
                producer.commit_transaction(20)
        finally:
            consumer.close()


def test_a_copy_in_transactions_is_exact_in_spite_of_kills(make_server) -> None:
    server: Server = make_server()
    server.wanted_ports = (0, server.kafka_port)
    create_topic(server.bootstrap, "source")
    create_topic(server.bootstrap, "target")
    count = 20_000
    sent = [b"%d" % number for number in range(count)]
    produce(server.bootstrap, "source", sent)
    copy = Copy(server.bootstrap, "source", "target", count)
    copy.start()
    for _ in range(ROUNDS):
        time.sleep(random.uniform(0.3, 1.0))
        server.kill()
        server.start()
    copy.join(200)
    assert copy.done, server.log_tail()
    assert values(read(server.bootstrap, "target", **{"isolation.level": "read_committed"})) == sent


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A file system of 24 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(path)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a file system of its own needs root")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=False)


def test_a_full_disk_refuses_and_recovers_by_itself(small_disk: pathlib.Path) -> None:
    filler = small_disk / "filler"
    server = Server(small_disk / "data").start()
    try:
        create_topic(server.bootstrap, "t")
        kept = [b"%d" % number for number in range(100)]
        produce(server.bootstrap, "t", kept)
        # Without a buffer, of which closing would want to write the rest.
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65_536)
            except OSError:
                pass
        outcomes: list = []
        producer = Producer({"bootstrap.servers": server.bootstrap, "message.timeout.ms": 3_000, "retries": 2})
        producer.produce("t", os.urandom(500_000), on_delivery=lambda error, message: outcomes.append(error))
        producer.flush(20)
        assert outcomes and outcomes[0] is not None
        assert values(read(server.bootstrap, "t")) == kept
        filler.unlink()
        assert produce(server.bootstrap, "t", [b"after"]) == [100]
        assert values(read(server.bootstrap, "t")) == [*kept, b"after"]
    finally:
        server.kill()
