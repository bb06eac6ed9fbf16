"""Producing and fetching with the real clients."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from kafka import KafkaConsumer, KafkaProducer
from log_clients import produce, read, values


def test_offsets_are_dense_and_in_order(bootstrap: str, topic: str) -> None:
    sent = [b"%d" % number for number in range(2_000)]
    assert produce(bootstrap, topic, sent) == list(range(2_000))
    messages = read(bootstrap, topic)
    assert [message.offset() for message in messages] == list(range(2_000))
    assert values(messages) == sent


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_every_codec_comes_back(bootstrap: str, topic: str, codec: str) -> None:
    sent = [b"value %d " % number * 20 for number in range(500)]
    produce(bootstrap, topic, sent, **{"compression.type": codec})
    assert values(read(bootstrap, topic)) == sent
    if codec not in ("none", "gzip"):
        return  # kafka-python brings no library for the others
    from_python = KafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    got: list[bytes] = []
    while len(got) < len(sent):
        polled = from_python.poll(5_000)
        assert polled, f"only {len(got)} of {len(sent)}"
        got += [record.value for records in polled.values() for record in records]
    from_python.close()
    assert got == sent


@pytest.mark.parametrize("acks", ["0", "1", "all"])
def test_every_kind_of_acknowledgement(bootstrap: str, topic: str, acks: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "acks": acks})
    for number in range(100):
        producer.produce(topic, b"%d" % number)
    assert producer.flush(10) == 0
    deadline = time.monotonic() + 10
    while len(read(bootstrap, topic)) < 100 and time.monotonic() < deadline:
        pass
    assert values(read(bootstrap, topic)) == [b"%d" % number for number in range(100)]


def test_keys_headers_times_and_tombstones_come_back(bootstrap: str, topic: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, None, key=b"k", headers=[("a", b"1"), ("a", None)], timestamp=1_234_567)
    producer.flush(10)
    message = read(bootstrap, topic)[0]
    assert message.key() == b"k"
    assert message.value() is None
    assert message.headers() == [("a", b"1"), ("a", None)]
    assert message.timestamp()[1] == 1_234_567


def test_an_acknowledged_record_is_readable_at_once(bootstrap: str, topic: str) -> None:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "at-once", "enable.auto.commit": False})
    for number in range(50):
        produce(bootstrap, topic, [b"%d" % number])
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        assert (low, high) == (0, number + 1)
    consumer.close()


def test_a_waiting_fetch_is_woken_by_an_append(bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"first"])
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "woken",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 60_000,
            "socket.timeout.ms": 120_000,
        }
    )
    consumer.assign([TopicPartition(topic, 0, 1)])
    assert consumer.poll(1) is None
    sender = threading.Timer(0.2, produce, [bootstrap, topic, [b"second"]])
    sender.start()
    message = consumer.poll(30)
    sender.join()
    assert message is not None and message.value() == b"second"
    consumer.close()


def test_a_record_larger_than_the_fetch_limit_is_given_whole(bootstrap: str, topic: str) -> None:
    sent = [b"x" * 300_000, b"y" * 10]
    produce(bootstrap, topic, sent)
    assert values(read(bootstrap, topic, **{"fetch.message.max.bytes": 1_000, "fetch.max.bytes": 1_000_000})) == sent


def test_a_batch_beyond_the_topics_limit_is_refused(bootstrap: str, make_topic) -> None:
    topic = make_topic(max_message_bytes="2000")
    outcome: list = []
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"x" * 5_000, on_delivery=lambda error, message: outcome.append(error))
    producer.flush(10)
    assert outcome[0].name() == "MSG_SIZE_TOO_LARGE"
    assert produce(bootstrap, topic, [b"small"]) == [0]


def test_an_idempotent_producer_keeps_its_order(bootstrap: str, topic: str) -> None:
    sent = [b"%d" % number for number in range(5_000)]
    produce(bootstrap, topic, sent, **{"enable.idempotence": True, "batch.num.messages": 50, "linger.ms": 0})
    assert values(read(bootstrap, topic)) == sent


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_offsets_are_found_by_time(bootstrap: str, topic: str, codec: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 100, "compression.type": codec})
    for number in range(10):
        producer.produce(topic, b"%d" % number * 50, timestamp=1_000_000 + number * 1_000)
    producer.flush(10)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "times"})
    found = consumer.offsets_for_times([TopicPartition(topic, 0, 1_004_500)], timeout=10)
    assert found[0].offset == 5
    found = consumer.offsets_for_times([TopicPartition(topic, 0, 9_999_999)], timeout=10)
    assert found[0].offset == -1
    consumer.close()


def test_the_broker_stamps_times_where_the_topic_says_so(bootstrap: str, make_topic) -> None:
    topic = make_topic(message_timestamp_type="LogAppendTime")
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"old", timestamp=1_000)
    producer.flush(10)
    kind, time_of_record = read(bootstrap, topic)[0].timestamp()
    assert kind == 2
    assert time_of_record > 1_600_000_000_000


def test_an_offset_out_of_range_is_said(bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"only"])
    with pytest.raises(AssertionError, match="_AUTO_OFFSET_RESET"):
        read(bootstrap, topic, start=99)


def test_kcat_lists_writes_and_reads(bootstrap: str, topic: str) -> None:
    subprocess.run(["kcat", "-b", bootstrap, "-P", "-t", topic], input=b"one\ntwo\n", check=True, timeout=30)
    listed = subprocess.run(["kcat", "-b", bootstrap, "-L"], capture_output=True, check=True, timeout=30)
    assert f'topic "{topic}" with 1 partitions' in listed.stdout.decode()
    arguments = ["kcat", "-b", bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q"]
    got = subprocess.run(arguments, capture_output=True, check=True, timeout=30)
    assert got.stdout == b"one\ntwo\n"


def test_kafka_python_writes_and_reads(bootstrap: str, topic: str) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    futures = [producer.send(topic, b"%d" % number) for number in range(100)]
    producer.flush()
    assert [future.get(10).offset for future in futures] == list(range(100))
    producer.close()
    assert len(read(bootstrap, topic)) == 100


def test_aiokafka_writes_and_reads(bootstrap: str, topic: str) -> None:
    aiokafka = pytest.importorskip("aiokafka")

    async def run() -> list[bytes]:
        producer = aiokafka.AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
        await producer.start()
        for number in range(50):
            await producer.send_and_wait(topic, b"%d" % number)
        await producer.stop()
        consumer = aiokafka.AIOKafkaConsumer(
            topic, bootstrap_servers=bootstrap, group_id="aio", auto_offset_reset="earliest"
        )
        await consumer.start()
        got = [(await asyncio.wait_for(consumer.getone(), 10)).value for _ in range(50)]
        await consumer.stop()
        return got

    assert asyncio.run(run()) == [b"%d" % number for number in range(50)]


def test_a_topic_that_does_not_exist_is_an_error_where_it_may_not_be_created(bootstrap: str) -> None:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none", "allow.auto.create.topics": False})
    with pytest.raises(KafkaException, match=r"Unknown|UNKNOWN"):
        consumer.get_watermark_offsets(TopicPartition("no-such-topic", 0), timeout=10)
    consumer.close()
