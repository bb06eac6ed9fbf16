"""Reads topics whole, as an independent consumer does."""

from __future__ import annotations

import json
import time
from typing import Any

from confluent_kafka import Consumer, TopicPartition


def read_all(
    bootstrap: str, topic: str, partition: int = 0, seconds: float = 60, **settings: str
) -> list[dict[str, Any]]:
    """Every message of a partition up to its end, as JSON, with its `_offset`."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "contract", "enable.auto.commit": False, **settings}
    )
    try:
        place = TopicPartition(topic, partition, 0)
        _, high = consumer.get_watermark_offsets(place, timeout=10)
        consumer.assign([place])
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + seconds
        # Offsets may have gaps (transaction markers), so the position decides, not the count.
        while high > 0 and consumer.position([place])[0].offset < high:
            assert time.monotonic() < deadline, f"read {len(found)} messages of {topic} in {seconds} s, end is {high}"
            for message in consumer.consume(1000, timeout=1):
                assert message.error() is None, message.error()
                found.append({**json.loads(message.value()), "_offset": message.offset()})
        return found
    finally:
        consumer.close()


def by_offset(predictions: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Predictions by the offset of the row they are for; each row at most once."""
    found: dict[int, dict[str, Any]] = {}
    for prediction in predictions:
        offset = prediction["source"]["offset"]
        assert offset not in found, f"two predictions for offset {offset}: {found[offset]} and {prediction}"
        found[offset] = prediction
    return found
