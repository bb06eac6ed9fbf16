"""Requests of the protocol written by hand, for what no client would send."""

from __future__ import annotations

import socket
import struct
from typing import Self

from kafka.record.default_records import DefaultRecordBatchBuilder

OUT_OF_ORDER, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE = 45, 47, 48


def text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def batch(
    values: list[bytes], producer: int = -1, epoch: int = -1, sequence: int = -1, is_transactional: bool = False
) -> bytes:
    """A record batch; with a producer's id, epoch and first sequence number where those are given."""
    builder = DefaultRecordBatchBuilder(2, 0, is_transactional, producer, epoch, sequence, 1 << 20)
    for offset, value in enumerate(values):
        builder.append(offset, timestamp=None, key=None, value=value, headers=[])
    return bytes(builder.build())


class Wire:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def call(self, key: int, version: int, body: bytes) -> bytes:
        """Sends a request; the answer after its correlation id."""
        frame = struct.pack(">hhih", key, version, 7, -1) + body
        self.socket.sendall(struct.pack(">i", len(frame)) + frame)
        return self._exactly(struct.unpack(">i", self._exactly(4))[0])[4:]

    def produce(self, topic: str, records: bytes, transactional_id: str | None = None) -> tuple[int, int]:
        """Error and base offset of a batch for partition 0, acks=all."""
        name = struct.pack(">h", -1) if transactional_id is None else text(transactional_id)
        head = name + struct.pack(">hii", -1, 10_000, 1) + text(topic)
        got = self.call(0, 7, head + struct.pack(">iii", 1, 0, len(records)) + records)
        place = 4 + len(text(topic)) + 4 + 4
        return struct.unpack(">hq", got[place : place + 10])

    def fetch(self, topic: str, offset: int, most: int, most_of_partition: int) -> bytes:
        """The records of partition 0 from an offset, in whole batches."""
        head = struct.pack(">iiiibi", -1, 0, 1, most, 0, 1) + text(topic)
        got = self.call(1, 4, head + struct.pack(">iiqi", 1, 0, offset, most_of_partition))
        place = 4 + 4 + len(text(topic)) + 4 + 4
        error, _, _, aborted = struct.unpack(">hqqi", got[place : place + 22])
        assert (error, aborted) == (0, -1)
        return got[place + 26 :]

    def new_producer(self) -> tuple[int, int]:
        """A fresh producer's id and epoch."""
        got = self.call(22, 0, struct.pack(">hi", -1, 60_000))
        error, producer, epoch = struct.unpack(">hqh", got[4:16])
        assert error == 0
        return producer, epoch

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            piece = self.socket.recv(count - len(got))
            assert piece, "the server closed the connection"
            got += piece
        return got
