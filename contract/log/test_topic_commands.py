"""`martlet topics`: what people do with the log by hand."""

from __future__ import annotations

import json
import subprocess

import pytest
from confluent_kafka import Consumer, TopicPartition
from log_clients import NUMBERS, produce, read, values

from martlet_server import Server, binary


def run(server: Server, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(binary()), "topics", *words, "--server", server.url]
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)


def done(server: Server, *words: str, given: str = "") -> str:
    ended = run(server, *words, given=given)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def as_json(server: Server, *words: str) -> dict:
    return json.loads(done(server, *words, "--json"))


def settings(described: dict) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in described["settings"]}


@pytest.fixture
def name() -> str:
    return f"by-hand-{next(NUMBERS)}"


def test_a_topic_is_created_described_altered_and_deleted(server: Server, name: str) -> None:
    done(server, "create", name, "--partitions", "2", "--set", "retention.ms=3600000", "--set", "cleanup.policy=delete")
    described = as_json(server, "describe", name)
    assert described["partitions"] == 2
    assert settings(described)["retention.ms"] == "3600000"
    assert "retention.ms" in done(server, "describe", name)
    assert "segment.bytes" not in done(server, "describe", name)
    assert "segment.bytes" in done(server, "describe", name, "--all")
    altered = as_json(
        server, "alter", name, "--set", "max.message.bytes=2000", "--reset", "retention.ms", "--partitions", "3"
    )
    assert altered["partitions"] == 3
    assert settings(altered)["max.message.bytes"] == "2000"
    assert settings(altered)["retention.ms"] == "604800000"
    assert settings(altered)["cleanup.policy"] == "delete"
    assert name in [topic["name"] for topic in as_json(server, "list")["items"]]
    done(server, "delete", name)
    assert name not in [topic["name"] for topic in as_json(server, "list")["items"]]


def test_messages_are_written_and_printed(server: Server, bootstrap: str, name: str) -> None:
    done(server, "create", name, "--partitions", "2")
    assert as_json(server, "produce", name, "--value", "first", "--partition", "0") == {"written": 1}
    done(server, "produce", name, "--key-separator", ":", given="k:second\nk:third:with more\n")
    messages = read(bootstrap, name, 2)
    assert sorted(values(messages)) == [b"first", b"second", b"third:with more"]
    assert {message.key() for message in messages} == {None, b"k"}
    printed = done(server, "consume", name, "--from", "oldest")
    assert [text in printed for text in ("first", "second", "third:with more")] == [True] * 3
    lines = done(server, "consume", name, "--from", "oldest", "--json").splitlines()
    assert sorted(json.loads(line)["value"] for line in lines) == ["first", "second", "third:with more"]
    assert "first" in done(server, "consume", name, "--partition", "0", "--from", "0", "--limit", "1")


def test_groups_and_their_lag_are_shown(server: Server, bootstrap: str, name: str) -> None:
    done(server, "create", name, "--partitions", "2")
    produce(bootstrap, name, [b"x"] * 10, 0)
    produce(bootstrap, name, [b"x"] * 5, 1)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": name, "client.id": "reader"})
    consumer.subscribe([name])
    for _ in range(200):
        consumer.poll(0.1)
        if len(consumer.assignment()) == 2:
            break
    consumer.commit(offsets=[TopicPartition(name, 0, 4)], asynchronous=False)
    group = as_json(server, "groups", name)
    assert (group["state"], group["lag"]) == ("Stable", 11)
    assert [member["client_id"] for member in group["members"]] == ["reader"]
    lags = {(row["partition"], row["committed"], row["lag"]) for row in as_json(server, "lag", name)["items"]}
    assert lags == {(0, 4, 6), (1, None, 5)}
    assert name in done(server, "lag")
    assert name in done(server, "groups")
    refused = run(server, "groups", name, "--delete")
    assert (refused.returncode, "consumers" in refused.stderr) == (5, True)
    consumer.close()
    listed = [group for group in as_json(server, "groups")["items"] if group["name"] == name]
    assert [(group["state"], group["members"], group["lag"]) for group in listed] == [("Empty", 0, 6)]
    done(server, "groups", name, "--delete")
    assert name not in done(server, "groups")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["describe", "nowhere"], 3, "nowhere"),
        (["delete", "nowhere"], 3, "nowhere"),
        (["alter", "nowhere", "--set", "retention.ms=1"], 3, "nowhere"),
        (["lag", "nobody"], 3, "nobody"),
        (["create", "bad name"], 5, "name"),
        (["create", "odd", "--set", "no.such=1"], 5, "no.such"),
        (["create", "odd", "--set", "retention.ms=soon"], 5, "retention.ms"),
        (["create", "odd", "--set", "retention.ms"], 2, "NAME=VALUE"),
        (["alter", "odd"], 2, "nothing to change"),
        (["consume", "nowhere", "--from", "middle"], 3, "nowhere"),
        (["consume"], 2, "TOPIC"),
        (["gruops"], 2, "groups"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_status(server: Server, words: list[str], status: int, said: str) -> None:
    ended = run(server, *words)
    assert (ended.returncode, said in ended.stderr) == (status, True), ended.stderr


@pytest.mark.parametrize(
    "command", ["list", "create", "describe", "alter", "delete", "consume", "produce", "groups", "lag"]
)
def test_every_command_explains_itself(server: Server, command: str) -> None:
    text = subprocess.run(
        [str(binary()), "topics", command, "--help"], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert f"martlet topics {command}" in text
    assert "--json" in text
