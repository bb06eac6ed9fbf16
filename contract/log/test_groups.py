"""Consumer groups: shares, rebalances, positions."""

from __future__ import annotations

import time

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from kafka import KafkaAdminClient, KafkaConsumer
from kafka import TopicPartition as KafkaTopicPartition
from log_clients import produce

from martlet_server import Server


def member(bootstrap: str, group: str, topic: str, **config: object) -> Consumer:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6_000,
            "heartbeat.interval.ms": 500,
            **config,
        }
    )
    consumer.subscribe([topic])
    return consumer


def settle(consumers: list[Consumer], partitions: int, seconds: float = 30) -> list[set[int]]:
    """Polls until the consumers share all partitions, none of them twice."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for consumer in consumers:
            consumer.poll(0.1)
        shares = [{place.partition for place in consumer.assignment()} for consumer in consumers]
        if all(shares) and sum(map(len, shares)) == partitions and len(set.union(*shares)) == partitions:
            return shares
    raise AssertionError(f"the consumers did not share {partitions} partitions: {shares}")


@pytest.mark.parametrize("strategy", ["range", "roundrobin", "cooperative-sticky"])
def test_members_share_the_partitions(bootstrap: str, make_topic, strategy: str) -> None:
    topic = make_topic(4)
    consumers = [
        member(bootstrap, f"share-{strategy}", topic, **{"partition.assignment.strategy": strategy}) for _ in range(2)
    ]
    assert [len(share) for share in settle(consumers, 4)] == [2, 2]
    consumers.pop().close()
    assert [len(share) for share in settle(consumers, 4)] == [4]
    consumers.pop().close()


def test_a_member_that_dies_is_replaced(bootstrap: str, make_topic) -> None:
    topic = make_topic(2)
    silent = member(bootstrap, "dies", topic, **{"max.poll.interval.ms": 6_000})
    settle([silent], 2)
    other = member(bootstrap, "dies", topic)
    # The first one is never polled again, so it leaves the rebalance without it.
    deadline = time.monotonic() + 40
    while len(other.assignment()) < 2 and time.monotonic() < deadline:
        other.poll(0.2)
    assert len(other.assignment()) == 2
    other.close()
    silent.close()


def test_committed_positions_are_found_again(bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"%d" % number for number in range(10)])
    first = member(bootstrap, "again", topic)
    got = [first.poll(10).value() for _ in range(4)]
    first.commit(offsets=[TopicPartition(topic, 0, 4, metadata="note")], asynchronous=False)
    first.close()
    second = member(bootstrap, "again", topic)
    committed = second.committed([TopicPartition(topic, 0)], timeout=10)[0]
    assert (committed.offset, committed.metadata) == (4, "note")
    assert second.poll(10).value() == b"4"
    assert got == [b"0", b"1", b"2", b"3"]
    second.close()


def test_a_commit_of_an_earlier_generation_is_refused(bootstrap: str, make_topic) -> None:
    topic = make_topic(2)
    fenced = member(bootstrap, "fenced", topic, **{"max.poll.interval.ms": 6_000})
    settle([fenced], 2)
    other = member(bootstrap, "fenced", topic)
    deadline = time.monotonic() + 40
    while len(other.assignment()) < 2 and time.monotonic() < deadline:
        other.poll(0.2)
    with pytest.raises(KafkaException):
        fenced.commit(offsets=[TopicPartition(topic, 0, 7)], asynchronous=False)
    assert other.committed([TopicPartition(topic, 0)], timeout=10)[0].offset < 0
    other.close()
    fenced.close()


def test_static_members_come_back_without_a_rebalance(bootstrap: str, make_topic) -> None:
    topic = make_topic(4)
    consumers = [member(bootstrap, "static", topic, **{"group.instance.id": f"i{index}"}) for index in range(2)]
    before = settle(consumers, 4)
    consumers[1].close()
    consumers[1] = member(bootstrap, "static", topic, **{"group.instance.id": "i1"})
    assert settle(consumers, 4) == before
    for consumer in consumers:
        consumer.close()


def test_different_clients_share_a_group(bootstrap: str, make_topic) -> None:
    topic = make_topic(4)
    ours = member(bootstrap, "mixed", topic, **{"partition.assignment.strategy": "range"})
    settle([ours], 4)
    theirs = KafkaConsumer(topic, bootstrap_servers=bootstrap, group_id="mixed")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (len(ours.assignment()) == 2 and len(theirs.assignment()) == 2):
        ours.poll(0.1)
        theirs.poll(100)
    assert len(ours.assignment()) == 2
    assert len(theirs.assignment()) == 2
    theirs.close()
    ours.close()


def test_groups_are_listed_described_and_deleted(bootstrap: str, topic: str) -> None:
    produce(bootstrap, topic, [b"x"])
    admin = AdminClient({"bootstrap.servers": bootstrap})
    consumer = member(bootstrap, "described", topic)
    settle([consumer], 1)
    consumer.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
    described = admin.describe_consumer_groups(["described"])["described"].result(10)
    assert described.state.name == "STABLE"
    assert [place.partition for place in described.members[0].assignment.topic_partitions] == [0]
    with pytest.raises(KafkaException, match="NON_EMPTY_GROUP"):
        admin.delete_consumer_groups(["described"])["described"].result(10)
    consumer.close()
    assert "described" in [group.group_id for group in admin.list_consumer_groups().result(10).valid]
    request = [ConsumerGroupTopicPartitions("described")]
    offsets = admin.list_consumer_group_offsets(request)["described"].result(10).topic_partitions
    assert [(place.topic, place.offset) for place in offsets] == [(topic, 1)]
    admin.delete_consumer_groups(["described"])["described"].result(10)
    assert "described" not in [group.group_id for group in admin.list_consumer_groups().result(10).valid]


def test_positions_and_members_survive_a_kill(make_server) -> None:
    server: Server = make_server()
    port = server.kafka_port
    produce(server.bootstrap, "t", [b"%d" % number for number in range(10)])
    consumer = member(server.bootstrap, "survivors", "t", **{"session.timeout.ms": 30_000})
    settle([consumer], 1)
    consumer.commit(offsets=[TopicPartition("t", 0, 6)], asynchronous=False)
    server.kill()
    server.wanted_ports = (0, port)
    server.start()
    assert consumer.committed([TopicPartition("t", 0)], timeout=20)[0].offset == 6
    consumer.commit(offsets=[TopicPartition("t", 0, 7)], asynchronous=False)
    assert consumer.committed([TopicPartition("t", 0)], timeout=20)[0].offset == 7
    consumer.close()


def test_positions_are_deleted_only_of_topics_that_nobody_reads(bootstrap: str, make_topic) -> None:
    read, left = make_topic(), make_topic()
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    consumer = member(bootstrap, "reads-one", read)
    settle([consumer], 1)
    places = [TopicPartition(name, 0, 5) for name in (read, left)]
    consumer.commit(offsets=places, asynchronous=False)
    outcome = admin.delete_group_offsets("reads-one", [KafkaTopicPartition(name, 0) for name in (read, left)])
    assert {place.topic: error.__name__ for place, error in outcome.items()} == {
        read: "GroupSubscribedToTopicError",
        left: "NoError",
    }
    offsets = [place.offset for place in consumer.committed(places, timeout=10)]
    assert offsets[0] == 5
    assert offsets[1] < 0
    consumer.close()
    admin.close()
