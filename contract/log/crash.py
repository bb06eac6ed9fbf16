"""Kills the server with `kill -9` again and again under load, and holds everything it acknowledged against what it has.

    python contract/log/crash.py --kills 200

Producers (plain and idempotent, acks=all), transactional producers and committing consumers work at the same time.
Afterwards:

- every acknowledged record is at the offset that was acknowledged;
- the records of an idempotent producer are there once, and in the order in which they were sent;
- a committed transaction is there whole and once, an aborted one not at all, one whose end was not acknowledged whole or
  not at all;
- a group's committed offset is never behind the last commit that was acknowledged.
"""

from __future__ import annotations

import argparse
import collections
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from log_clients import create_topic, read

from martlet_server import ROOT, Server

PARTITIONS = 3
RECONNECT = {"reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, "log_level": 2}


class Worker(threading.Thread):
    """Works until told to stop; what it raises is kept for the end."""

    def __init__(self, bootstrap: str, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.bootstrap = bootstrap
        self.stopping = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            self.work()
        except BaseException as failure:
            self.failure = failure

    def work(self) -> None:
        raise NotImplementedError

    def check(self) -> str:
        """Compares with what the server has; what was compared, in words."""
        raise NotImplementedError


class Load(Worker):
    """Produces numbered values, and notes what was acknowledged, at which offset."""

    def __init__(self, bootstrap: str, topic: str, name: str, partition: int = 0, **config: object) -> None:
        super().__init__(bootstrap, name)
        self.topic, self.partition = topic, partition
        self.acknowledged: dict[bytes, int] = {}
        self.refused: list[str] = []
        self.config = config

    def note(self, error: KafkaError | None, message: object) -> None:
        if error is None:
            self.acknowledged[message.value()] = message.offset()
        else:
            self.refused.append(str(error))

    def work(self) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 1, **RECONNECT, **self.config})
        number = 0
        while not self.stopping.is_set():
            for _ in range(10):
                value = b"%s %d" % (self.name.encode(), number)
                try:
                    producer.produce(self.topic, value, partition=self.partition, on_delivery=self.note)
                except BufferError:
                    break
                number += 1
            producer.poll(0.01)
        assert producer.flush(60) == 0, f"{self.name}: records are still on their way"

    def check(self) -> str:
        assert self.acknowledged, f"{self.name}: nothing was acknowledged"
        found = self.read()
        by_offset = {message.offset(): message.value() for message in found}
        assert sorted(by_offset) == list(range(len(by_offset))), f"{self.name}: offsets have gaps"
        wrong = [value for value, offset in self.acknowledged.items() if by_offset.get(offset) != value]
        assert not wrong, f"{self.name}: {len(wrong)} acknowledged records are not where they were acknowledged"
        if self.config.get("enable.idempotence"):
            own = [int(value.split()[1]) for value in by_offset.values() if value.startswith(self.name.encode() + b" ")]
            assert own == sorted(set(own)), f"{self.name}: records are repeated or out of order"
            assert not self.refused, f"{self.name}: refused: {self.refused[:3]}"
        return f"{self.name}: {len(self.acknowledged)} acknowledged records"

    def read(self) -> list:
        return [
            message
            for message in read(self.bootstrap, self.topic, partitions=PARTITIONS)
            if message.partition() == self.partition
        ]


class Transactions(Worker):
    """Writes transactions of some records over all partitions; every third is aborted."""

    SIZE = 6

    def __init__(self, bootstrap: str, topic: str, name: str) -> None:
        super().__init__(bootstrap, name)
        self.topic = topic
        self.committed: set[int] = set()
        self.aborted: set[int] = set()
        self.number = 0

    def work(self) -> None:
        while not self.stopping.is_set():
            try:
                self.attempt()
            except KafkaException:
                time.sleep(0.05)

    def attempt(self) -> None:
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "transactional.id": self.name,
                "transaction.timeout.ms": 10_000,
                **RECONNECT,
            }
        )
        producer.init_transactions(20)
        while not self.stopping.is_set():
            self.number += 1
            number = self.number
            producer.begin_transaction()
            for index in range(self.SIZE):
                producer.produce(
                    self.topic, b"%s %d %d" % (self.name.encode(), number, index), partition=index % PARTITIONS
                )
            if number % 3 == 0:
                producer.flush(20)
                producer.abort_transaction(20)
                self.aborted.add(number)
            else:
                producer.commit_transaction(20)
                self.committed.add(number)
            time.sleep(0.01)

    def check(self) -> str:
        assert self.committed, f"{self.name}: nothing was committed"
        messages = read(self.bootstrap, self.topic, partitions=PARTITIONS, **{"isolation.level": "read_committed"})
        seen = collections.Counter(
            int(message.value().split()[1])
            for message in messages
            if message.value().startswith(self.name.encode() + b" ")
        )
        for number, count in seen.items():
            assert count == self.SIZE, f"{self.name}: of transaction {number} {count} records are visible"
        assert not self.aborted & set(seen), f"{self.name}: aborted transactions are visible"
        missing = self.committed - set(seen)
        assert not missing, f"{self.name}: {len(missing)} committed transactions are gone"
        unclear = self.number - len(self.committed) - len(self.aborted)
        return (
            f"{self.name}: {len(self.committed)} committed, {len(self.aborted)} aborted, {unclear} unclear transactions"
        )


class Commits(Worker):
    """Commits growing offsets of a group, and notes what was acknowledged."""

    def __init__(self, bootstrap: str, topic: str, name: str) -> None:
        super().__init__(bootstrap, name)
        self.topic = topic
        self.acknowledged = 0
        self.tried = 0
        self.count = 0

    def consumer(self) -> Consumer:
        settings = {
            "bootstrap.servers": self.bootstrap,
            "group.id": self.name,
            "enable.auto.commit": False,
            **RECONNECT,
        }
        return Consumer({**settings, "socket.timeout.ms": 5_000})

    def stored(self, consumer: Consumer) -> int:
        return consumer.committed([TopicPartition(self.topic, 0)], timeout=10)[0].offset

    def work(self) -> None:
        consumer = self.consumer()
        while not self.stopping.is_set():
            self.tried += 1
            try:
                result = consumer.commit(offsets=[TopicPartition(self.topic, 0, self.tried)], asynchronous=False)
                assert result[0].error is None, result[0].error
                self.acknowledged = self.tried
                self.count += 1
                if self.count % 50 == 0:
                    self.expect(self.stored(consumer))
            except KafkaException:
                time.sleep(0.05)
        consumer.close()

    def expect(self, offset: int) -> None:
        assert self.acknowledged <= offset <= self.tried, (
            f"{self.name}: the committed offset is {offset}, acknowledged was {self.acknowledged}, tried {self.tried}"
        )

    def check(self) -> str:
        assert self.count, f"{self.name}: no commit was acknowledged"
        consumer = self.consumer()
        self.expect(self.stored(consumer))
        consumer.close()
        return f"{self.name}: {self.count} acknowledged commits"


def workers(bootstrap: str) -> list[Worker]:
    """Everybody who works while the server is killed."""
    for topic in ("plain", "idempotent", "transactions", "commits"):
        create_topic(bootstrap, topic, PARTITIONS)
    idempotence = {"enable.idempotence": True}
    return [
        Load(bootstrap, "plain", "plain-a", 0, acks="all"),
        Load(bootstrap, "plain", "plain-b", 1, acks="all", **{"compression.type": "lz4"}),
        Load(bootstrap, "idempotent", "idempotent-a", 0, **idempotence),
        Load(bootstrap, "idempotent", "idempotent-b", 2, **idempotence, **{"compression.type": "zstd"}),
        Transactions(bootstrap, "transactions", "transactional-a"),
        Transactions(bootstrap, "transactions", "transactional-b"),
        Commits(bootstrap, "commits", "commits-a"),
        Commits(bootstrap, "commits", "commits-b"),
    ]


def kill_again_and_again(server: Server, kills: int, numbers: random.Random) -> None:
    """Kills at random moments: mostly under load, sometimes while the server still recovers."""
    for kill in range(kills):
        time.sleep(numbers.uniform(0.05, 0.6))
        server.kill()
        if kill % 5 == 4:
            recovering = subprocess.Popen(
                [*server.command(), *server.arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(numbers.uniform(0, 0.15))
            recovering.kill()
            recovering.wait()
        server.start()


def crash(server: Server, kills: int, seed: int) -> list[str]:
    """The whole test; what was compared, a line for each worker."""
    server.wanted_ports = (0, server.kafka_port)
    everybody = workers(server.bootstrap)
    for worker in everybody:
        worker.start()
    kill_again_and_again(server, kills, random.Random(seed))
    time.sleep(1)
    for worker in everybody:
        worker.stopping.set()
    for worker in everybody:
        worker.join(120)
        assert not worker.is_alive(), f"{worker.name} does not end"
        if worker.failure:
            raise worker.failure
    return [worker.check() for worker in everybody]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=int(time.time()))
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="martlet-crash-") as folder:
        server = Server(pathlib.Path(folder) / "data").start()
        print(f"seed {arguments.seed}, {arguments.kills} kills", flush=True)
        begun = time.monotonic()
        try:
            for line in crash(server, arguments.kills, arguments.seed):
                print(line)
        finally:
            server.kill()
        print(f"all kept, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
