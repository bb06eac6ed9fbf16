"""Transactions: all or nothing, over partitions, topics and positions."""

from __future__ import annotations

import time

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from log_clients import create_topic, produce, read, values

from martlet_server import Server

COMMITTED = {"isolation.level": "read_committed"}
EVERYTHING = {"isolation.level": "read_uncommitted"}


def transactional(bootstrap: str, name: str, **config: object) -> Producer:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": name, **config})
    producer.init_transactions(20)
    return producer


def test_an_aborted_transaction_is_invisible(bootstrap: str, topic: str) -> None:
    producer = transactional(bootstrap, "aborts")
    for number in range(6):
        producer.begin_transaction()
        producer.produce(topic, b"%d" % number)
        producer.flush(10)
        if number % 2:
            producer.abort_transaction(20)
        else:
            producer.commit_transaction(20)
    assert values(read(bootstrap, topic, **COMMITTED)) == [b"0", b"2", b"4"]
    assert len(read(bootstrap, topic, **EVERYTHING)) == 6


def test_an_open_transaction_holds_committed_readers(bootstrap: str, topic: str) -> None:
    producer = transactional(bootstrap, "open")
    produce(bootstrap, topic, [b"before"])
    producer.begin_transaction()
    producer.produce(topic, b"inside")
    producer.flush(10)
    produce(bootstrap, topic, [b"after"])
    assert values(read(bootstrap, topic, **COMMITTED)) == [b"before"]
    assert values(read(bootstrap, topic, **EVERYTHING)) == [b"before", b"inside", b"after"]
    producer.commit_transaction(20)
    assert values(read(bootstrap, topic, **COMMITTED)) == [b"before", b"inside", b"after"]


def test_interleaved_transactions_keep_apart(bootstrap: str, topic: str) -> None:
    one, two = transactional(bootstrap, "one"), transactional(bootstrap, "two")
    one.begin_transaction()
    two.begin_transaction()
    for number in range(10):
        one.produce(topic, b"one %d" % number)
        two.produce(topic, b"two %d" % number)
        one.flush(10)
        two.flush(10)
    one.abort_transaction(20)
    two.commit_transaction(20)
    assert values(read(bootstrap, topic, **COMMITTED)) == [b"two %d" % number for number in range(10)]


def test_records_and_positions_become_visible_together(bootstrap: str, make_topic) -> None:
    source, target = make_topic(2), make_topic(2)
    for partition in range(2):
        produce(bootstrap, source, [b"%d" % number for number in range(100)], partition)
    producer = transactional(bootstrap, "copies")
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "copies",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            **COMMITTED,
        }
    )
    consumer.subscribe([source])
    copied = 0
    while copied < 200:
        messages = consumer.consume(30, 5)
        assert messages
        producer.begin_transaction()
        for message in messages:
            producer.produce(target, message.value(), partition=message.partition())
        metadata = consumer.consumer_group_metadata()
        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), metadata, 20)
        producer.commit_transaction(20)
        copied += len(messages)
    places = [TopicPartition(source, partition) for partition in range(2)]
    assert [place.offset for place in consumer.committed(places, timeout=10)] == [100, 100]
    consumer.close()
    assert len(read(bootstrap, target, 2, **COMMITTED)) == 200


def test_positions_of_an_aborted_transaction_are_forgotten(bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"x"] * 10)
    producer = transactional(bootstrap, "forgets")
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "forgets", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    assert consumer.poll(20) is not None
    producer.begin_transaction()
    producer.send_offsets_to_transaction([TopicPartition(topic, 0, 9)], consumer.consumer_group_metadata(), 20)
    producer.abort_transaction(20)
    assert consumer.committed([TopicPartition(topic, 0)], timeout=10)[0].offset < 0
    consumer.close()


def test_a_zombie_is_fenced(bootstrap: str, topic: str) -> None:
    zombie = transactional(bootstrap, "zombie")
    zombie.begin_transaction()
    zombie.produce(topic, b"from the zombie")
    zombie.flush(10)
    successor = transactional(bootstrap, "zombie")
    with pytest.raises(KafkaException) as raised:
        zombie.commit_transaction(20)
    assert raised.value.args[0].name() in ("_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH")
    successor.begin_transaction()
    successor.produce(topic, b"from the successor")
    successor.commit_transaction(20)
    assert values(read(bootstrap, topic, **COMMITTED)) == [b"from the successor"]


def test_an_abandoned_transaction_ends_by_itself(bootstrap: str, topic: str) -> None:
    producer = transactional(bootstrap, "abandoned", **{"transaction.timeout.ms": 1_000, "message.timeout.ms": 900})
    producer.begin_transaction()
    producer.produce(topic, b"abandoned")
    producer.flush(10)
    produce(bootstrap, topic, [b"after"])
    seen: list[bytes] = []
    deadline = time.monotonic() + 30
    while not seen and time.monotonic() < deadline:
        time.sleep(0.2)
        seen = values(read(bootstrap, topic, **COMMITTED))
    assert seen == [b"after"]


def test_transactions_survive_a_kill(make_server) -> None:
    server: Server = make_server()
    port = server.kafka_port
    create_topic(server.bootstrap, "t")
    producer = transactional(server.bootstrap, "survives")
    producer.begin_transaction()
    producer.produce("t", b"committed")
    producer.commit_transaction(20)
    producer.begin_transaction()
    producer.produce("t", b"open")
    producer.flush(10)
    server.kill()
    server.wanted_ports = (0, port)
    server.start()
    assert values(read(server.bootstrap, "t", **COMMITTED)) == [b"committed"]
    producer.produce("t", b"still open")
    producer.commit_transaction(30)
    assert values(read(server.bootstrap, "t", **COMMITTED)) == [b"committed", b"open", b"still open"]
