"""Java's clients, an old and a new version, unmodified."""

from __future__ import annotations

from confluent_kafka import Producer
from java_clients import JavaClient
from log_clients import NUMBERS, produce, read, values

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def test_records_of_every_codec_reach_other_clients_and_come_back(java: JavaClient, bootstrap: str, topic: str) -> None:
    said = java.run("produce", bootstrap, topic, ",".join(CODECS), 200)
    assert said == {codec: f"{number * 200}..{number * 200 + 199}" for number, codec in enumerate(CODECS)}
    messages = read(bootstrap, topic)
    assert values(messages) == [b"value %d" % number for number in range(200)] * len(CODECS)
    assert messages[7].key() == b"key 7"
    assert [messages[number * 200].headers() for number in range(len(CODECS))] == [
        [("codec", codec.encode())] for codec in CODECS
    ]
    said = java.run("consume", bootstrap, topic, "read_uncommitted", 1_000)
    assert said == {"end": "1000", "count": "1000", "values": "value 0..value 199"}


def test_records_of_other_clients_are_read(java: JavaClient, bootstrap: str, topic: str) -> None:
    for codec in CODECS:
        produce(bootstrap, topic, [b"%d" % number for number in range(100)], **{"compression.type": codec})
    said = java.run("consume", bootstrap, topic, "read_committed", 500)
    assert said == {"end": "500", "count": "500", "values": "0..99"}


def test_members_share_partitions_cooperatively(java: JavaClient, bootstrap: str, make_topic) -> None:
    said = java.run("share", bootstrap, make_topic(4), f"java-{next(NUMBERS)}", 4)
    assert said == {"shares": "2+2", "kept": "true", "afterwards": "4", "committed": "1"}


def test_transactions_copy_exactly_and_aborted_ones_leave_nothing(java: JavaClient, bootstrap: str, make_topic) -> None:
    source, target = make_topic(), make_topic()
    sent = [b"%d" % number for number in range(1_000)]
    produce(bootstrap, source, sent)
    said = java.run("copy", bootstrap, source, target, 1_000)
    assert said == {"position": "1000", "aborted": "true", "committed": "true"}
    assert values(read(bootstrap, target, **{"isolation.level": "read_committed"})) == sent
    assert len(read(bootstrap, target, **{"isolation.level": "read_uncommitted"})) > 1_000


def test_only_committed_records_are_seen_by_committed_readers(java: JavaClient, bootstrap: str, topic: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": f"seen-{topic}"})
    producer.init_transactions(20)
    for number in range(4):
        producer.begin_transaction()
        producer.produce(topic, b"%d" % number)
        producer.flush(10)
        if number == 2:
            producer.abort_transaction(20)
        elif number != 3:
            producer.commit_transaction(20)
    committed = java.run("consume", bootstrap, topic, "read_committed", 2)
    assert (committed["count"], committed["values"]) == ("2", "0..1")
    everything = java.run("consume", bootstrap, topic, "read_uncommitted", 4)
    assert (everything["count"], everything["values"]) == ("4", "0..3")
    producer.abort_transaction(20)


def test_a_zombie_is_fenced(java: JavaClient, bootstrap: str, topic: str) -> None:
    assert java.run("fence", bootstrap, topic) == {"fenced": "true"}
    assert values(read(bootstrap, topic, **{"isolation.level": "read_committed"})) == [b"from the successor"]


def test_the_admin_client_finds_everything_it_asks_for(java: JavaClient, bootstrap: str) -> None:
    number = next(NUMBERS)
    assert java.run("administer", bootstrap, f"administered-{number}", f"administered-{number}") == {
        "again": "TopicExistsException",
        "odd": "InvalidConfigurationException",
        "fewer": "InvalidPartitionsException",
        "partitions": "3",
        "nodes": "1",
        "retention": "123456",
        "changed": "604800000,delete,compact",
        "refused": "InvalidConfigurationException",
        "node": "10080",
        "latest": "0",
        "largest": "-1",
        "records": "none",
        "beyond": "OffsetOutOfRangeException",
        "stored": "0 note",
        "listed": "true",
        "left": "0",
        "unknown": "GroupIdNotFoundException",
        "producers": "0",
        "transactions": "true",
        "folders": "1",
        "deleted": "true",
    }
