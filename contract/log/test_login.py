"""Logging in to the log with the real clients."""

from __future__ import annotations

import asyncio
import itertools
import json
import pathlib
import subprocess
import time
from collections.abc import Callable, Iterator

import aiokafka
import aiokafka.errors
import kafka
import kafka.errors
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from java_clients import JavaClient
from log_clients import read, values

from martlet_server import Server, binary

USER, PASSWORD = "ann", "correct horse battery"
MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
NAMES = (f"login-{number}" for number in itertools.count())


def martlet(server: Server, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(binary()), *words, "--server", server.url]
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)


def add_user(server: Server, name: str, password: str) -> None:
    done = martlet(server, "users", "add", name, "--password-file", "-", given=password + "\n")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose log asks everybody for a login."""
    server = Server(tmp_path_factory.mktemp("guarded") / "data", "--require-login").start()
    add_user(server, USER, PASSWORD)
    yield server
    assert server.stop() == 0, server.log_tail()


def login(mechanism: str, password: str = PASSWORD, user: str = USER) -> dict[str, object]:
    """How librdkafka is told."""
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanisms": mechanism,
        "sasl.username": user,
        "sasl.password": password,
    }


def python_login(mechanism: str, password: str = PASSWORD) -> dict[str, object]:
    """How the clients in Python are told."""
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": mechanism,
        "sasl_plain_username": USER,
        "sasl_plain_password": password,
    }


def java_login(mechanism: str, password: str = PASSWORD) -> dict[str, str]:
    """How Java's clients are told."""
    module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism,
        "sasl.jaas.config": f"org.apache.kafka.common.security.{module} required "
        f'username="{USER}" password="{password}";',
    }


def librdkafka_errors(bootstrap: str, settings: dict[str, object]) -> set[str]:
    """What a client that cannot log in is told."""
    errors: set[str] = set()
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "nobody",
            "reconnect.backoff.max.ms": 200,
            **settings,
            "error_cb": lambda error: errors.add(error.name()),
        }
    )
    consumer.subscribe(["anything"])
    deadline = time.monotonic() + 20
    while not errors & {"_AUTHENTICATION", "_ALL_BROKERS_DOWN"} and time.monotonic() < deadline:
        consumer.poll(0.1)
    consumer.close()
    return errors


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_librdkafka_logs_in(guarded: Server, mechanism: str) -> None:
    topic = next(NAMES)
    settings = {"bootstrap.servers": guarded.bootstrap, **login(mechanism)}
    producer = Producer(settings)
    producer.produce(topic, b"hello")
    assert producer.flush(10) == 0
    consumer = Consumer({**settings, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    assert consumer.poll(20).value() == b"hello"
    consumer.close()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_kafka_python_logs_in(guarded: Server, mechanism: str) -> None:
    topic = next(NAMES)
    settings = {"bootstrap_servers": guarded.bootstrap, **python_login(mechanism)}
    producer = kafka.KafkaProducer(**settings)
    assert producer.send(topic, b"hello").get(10).offset == 0
    producer.close()
    consumer = kafka.KafkaConsumer(topic, auto_offset_reset="earliest", consumer_timeout_ms=10_000, **settings)
    assert next(consumer).value == b"hello"
    consumer.close()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_aiokafka_logs_in(guarded: Server, mechanism: str) -> None:
    topic = next(NAMES)

    async def roundtrip() -> bytes:
        settings = {"bootstrap_servers": guarded.bootstrap, **python_login(mechanism)}
        async with aiokafka.AIOKafkaProducer(**settings) as producer:
            await producer.send_and_wait(topic, b"hello")
        async with aiokafka.AIOKafkaConsumer(topic, auto_offset_reset="earliest", **settings) as consumer:
            return (await asyncio.wait_for(consumer.getone(), 10)).value

    assert asyncio.run(roundtrip()) == b"hello"


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
def test_java_logs_in(java: JavaClient, guarded: Server, mechanism: str) -> None:
    topic = next(NAMES)
    settings = java_login(mechanism)
    assert java.run("produce", guarded.bootstrap, topic, "none", 10, settings=settings) == {"none": "0..9"}
    found = read(guarded.bootstrap, topic, **login(mechanism))
    assert values(found) == [b"value %d" % number for number in range(10)]


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_kcat_logs_in(guarded: Server, mechanism: str) -> None:
    options = [part for name, value in login(mechanism).items() for part in ("-X", f"{name}={value}")]
    done = subprocess.run(["kcat", "-L", "-b", guarded.bootstrap, *options], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "broker 0 at" in done.stdout


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_wrong_password_is_told_to_librdkafka(guarded: Server, mechanism: str) -> None:
    assert "_AUTHENTICATION" in librdkafka_errors(guarded.bootstrap, login(mechanism, "wrong password"))


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_an_unknown_user_is_told_the_same(guarded: Server, mechanism: str) -> None:
    settings = login(mechanism, PASSWORD, "nobody")
    assert "_AUTHENTICATION" in librdkafka_errors(guarded.bootstrap, settings)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_wrong_password_is_told_to_aiokafka(
    guarded: Server, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"bootstrap_servers": guarded.bootstrap, **python_login(mechanism, "wrong password")}

    async def begin() -> None:
        client = aiokafka.AIOKafkaProducer(**settings)
        try:
            await client.start()
        finally:
            await client.stop()

    with pytest.raises(aiokafka.errors.KafkaError):
        asyncio.run(begin())
    assert "SaslAuthenticationFailed" in caplog.text


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_wrong_password_is_told_to_kafka_python(
    guarded: Server, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"bootstrap_servers": guarded.bootstrap, **python_login(mechanism, "wrong password")}
    with pytest.raises(kafka.errors.KafkaError):
        kafka.KafkaProducer(**settings, bootstrap_timeout_ms=2_000, max_block_ms=2_000).send("anything", b"x").get(2)
    assert "SaslAuthenticationFailed" in caplog.text


def test_a_wrong_password_is_told_to_java(java: JavaClient, guarded: Server) -> None:
    settings = java_login("SCRAM-SHA-256", "wrong password")
    said = java.failure("produce", guarded.bootstrap, "anything", "none", 1, settings=settings)
    assert "SaslAuthenticationException" in said


def test_who_does_not_log_in_is_shut_out(guarded: Server) -> None:
    assert librdkafka_errors(guarded.bootstrap, {}) & {"_ALL_BROKERS_DOWN", "_TRANSPORT"}


def test_a_removed_user_is_cut_off_and_cannot_come_back(guarded: Server) -> None:
    add_user(guarded, "brief", "a brief password")
    settings = {"bootstrap.servers": guarded.bootstrap, **login("SCRAM-SHA-256", "a brief password", "brief")}
    errors: set[str] = set()
    client = AdminClient({**settings, "error_cb": lambda error: errors.add(error.name())})
    assert client.list_topics(timeout=10).brokers
    assert martlet(guarded, "users", "remove", "brief").returncode == 0
    deadline = time.monotonic() + 30
    while "_AUTHENTICATION" not in errors:
        assert time.monotonic() < deadline, f"the open connection was not closed: {errors}"
        client.poll(0.1)
    refused = login("SCRAM-SHA-256", "a brief password", "brief")
    assert "_AUTHENTICATION" in librdkafka_errors(guarded.bootstrap, refused)


def test_users_are_added_listed_and_removed_by_the_command_line(guarded: Server) -> None:
    made = martlet(guarded, "users", "add", "made", "--json")
    password = json.loads(made.stdout)["password"]
    settings = {"bootstrap.servers": guarded.bootstrap, **login("PLAIN", password, "made")}
    assert AdminClient(settings).list_topics(timeout=10).brokers
    listed = json.loads(martlet(guarded, "users", "list", "--json").stdout)["items"]
    assert {user["name"] for user in listed} >= {USER, "made"}
    assert all(set(user) == {"name", "created_at"} for user in listed)
    again = martlet(guarded, "users", "add", "made")
    assert (again.returncode, "already" in again.stderr) == (5, True)
    assert martlet(guarded, "users", "add", "two words").returncode == 5
    assert martlet(guarded, "users", "remove", "made").returncode == 0
    gone = martlet(guarded, "users", "remove", "made")
    assert (gone.returncode, "made" in gone.stderr) == (3, True)


def test_the_server_itself_still_reaches_its_log(guarded: Server) -> None:
    topic = next(NAMES)
    guarded.post("/api/v1/topics", {"name": topic, "partitions": 2})
    guarded.post(f"/api/v1/topics/{topic}/messages", {"messages": [{"value": "hello", "partition": 1}]})
    messages = guarded.get(f"/api/v1/topics/{topic}/messages?partition=1&from=oldest")["items"]
    assert [message["value"] for message in messages] == ["hello"]


def test_no_password_is_in_the_data_folder(guarded: Server) -> None:
    files = [path for path in guarded.data.rglob("*") if path.is_file()]
    assert any(USER.encode() in path.read_bytes() for path in files)
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]


def test_users_are_known_after_a_kill(make_server: Callable[..., Server]) -> None:
    server = make_server("data", "--require-login")
    add_user(server, USER, PASSWORD)
    server.kill()
    server.start()
    settings = {"bootstrap.servers": server.bootstrap, **login("SCRAM-SHA-256")}
    assert AdminClient(settings).list_topics(timeout=10).brokers


def test_an_address_of_other_machines_asks_for_a_login(make_server: Callable[..., Server]) -> None:
    server = make_server("data", "--kafka-host", "0.0.0.0")
    assert librdkafka_errors(server.bootstrap, {}) & {"_ALL_BROKERS_DOWN", "_TRANSPORT"}
    add_user(server, USER, PASSWORD)
    settings = {"bootstrap.servers": server.bootstrap, **login("SCRAM-SHA-256")}
    assert AdminClient(settings).list_topics(timeout=10).brokers


def test_everybody_may_come_from_other_machines_only_when_it_is_said(
    make_server: Callable[..., Server], tmp_path: pathlib.Path
) -> None:
    command = [str(binary()), "serve", "--data", str(tmp_path / "open"), "--host", "0.0.0.0"]
    refused = subprocess.run([*command, "--port", "0", "--kafka-port", "0"], capture_output=True, text=True, timeout=30)
    assert refused.returncode == 1
    assert "--allow-anonymous" in refused.stderr
    server = make_server("data", "--host", "0.0.0.0", "--allow-anonymous")
    assert AdminClient({"bootstrap.servers": server.bootstrap}).list_topics(timeout=10).brokers
