"""Clients of the log for tests: topics of their own, producing, and reading to the end."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

NUMBERS = itertools.count()
CLEANS_OFTEN = ("--log-setting", "log.retention.check.interval.ms=500")


def create_topic(bootstrap: str, name: str, partitions: int = 1, **config: str) -> str:
    settings = {key.replace("_", "."): value for key, value in config.items()}
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(name, partitions, 1, config=settings)])[name].result(10)
    return name


def produce(bootstrap: str, topic: str, values: list[bytes], partition: int = 0, **config: object) -> list[int]:
    """Produces and returns the offsets that were acknowledged, in the order of the values."""
    offsets: dict[int, int] = {}
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 2, **config})

    def note(index: int) -> Callable:
        def delivered(error: object, message: object) -> None:
            assert error is None, error
            offsets[index] = message.offset()

        return delivered

    for index, value in enumerate(values):
        producer.produce(topic, value, partition=partition, on_delivery=note(index))
        producer.poll(0)
    assert producer.flush(30) == 0
    return [offsets[index] for index in range(len(values))]


def read(bootstrap: str, topic: str, partitions: int = 1, start: int = 0, **config: object) -> list:
    """Reads partitions from an offset to their ends; messages in the order they came."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"reader-{next(NUMBERS)}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            **config,
        }
    )
    consumer.assign([TopicPartition(topic, index, start) for index in range(partitions)])
    messages = []
    ended = 0
    while ended < partitions:
        message = consumer.poll(10)
        assert message is not None, "the end was not reached"
        if message.error():
            assert message.error().name() == "_PARTITION_EOF", message.error()
            ended += 1
        else:
            messages.append(message)
    consumer.close()
    return messages


def values(messages: list) -> list[bytes]:
    return [message.value() for message in messages]
