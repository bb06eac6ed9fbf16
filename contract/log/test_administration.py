"""Topics and settings."""

from __future__ import annotations

import pathlib
import subprocess
import time

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)
from log_clients import NUMBERS, create_topic, produce, read, values

from martlet_server import Server, binary


@pytest.fixture
def admin(bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap})


def refused(admin: AdminClient, topic: NewTopic) -> str:
    with pytest.raises(KafkaException) as raised:
        admin.create_topics([topic])[topic.topic].result(10)
    return raised.value.args[0].name()


def settings(admin: AdminClient, topic: str) -> dict[str, str]:
    resource = ConfigResource("topic", topic)
    entries = admin.describe_configs([resource])[resource].result(10)
    return {name: entry.value for name, entry in entries.items()}


def alter(admin: AdminClient, topic: str, name: str, value: str | None) -> None:
    operation = AlterConfigOpType.SET if value is not None else AlterConfigOpType.DELETE
    entry = ConfigEntry(name, value, incremental_operation=operation)
    resource = ConfigResource("topic", topic, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result(10)


def test_topics_are_created_listed_and_deleted(admin: AdminClient, bootstrap: str) -> None:
    name = create_topic(bootstrap, f"created-{next(NUMBERS)}", 3)
    assert len(admin.list_topics(timeout=10).topics[name].partitions) == 3
    assert refused(admin, NewTopic(name, 1, 1)) == "TOPIC_ALREADY_EXISTS"
    produce(bootstrap, name, [b"old"])
    admin.delete_topics([name])[name].result(10)
    assert name not in admin.list_topics(timeout=10).topics
    create_topic(bootstrap, name, 3)
    assert read(bootstrap, name) == []


@pytest.mark.parametrize(
    ("name", "partitions", "replicas", "config", "error"),
    [
        ("bad name", 1, 1, {}, "TOPIC_EXCEPTION"),
        ("..", 1, 1, {}, "TOPIC_EXCEPTION"),
        ("x" * 250, 1, 1, {}, "TOPIC_EXCEPTION"),
        ("none", 0, 1, {}, "INVALID_PARTITIONS"),
        ("three", 1, 3, {}, "INVALID_REPLICATION_FACTOR"),
        ("odd", 1, 1, {"no.such.setting": "1"}, "INVALID_CONFIG"),
        ("odd", 1, 1, {"retention.ms": "soon"}, "INVALID_CONFIG"),
        ("odd", 1, 1, {"compression.type": "gzip"}, "INVALID_CONFIG"),
    ],
)
def test_topics_that_cannot_be_are_refused(
    admin: AdminClient, name: str, partitions: int, replicas: int, config: dict[str, str], error: str
) -> None:
    try:
        said = refused(admin, NewTopic(name, partitions, replicas, config=config))
    except ValueError:  # the client itself refuses it
        return
    assert said == error


def test_settings_are_shown_changed_and_refused(admin: AdminClient, topic: str) -> None:
    assert settings(admin, topic)["retention.ms"] == "604800000"
    alter(admin, topic, "retention.ms", "1234")
    assert settings(admin, topic)["retention.ms"] == "1234"
    alter(admin, topic, "retention.ms", None)
    assert settings(admin, topic)["retention.ms"] == "604800000"
    for name, value in [("min.insync.replicas", "2"), ("segment.bytes", "-5"), ("nonsense", "1")]:
        with pytest.raises(KafkaException, match="INVALID_CONFIG"):
            alter(admin, topic, name, value)


def test_partitions_are_added(admin: AdminClient, bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"stays"])
    admin.create_partitions([NewPartitions(topic, 3)])[topic].result(10)
    assert len(admin.list_topics(timeout=10).topics[topic].partitions) == 3
    with pytest.raises(KafkaException, match="INVALID_PARTITIONS"):
        admin.create_partitions([NewPartitions(topic, 2)])[topic].result(10)
    assert values(read(bootstrap, topic, 3)) == [b"stays"]


def test_records_are_deleted_up_to_an_offset(admin: AdminClient, bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"%d" % number for number in range(10)])
    place = TopicPartition(topic, 0, 6)
    assert admin.delete_records([place])[place].result(10).low_watermark == 6
    assert values(read(bootstrap, topic, start=6)) == [b"6", b"7", b"8", b"9"]
    with pytest.raises(KafkaException, match="OFFSET_OUT_OF_RANGE"):
        place = TopicPartition(topic, 0, 99)
        admin.delete_records([place])[place].result(10)


def test_records_of_a_topic_that_is_only_compacted_are_not_deleted(
    admin: AdminClient, bootstrap: str, make_topic
) -> None:
    topic = make_topic(cleanup_policy="compact")
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"1", key=b"a")
    assert producer.flush(10) == 0
    place = TopicPartition(topic, 0, 1)
    with pytest.raises(KafkaException, match="POLICY_VIOLATION"):
        admin.delete_records([place])[place].result(10)
    assert values(read(bootstrap, topic)) == [b"1"]


def test_ends_and_the_largest_time_are_listed(admin: AdminClient, bootstrap: str, topic: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for time_of_record in (5_000, 9_000, 7_000):
        producer.produce(topic, b"x", timestamp=time_of_record)
    producer.flush(10)
    place = TopicPartition(topic, 0)
    for spec, offset in [
        (OffsetSpec.earliest(), 0),
        (OffsetSpec.latest(), 3),
        (OffsetSpec.max_timestamp(), 1),
        (OffsetSpec.for_timestamp(6_000), 1),
    ]:
        assert admin.list_offsets({place: spec})[place].result(10).offset == offset


def test_retention_removes_whole_prefixes_and_keeps_the_end(bootstrap: str, make_topic) -> None:
    topic = make_topic(segment_bytes="20000", retention_bytes="50000")
    for _ in range(30):
        produce(bootstrap, topic, [b"x" * 1_000] * 10)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    place = TopicPartition(topic, 0)
    low = 0
    deadline = time.monotonic() + 60
    # It looks several times, also while records still come; a batch is a segment, and five are what may stay.
    while low < 250 and time.monotonic() < deadline:
        low = admin.list_offsets({place: OffsetSpec.earliest()})[place].result(10).offset
        time.sleep(0.2)
    assert low == 250
    assert [message.offset() for message in read(bootstrap, topic, start=low)] == list(range(low, 300))


def test_compaction_keeps_the_newest_value_of_every_key(bootstrap: str, make_topic) -> None:
    """Also where batches are compressed: they are opened and compressed again."""
    newest: dict[bytes, bytes] = {}
    topics = {}
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        topics[codec] = make_topic(cleanup_policy="compact", segment_bytes="10000", min_cleanable_dirty_ratio="0.01")
        producer = Producer(
            {"bootstrap.servers": bootstrap, "linger.ms": 0, "batch.num.messages": 20, "compression.type": codec}
        )
        for number in range(2_000):
            key, value = b"k%d" % (number % 50), b"v%d of %s" % (number, b"a" * (number % 40))
            producer.produce(topics[codec], value, key=key)
            newest[key] = value
            if number % 20 == 0:
                producer.flush(10)
        producer.flush(10)
    deadline = time.monotonic() + 60
    for topic in topics.values():
        messages = read(bootstrap, topic)
        while len(messages) > 1_000 and time.monotonic() < deadline:
            time.sleep(0.3)
            messages = read(bootstrap, topic)
        assert len(messages) <= 1_000
        assert {message.key(): message.value() for message in messages} == newest
        offsets = [message.offset() for message in messages]
        assert offsets == sorted(set(offsets))
        assert offsets[-1] == 1_999


def test_a_record_without_a_key_is_refused_by_a_compacted_topic(bootstrap: str, make_topic) -> None:
    topic = make_topic(cleanup_policy="compact")
    errors: list = []
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"no key", on_delivery=lambda error, message: errors.append(error))
    producer.flush(10)
    assert errors[0].name() == "INVALID_RECORD"


def test_a_restart_gives_the_same_state_twice(make_server) -> None:
    server: Server = make_server()

    def state() -> object:
        admin = AdminClient({"bootstrap.servers": server.bootstrap})
        topics = admin.list_topics(timeout=10).topics
        request = [ConsumerGroupTopicPartitions("g")]
        offsets = admin.list_consumer_group_offsets(request)["g"].result(10).topic_partitions
        return (
            {name: len(topic.partitions) for name, topic in topics.items()},
            {name: settings(admin, name) for name in topics},
            [(place.topic, place.partition, place.offset) for place in offsets],
            admin.describe_cluster().result(10).cluster_id,
        )

    create_topic(server.bootstrap, "a", 2, retention_ms="77777777")
    create_topic(server.bootstrap, "b", 1, cleanup_policy="compact")
    produce(server.bootstrap, "a", [b"x"] * 5)
    admin = AdminClient({"bootstrap.servers": server.bootstrap})
    commit = ConsumerGroupTopicPartitions("g", [TopicPartition("a", 0, 3)])
    admin.alter_consumer_group_offsets([commit])["g"].result(10)
    before = state()
    server.kill()
    server.start()
    assert state() == before
    assert server.stop() == 0
    server.start()
    assert state() == before
    assert values(read(server.bootstrap, "a", 2)) == [b"x"] * 5


def refusal(bootstrap: str, topic: str, value: bytes, **how: object) -> str | None:
    """What a producer is told of one record; None where it is taken."""
    outcome: list = []
    producer = Producer({"bootstrap.servers": bootstrap, "topic.metadata.propagation.max.ms": 1_000})
    producer.produce(topic, value, on_delivery=lambda error, message: outcome.append(error), **how)
    assert producer.flush(20) == 0
    return outcome[0].name() if outcome[0] else None


def test_a_changed_setting_counts_at_once(admin: AdminClient, bootstrap: str, topic: str) -> None:
    late = int(time.time() * 1_000) + 7_200_000
    early = int(time.time() * 1_000) - 7_200_000
    for how in ({}, {"timestamp": late}, {"timestamp": early}):
        assert refusal(bootstrap, topic, b"x" * 3_000, **how) is None
    alter(admin, topic, "max.message.bytes", "2000")
    assert refusal(bootstrap, topic, b"x" * 3_000) == "MSG_SIZE_TOO_LARGE"
    alter(admin, topic, "message.timestamp.after.max.ms", "3600000")
    assert refusal(bootstrap, topic, b"late", timestamp=late) == "INVALID_TIMESTAMP"
    alter(admin, topic, "message.timestamp.before.max.ms", "3600000")
    assert refusal(bootstrap, topic, b"early", timestamp=early) == "INVALID_TIMESTAMP"
    alter(admin, topic, "message.timestamp.type", "LogAppendTime")
    assert refusal(bootstrap, topic, b"stamped", timestamp=early) is None
    assert read(bootstrap, topic)[-1].timestamp()[1] > early
    alter(admin, topic, "cleanup.policy", "compact")
    assert refusal(bootstrap, topic, b"no key") == "INVALID_RECORD"
    alter(admin, topic, "cleanup.policy", None)
    assert refusal(bootstrap, topic, b"no key") is None


def test_a_refused_change_leaves_all_settings_as_they_were(admin: AdminClient, topic: str) -> None:
    before = settings(admin, topic)
    entries = [
        ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET),
        ConfigEntry("segment.bytes", "nonsense", incremental_operation=AlterConfigOpType.SET),
    ]
    resource = ConfigResource("topic", topic, incremental_configs=entries)
    with pytest.raises(KafkaException, match="INVALID_CONFIG"):
        admin.incremental_alter_configs([resource])[resource].result(10)
    assert settings(admin, topic) == before


def test_settings_of_the_node_are_given_at_the_start(make_server, tmp_path: pathlib.Path) -> None:
    server = make_server(
        "data",
        *("--log-setting", "num.partitions=3", "--log-setting", "offsets.retention.minutes=60"),
    )
    produce(server.bootstrap, "made-by-asking", [b"x"])
    admin = AdminClient({"bootstrap.servers": server.bootstrap})
    assert len(admin.list_topics("made-by-asking", timeout=10).topics["made-by-asking"].partitions) == 3
    node = ConfigResource("broker", "0")
    shown = admin.describe_configs([node])[node].result(10)
    assert (shown["num.partitions"].value, shown["offsets.retention.minutes"].value) == ("3", "60")
    for setting, said in [("no.such=1", "no.such"), ("num.partitions=0", "num.partitions"), ("nonsense", "NAME=VALUE")]:
        command = [str(binary()), "serve", "--data", str(tmp_path / "other"), "--port", "0", "--kafka-port", "0"]
        ended = subprocess.run([*command, "--log-setting", setting], capture_output=True, text=True, timeout=30)
        assert ended.returncode in (1, 2)
        assert said in ended.stderr


def test_topics_are_not_made_by_asking_where_the_node_says_so(make_server) -> None:
    server = make_server("data", "--log-setting", "auto.create.topics.enable=false")
    assert refusal(server.bootstrap, "nowhere", b"x") in ("_UNKNOWN_TOPIC", "UNKNOWN_TOPIC_OR_PART")
    create_topic(server.bootstrap, "somewhere")
    assert refusal(server.bootstrap, "somewhere", b"x") is None
