"""The log's promises that no other file of these tests holds it to: order, no loss, no repetition, one truth for all.

The others are where their subject is: offsets, acknowledgements and waiting fetches in test_produce_and_fetch.py,
damaged batches and slow readers in test_bad_input.py, atomicity, zombies and abandoned transactions in
test_transactions.py, shares and dead members in test_groups.py, retention, compaction and restarts in
test_administration.py, and kill -9 in test_crashes.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable

import kafka
import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from log_clients import NUMBERS, create_topic, produce, read, values
from rough_network import RoughNetwork
from wire import INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, OUT_OF_ORDER, Wire, batch

from martlet_server import Server

COMMITTED = {"isolation.level": "read_committed"}
HERE = pathlib.Path(__file__).parent


def restart(server: Server) -> None:
    """Kills the server and starts it again on the same ports."""
    server.wanted_ports = (server.http_port, server.kafka_port)
    server.kill()
    server.start()


# Loss


def test_nothing_acknowledged_is_lost_by_a_power_cut(
    tmp_path: pathlib.Path, make_server: Callable[..., Server]
) -> None:
    library = tmp_path / "power_cut.so"
    # Swift brings a clang of its own.
    compiler = [
        shutil.which("clang") or "cc",
        "-shared",
        "-fPIC",
        "-O1",
        "-o",
        str(library),
        str(HERE / "power_cut.c"),
        "-ldl",
    ]
    subprocess.run(compiler, check=True, capture_output=True, timeout=60)
    data, shadow = tmp_path / "data", tmp_path / "shadow"
    server = Server(data)
    server.environment = {
        "LD_PRELOAD": str(library),
        "POWER_CUT_ROOT": str(data / "log"),
        "POWER_CUT_SHADOW": str(shadow),
    }
    server.start()
    create_topic(server.bootstrap, "t", 2, segment_bytes="60000")
    kept: list[dict[int, bytes]] = [{}, {}]
    for round_number in range(30):
        for partition in range(2):
            sent = [b"%d %d %s" % (round_number, number, b"x" * 100) for number in range(40)]
            kept[partition].update(zip(produce(server.bootstrap, "t", sent, partition), sent, strict=True))
    producer = Producer({"bootstrap.servers": server.bootstrap, "transactional.id": "cut"})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce("t", b"committed", partition=0)
    producer.commit_transaction(20)
    consumer = Consumer({"bootstrap.servers": server.bootstrap, "group.id": "cut"})
    consumer.commit(offsets=[TopicPartition("t", 0, 17)], asynchronous=False)
    server.kill()
    shutil.copytree(shadow / "tree", tmp_path / "after" / "log")
    after = make_server("after")
    for partition in range(2):
        found = read(after.bootstrap, "t", 2, **COMMITTED)
        there = {message.offset(): message.value() for message in found if message.partition() == partition}
        assert kept[partition].items() <= there.items()
    assert b"committed" in values(found)
    again = Consumer({"bootstrap.servers": after.bootstrap, "group.id": "cut"})
    assert again.committed([TopicPartition("t", 0)], timeout=10)[0].offset == 17
    consumer.close()
    again.close()


def test_what_was_read_is_still_there_after_a_kill(make_server: Callable[..., Server]) -> None:
    server = make_server()
    create_topic(server.bootstrap, "t")
    stop = threading.Event()

    def write() -> None:
        producer = Producer({"bootstrap.servers": server.bootstrap, "linger.ms": 1, "message.timeout.ms": 1_000})
        number = 0
        while not stop.is_set():
            try:
                producer.produce("t", b"%d" % number)
                number += 1
            except BufferError:
                producer.poll(0.1)
            producer.poll(0.0005)
        producer.flush(2)

    writer = threading.Thread(target=write)
    writer.start()
    consumer = Consumer({"bootstrap.servers": server.bootstrap, "group.id": "reads", "fetch.wait.max.ms": 10})
    consumer.assign([TopicPartition("t", 0, 0)])
    seen: dict[int, bytes] = {}
    while len(seen) < 1_000:
        for message in consumer.consume(500, 0.2):
            if not message.error():
                seen[message.offset()] = message.value()
    server.kill()
    stop.set()
    server.wanted_ports = (0, server.kafka_port)
    server.start()
    after = {message.offset(): message.value() for message in read(server.bootstrap, "t")}
    assert seen.items() <= after.items()
    consumer.close()
    writer.join()


def test_committed_positions_never_go_back(make_server: Callable[..., Server]) -> None:
    server = make_server()
    produce(server.bootstrap, "t", [b"x"] * 1_000)
    numbers = random.Random(7)
    position = 0
    for _ in range(4):
        consumer = Consumer({"bootstrap.servers": server.bootstrap, "group.id": "forward"})
        for _ in range(numbers.randrange(5, 20)):
            position += 1
            consumer.commit(offsets=[TopicPartition("t", 0, position)], asynchronous=False)
        restart(server)
        assert consumer.committed([TopicPartition("t", 0)], timeout=20)[0].offset == position
        consumer.close()


# One truth


def contents_by_kcat(bootstrap: str, topic: str) -> list[tuple[int, bytes]]:
    command = ["kcat", "-C", "-b", bootstrap, "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-f", "%o %s\n"]
    output = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return [(int(line.split(b" ", 1)[0]), line.split(b" ", 1)[1]) for line in output.splitlines()]


def contents_by_kafka_python(bootstrap: str, topic: str, count: int) -> list[tuple[int, bytes]]:
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    got: list[tuple[int, bytes]] = []
    while len(got) < count:
        polled = consumer.poll(10_000)
        assert polled, f"only {len(got)} of {count}"
        got += [(record.offset, record.value) for records in polled.values() for record in records]
    consumer.close()
    return got


def test_every_reader_sees_the_same_log_also_after_a_restart(make_server: Callable[..., Server]) -> None:
    server = make_server()
    create_topic(server.bootstrap, "t", 1, segment_bytes="20000")
    for codec in ("none", "gzip"):  # kafka-python brings no library for the others
        sent = [b"%s %d" % (codec.encode(), number) for number in range(500)]
        produce(server.bootstrap, "t", sent, **{"compression.type": codec})

    def contents() -> list[tuple[int, bytes]]:
        return [(message.offset(), message.value()) for message in read(server.bootstrap, "t")]

    first = contents()
    assert [offset for offset, _ in first] == list(range(1_000))
    assert contents_by_kcat(server.bootstrap, "t") == first
    assert contents_by_kafka_python(server.bootstrap, "t", len(first)) == first
    before = hashlib.sha256(repr(first).encode()).hexdigest()
    restart(server)
    assert hashlib.sha256(repr(contents()).encode()).hexdigest() == before
    assert server.stop() == 0
    server.start()
    assert hashlib.sha256(repr(contents()).encode()).hexdigest() == before


def test_refused_batches_use_up_no_offsets(server: Server, bootstrap: str, make_topic) -> None:
    topic = make_topic(max_message_bytes="2000")
    with Wire(server.kafka_port) as wire:
        offsets = []
        for number in range(10):
            error, offset = wire.produce(topic, batch([b"good %d" % number]))
            assert error == 0
            offsets.append(offset)
            damaged = bytearray(batch([b"bad"]))
            damaged[-1] ^= 1
            assert wire.produce(topic, bytes(damaged))[0] == 2
            assert wire.produce(topic, batch([b"x" * 4_000]))[0] == 10
            assert wire.produce(topic, batch([b"later"], *wire.new_producer(), 5, True), "t")[0] != 0
    assert offsets == list(range(10))
    assert values(read(bootstrap, topic)) == [b"good %d" % number for number in range(10)]


# Order and repetition


def test_concurrent_producers_keep_their_own_order(bootstrap: str, make_topic) -> None:
    topic = make_topic(2)
    idempotent = {"enable.idempotence": True, "batch.num.messages": 20, "linger.ms": 1}

    def write(name: bytes) -> None:
        producer = Producer({"bootstrap.servers": bootstrap, **idempotent})
        for number in range(2_000):
            producer.produce(topic, b"%s %d" % (name, number), partition=number % 2)
            producer.poll(0)
        assert producer.flush(30) == 0

    writers = [threading.Thread(target=write, args=(b"w%d" % number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    messages = read(bootstrap, topic, 2)
    for partition in range(2):
        for name in (b"w%d" % number for number in range(4)):
            mine = [
                int(message.value().split()[1])
                for message in messages
                if message.partition() == partition and message.value().startswith(name + b" ")
            ]
            assert mine == list(range(partition, 2_000, 2))


def test_a_repeated_batch_is_answered_with_its_place_and_written_once(
    server: Server, bootstrap: str, topic: str
) -> None:
    with Wire(server.kafka_port) as wire:
        producer, epoch = wire.new_producer()
        sent = [batch([b"%d" % number], producer, epoch, number) for number in range(5)]
        for number, one in enumerate(sent):
            assert wire.produce(topic, one) == (0, number)
        for number in (4, 0, 2, 3, 1):
            assert wire.produce(topic, sent[number]) == (0, number)
    assert values(read(bootstrap, topic)) == [b"%d" % number for number in range(5)]


def test_repetitions_are_known_after_a_kill(make_server: Callable[..., Server]) -> None:
    server = make_server()
    create_topic(server.bootstrap, "t")
    with Wire(server.kafka_port) as wire:
        producer, epoch = wire.new_producer()
        assert wire.produce("t", batch([b"a", b"b"], producer, epoch, 0)) == (0, 0)
    restart(server)
    with Wire(server.kafka_port) as wire:
        assert wire.produce("t", batch([b"a", b"b"], producer, epoch, 0)) == (0, 0)
        assert wire.produce("t", batch([b"c"], producer, epoch, 2)) == (0, 2)
        assert wire.new_producer()[0] != producer
    assert values(read(server.bootstrap, "t")) == [b"a", b"b", b"c"]


def test_a_gap_in_the_sequence_and_an_old_epoch_are_refused(server: Server, bootstrap: str, topic: str) -> None:
    with Wire(server.kafka_port) as wire:
        producer, _ = wire.new_producer()
        assert wire.produce(topic, batch([b"first"], producer, 1, 0)) == (0, 0)
        assert wire.produce(topic, batch([b"gap"], producer, 1, 2))[0] == OUT_OF_ORDER
        assert wire.produce(topic, batch([b"old epoch"], producer, 0, 1))[0] == INVALID_PRODUCER_EPOCH
        assert wire.produce(topic, batch([b"new epoch, not from 0"], producer, 2, 1))[0] == OUT_OF_ORDER
        assert wire.produce(topic, batch([b"second"], producer, 1, 1)) == (0, 1)
    assert values(read(bootstrap, topic)) == [b"first", b"second"]


def test_records_outside_a_transaction_are_not_taken_into_one(server: Server, bootstrap: str, topic: str) -> None:
    with Wire(server.kafka_port) as wire:
        producer, epoch = wire.new_producer()
        stray = batch([b"stray"], producer, epoch, 0, is_transactional=True)
        assert wire.produce(topic, stray, "nobody's")[0] in (INVALID_TXN_STATE, 49)
    assert read(bootstrap, topic) == []


def test_nothing_is_lost_or_repeated_though_connections_are_cut(make_server: Callable[..., Server]) -> None:
    with RoughNetwork(seed=11, cuts=0.02) as network:
        server = make_server("data", "--advertised-port", str(network.port))
        network.lead_to(server.kafka_port)
        bootstrap = f"127.0.0.1:{network.port}"
        quick = {"reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 50, "retry.backoff.ms": 10}
        create_topic(bootstrap, "t")
        sent = [b"%d" % number for number in range(6_000)]
        produce(bootstrap, "t", sent, **{"enable.idempotence": True, "batch.num.messages": 50, **quick})
        assert network.cut_count > 0
        assert values(read(bootstrap, "t", **quick)) == sent
        network.calm()
        assert values(read(bootstrap, "t")) == sent


def test_transactions_are_exact_though_connections_are_cut(make_server: Callable[..., Server]) -> None:
    with RoughNetwork(seed=13, cuts=0.03) as network:
        server = make_server("data", "--advertised-port", str(network.port))
        network.lead_to(server.kafka_port)
        bootstrap = f"127.0.0.1:{network.port}"
        quick = {"reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 50, "retry.backoff.ms": 10}
        producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": "rough", **quick})
        producer.init_transactions(30)
        committed: list[bytes] = []
        for number in range(30):
            mine = [b"%d %d" % (number, index) for index in range(5)]
            producer.begin_transaction()
            for value in mine:
                producer.produce("t", value)
            end = producer.abort_transaction if number % 3 == 2 else producer.commit_transaction
            for _ in range(20):
                try:
                    end(30)
                    break
                except KafkaException as error:
                    assert error.args[0].retriable(), error
            committed += [] if number % 3 == 2 else mine
        network.calm()
        assert values(read(bootstrap, "t", **COMMITTED)) == committed


# Limits of fetches


def test_an_answer_is_bounded_by_what_the_fetch_allows(server: Server, bootstrap: str, topic: str) -> None:
    with Wire(server.kafka_port) as wire:
        size = len(batch([b"x" * 1_000]))
        for _ in range(20):
            assert wire.produce(topic, batch([b"x" * 1_000]))[0] == 0
        assert len(wire.fetch(topic, 0, 5 * size, 1 << 20)) == 5 * size
        assert len(wire.fetch(topic, 0, 1 << 20, 3 * size + 10)) == 3 * size
        assert len(wire.fetch(topic, 0, 10, 10)) == size, "the first batch is given whole, or nobody would come past it"
        assert len(wire.fetch(topic, 18, 1 << 20, 1 << 20)) == 2 * size


# Groups


def test_nothing_is_missed_while_members_come_and_go(bootstrap: str, make_topic) -> None:
    topic, group = make_topic(4), f"coming-{next(NUMBERS)}"
    total = 4_000
    handled: set[bytes] = set()
    lock = threading.Lock()
    done = threading.Event()

    def work(quits_after: int | None) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "session.timeout.ms": 6_000,
                "heartbeat.interval.ms": 300,
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        consumer.subscribe([topic])
        count = 0
        while not done.is_set() and (quits_after is None or count < quits_after):
            for message in consumer.consume(50, 0.1):
                if message.error():
                    continue
                count += 1
                with lock:
                    handled.add(message.value())
            # Where a partition is somebody else's by now, or nothing came, there is nothing to commit.
            with contextlib.suppress(KafkaException):
                consumer.commit(asynchronous=False)
            with lock:
                if len(handled) == total:
                    done.set()
        consumer.close()

    for partition in range(4):
        produce(bootstrap, topic, [b"%d %d" % (partition, number) for number in range(total // 4)], partition)
    workers = [threading.Thread(target=work, args=(limit,)) for limit in (None, 200, None, 300)]
    for worker in workers:
        worker.start()
    finished = done.wait(60)
    done.set()
    for worker in workers:
        worker.join()
    assert finished, f"{total - len(handled)} of {total} were never handed out"


# Retention and compaction


def test_retention_goes_by_the_records_own_times(bootstrap: str, make_topic) -> None:
    topic = make_topic(segment_bytes="5000", retention_ms="3600000")
    now = int(time.time() * 1_000)
    old = Producer({"bootstrap.servers": bootstrap})
    for number in range(100):
        age = 7_200_000 if number < 60 else 0
        old.produce(topic, b"%d %s" % (number, b"x" * 200), timestamp=now - age)
        old.flush(10)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    place = TopicPartition(topic, 0)
    low, deadline = 0, time.monotonic() + 60
    # It looks several times, also while records still come; a segment holds eighteen of them.
    while low <= 60 - 18 and time.monotonic() < deadline:
        low = admin.list_offsets({place: OffsetSpec.earliest()})[place].result(10).offset
        time.sleep(0.2)
    assert 60 - 18 < low <= 60, "whole segments go, and only those whose every record is too old"
    assert [message.offset() for message in read(bootstrap, topic, start=low)] == list(range(low, 100))
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    assert consumer.poll(20).offset() == low, "a reader whose place is gone begins at the oldest"
    consumer.close()


def test_compaction_that_is_cut_off_by_kills_loses_no_key(make_server: Callable[..., Server]) -> None:
    server = make_server("data", "--log-setting", "log.retention.check.interval.ms=100")
    create_topic(
        server.bootstrap,
        "t",
        cleanup_policy="compact",
        segment_bytes="10000",
        min_cleanable_dirty_ratio="0.01",
    )
    newest: dict[bytes, bytes] = {}
    for round_number in range(3):
        producer = Producer({"bootstrap.servers": server.bootstrap, "batch.num.messages": 10})
        for number in range(1_000):
            key, value = b"k%d" % (number % 40), b"%d %d %s" % (round_number, number, b"x" * 50)
            producer.produce("t", value, key=key)
            newest[key] = value
        assert producer.flush(20) == 0
        restart(server)
        messages = read(server.bootstrap, "t")
        assert {message.key(): message.value() for message in messages} == newest
        offsets = [message.offset() for message in messages]
        assert offsets == sorted(set(offsets))
        assert offsets[-1] == (round_number + 1) * 1_000 - 1
    deadline = time.monotonic() + 60
    while len(messages) > 2_000 and time.monotonic() < deadline:
        time.sleep(0.3)
        messages = read(server.bootstrap, "t")
    assert len(messages) <= 2_000, "it was never compacted"
    assert {message.key(): message.value() for message in messages} == newest


# Memory


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads /proc")
def test_a_large_backlog_costs_no_memory(make_server: Callable[..., Server]) -> None:
    server = make_server("data", "--log-level", "warning")

    def resident() -> int:
        lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) >> 10

    create_topic(server.bootstrap, "t", 4)
    produce(server.bootstrap, "t", [b"x" * 10_000] * 100)
    before = resident()
    for partition in range(4):
        produce(server.bootstrap, "t", [os.urandom(100_000)] * 500, partition, **{"linger.ms": 5})
    assert len(read(server.bootstrap, "t", 4)) == 2_100
    assert resident() - before < 100, "200 MB were written and read; what the server holds must not grow with that"
