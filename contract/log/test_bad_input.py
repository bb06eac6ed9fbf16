"""Bytes that no client would send: they hurt only their own connection."""

from __future__ import annotations

import random
import socket
import struct

import pytest
from log_clients import produce, read, values

from martlet_server import Server


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.kafka_port), timeout=10)


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(65_536) == b""
    except ConnectionError:
        return True


def request(key: int, version: int, body: bytes = b"", correlation: int = 7) -> bytes:
    frame = struct.pack(">hhih", key, version, correlation, -1) + body
    return struct.pack(">i", len(frame)) + frame


def answer(connection: socket.socket) -> bytes:
    length = struct.unpack(">i", exactly(connection, 4))[0]
    return exactly(connection, length)


def exactly(connection: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        piece = connection.recv(count - len(got))
        assert piece, "closed"
        got += piece
    return got


@pytest.mark.parametrize("length", [-1, 0, 7, 2**31 - 1, 200 << 20])
def test_a_length_that_cannot_be_closes_the_connection(server: Server, length: int) -> None:
    with connect(server) as connection:
        connection.sendall(struct.pack(">i", length) + b"x" * 64)
        assert is_closed(connection)


def test_a_version_of_apiversions_that_is_not_offered_is_told_what_is(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(request(18, 99, b"\x00\x01\x02"))
        body = answer(connection)
        correlation, error, count = struct.unpack(">ihi", body[:10])
        assert (correlation, error) == (7, 35)
        ranges = [struct.unpack(">hhh", body[10 + 6 * index : 16 + 6 * index]) for index in range(count)]
        assert (18, 0, 3) in ranges
        connection.sendall(request(18, 0))
        assert answer(connection)[4:6] == b"\x00\x00"


@pytest.mark.parametrize(("key", "version"), [(0, 0), (0, 2), (0, 99), (3, 99), (4, 0), (999, 0), (-1, 0)])
def test_what_is_not_offered_closes_the_connection(server: Server, key: int, version: int) -> None:
    with connect(server) as connection:
        connection.sendall(request(key, version, b"\x00" * 32))
        assert is_closed(connection)


def test_no_acknowledgement_wanted_means_no_answer(server: Server, topic: str) -> None:
    with connect(server) as connection:
        name = topic.encode()
        head = struct.pack(">hhi", -1, 0, 1_000) + struct.pack(">i", 1)
        body = head + struct.pack(">h", len(name)) + name + struct.pack(">iii", 1, 0, -1)
        connection.sendall(request(0, 7, body, 1) + request(18, 0, b"", 2))
        assert struct.unpack(">i", answer(connection)[:4]) == (2,)


def test_a_damaged_batch_is_refused_and_nothing_is_written(server: Server, bootstrap: str, topic: str) -> None:
    def send(batch: bytes) -> int:
        name = topic.encode()
        head = struct.pack(">hhi", -1, -1, 1_000) + struct.pack(">i", 1)
        body = head + struct.pack(">h", len(name)) + name + struct.pack(">iii", 1, 0, len(batch)) + batch
        with connect(server) as connection:
            connection.sendall(request(0, 7, body))
            got = answer(connection)
        position = 4 + 4 + 2 + len(name) + 4 + 4
        return struct.unpack(">h", got[position : position + 2])[0]

    produce(bootstrap, topic, [b"good"])
    header = struct.pack(">qiibIhiqqqhii", 0, 49 + 8, -1, 2, 0, 0, 0, 0, 0, -1, -1, -1, 1)
    assert send(header + b"\x0e\x00\x00\x00\x01\x02x\x00") == 2
    assert send(b"\x00" * 100) in (2, 87)
    assert send(b"") == 87 or send(b"") == 2
    assert send(header[:40]) == 2
    assert values(read(bootstrap, topic)) == [b"good"]


def test_random_bytes_hurt_nobody(server: Server, bootstrap: str, topic: str) -> None:
    numbers = random.Random(20260101)
    for round_number in range(300):
        with connect(server) as connection:
            try:
                if round_number % 3 == 0:
                    connection.sendall(numbers.randbytes(numbers.randrange(1, 5_000)))
                else:
                    key = numbers.choice([0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 20, 22, 24, 26, 28, 32, 44])
                    connection.sendall(
                        request(key, numbers.randrange(0, 13), numbers.randbytes(numbers.randrange(300)))
                    )
                if round_number % 2:
                    connection.shutdown(socket.SHUT_WR)
            except ConnectionError:
                pass
    assert produce(bootstrap, topic, [b"well"]) == [0]
    assert values(read(bootstrap, topic)) == [b"well"]


def test_a_request_in_single_bytes_is_answered(server: Server) -> None:
    with connect(server) as connection:
        for byte in request(18, 0):
            connection.sendall(bytes([byte]))
        assert answer(connection)[4:6] == b"\x00\x00"


def test_many_requests_in_one_piece_are_answered_in_order(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(b"".join(request(18, 0, b"", number) for number in range(500)))
        assert [struct.unpack(">i", answer(connection)[:4])[0] for _ in range(500)] == list(range(500))


def test_a_reader_that_does_not_read_stalls_nobody(server: Server, bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"x" * 100_000] * 100)
    name = topic.encode()
    head = struct.pack(">iiiib", -1, 0, 1, 50 << 20, 0) + struct.pack(">i", 1)
    part = struct.pack(">iiqi", 1, 0, 0, 50 << 20)
    stuck = connect(server)
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    stuck.sendall(request(1, 4, head + struct.pack(">h", len(name)) + name + part) * 20)
    assert produce(bootstrap, topic, [b"goes on"]) == [100]
    assert read(bootstrap, topic, start=100)[0].value() == b"goes on"
    stuck.close()


def test_names_as_long_as_the_protocol_allows_bring_nobody_down(server: Server, bootstrap: str, topic: str) -> None:
    long = b"x" * 32_000

    def text(value: bytes) -> bytes:
        return struct.pack(">h", len(value)) + value

    with connect(server) as connection:
        # CreateTopics 4 with a setting of a long name: the answer's words repeat it.
        config = struct.pack(">i", 1) + text(long) + text(long)
        one = text(b"long-setting") + struct.pack(">ihi", 1, 1, 0) + config
        connection.sendall(request(19, 4, struct.pack(">i", 1) + one + struct.pack(">ib", 1_000, 0)))
        assert b"long-setting" in answer(connection)
        # JoinGroup 5 of a client with a long name: the member's id holds it.
        body = text(b"g") + struct.pack(">ii", 10_000, 10_000) + text(b"") + struct.pack(">h", -1)
        body += text(b"consumer") + struct.pack(">i", 1) + text(b"range") + struct.pack(">i", 0)
        frame = struct.pack(">hhi", 11, 5, 9) + text(long) + body
        connection.sendall(struct.pack(">i", len(frame)) + frame)
        assert struct.unpack(">h", answer(connection)[8:10])[0] == 79
    assert produce(bootstrap, topic, [b"well"]) == [0]
