"""Many connections that do nothing, and readers that hardly read: they cost others nothing and little memory."""

from __future__ import annotations

import pathlib
import resource
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest
from log_clients import create_topic, produce, read, values

from martlet_server import Server

IDLE = 10_000


def resident_kilobytes(server: Server) -> int:
    assert server.process is not None
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + 1_000
    if before[1] != resource.RLIM_INFINITY and before[1] < wanted:
        pytest.skip(f"the system allows {before[1]} descriptors, {wanted} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def request(key: int, version: int, body: bytes = b"") -> bytes:
    frame = struct.pack(">hhih", key, version, 7, -1) + body
    return struct.pack(">i", len(frame)) + frame


def test_ten_thousand_idle_connections_cost_little_and_hinder_nobody(server: Server, many_descriptors: None) -> None:
    create_topic(server.bootstrap, "crowd", 1)
    produce(server.bootstrap, "crowd", [b"before"])
    before = resident_kilobytes(server)
    crowd: list[socket.socket] = []
    try:
        for number in range(IDLE):
            # many addresses of this machine, so that ports do not run out
            address = f"127.0.{number // 5_000 + 1}.1"
            connection = socket.create_connection(("127.0.0.1", server.kafka_port), 10, source_address=(address, 0))
            connection.sendall(request(18, 0))
            crowd.append(connection)
        for connection in crowd:
            assert struct.unpack(">i", connection.recv(4))[0] > 0
        grown = resident_kilobytes(server) - before
        assert grown < IDLE * 8, f"{IDLE} idle connections take {grown} kB"
        assert produce(server.bootstrap, "crowd", [b"after"]) == [1]
        assert values(read(server.bootstrap, "crowd")) == [b"before", b"after"]
    finally:
        for connection in crowd:
            connection.close()
    assert produce(server.bootstrap, "crowd", [b"gone"]) == [2]


def test_readers_that_hardly_read_get_all_and_hold_up_nobody(server: Server) -> None:
    topic = create_topic(server.bootstrap, "slow", 1)
    produce(server.bootstrap, topic, [b"x" * 50_000] * 200)
    name = topic.encode()
    head = struct.pack(">iiiib", -1, 0, 1, 50 << 20, 0) + struct.pack(">i", 1)
    part = struct.pack(">iiqi", 1, 0, 0, 50 << 20)
    before = resident_kilobytes(server)
    slow = []
    for _ in range(50):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", server.kafka_port))
        connection.sendall(request(1, 4, head + struct.pack(">h", len(name)) + name + part))
        connection.settimeout(10)
        slow.append(connection)
    got = [0] * len(slow)
    stopping = threading.Event()

    def sip() -> None:
        while not stopping.is_set():
            for index, connection in enumerate(slow):
                got[index] += len(connection.recv(1_024))
            time.sleep(0.001)

    sipper = threading.Thread(target=sip)
    sipper.start()
    try:
        # fifty answers of ten megabytes are under way: none of it may be copied into the server's memory
        assert produce(server.bootstrap, topic, [b"goes on"] * 1_000) == list(range(200, 1_200))
        assert len(read(server.bootstrap, topic, start=200)) == 1_000
        grown = resident_kilobytes(server) - before
        assert grown < 100_000, f"slow readers take {grown} kB"
        assert all(got)
        # one of them makes up its mind and gets its answer whole
        stopping.set()
        sipper.join()
        length = 10_000_000 - got[0]
        while length > 0:
            piece = slow[0].recv(1 << 20)
            assert piece, "the answer was cut off"
            length -= len(piece)
    finally:
        stopping.set()
        sipper.join()
        for connection in slow:
            connection.close()


def test_any_bytes_on_the_port_of_http_hurt_only_their_connection(server: Server) -> None:
    lines = [
        b"\x00" * 100,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/v1/topics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /api/v1/topics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
        request(18, 0),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ]
    for line in lines:
        # Some get no answer until the connection has been idle for long; that is not waited for.
        with socket.create_connection(("127.0.0.1", server.http_port), timeout=1) as connection:
            try:
                connection.sendall(line)
                connection.shutdown(socket.SHUT_WR)
                while answer := connection.recv(65_536):
                    assert not answer.startswith((b"HTTP/1.1 500", b"HTTP/1.1 503")), answer[:200]
            except OSError:
                pass
    assert server.get("/api/v1/status")["ready"] is True
