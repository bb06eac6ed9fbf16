"""Quix Streams applications run unmodified: state, changelog topics, exactly-once."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import textwrap
import time

import pytest
from log_clients import read

pytest.importorskip("quixstreams")

APPLICATION = textwrap.dedent(
    """
    import sys
    from quixstreams import Application

    bootstrap, guarantee, state, source, target = sys.argv[1:]
    app = Application(
        broker_address=bootstrap, consumer_group="counts-" + guarantee, auto_offset_reset="earliest",
        processing_guarantee=guarantee, state_dir=state, commit_interval=0.2, loglevel="ERROR",
    )

    def count(value, state):
        number = state.get("n", 0) + 1
        state.set("n", number)
        return {"n": number}

    rows = app.dataframe(app.topic(source, value_deserializer="json"))
    rows.apply(count, stateful=True).to_topic(app.topic(target, value_serializer="json"))
    app.run(count=int(300), timeout=20)
    """
)


@pytest.mark.parametrize("guarantee", ["at-least-once", "exactly-once"])
def test_counts_go_on_from_the_changelog(bootstrap: str, make_topic, tmp_path: pathlib.Path, guarantee: str) -> None:
    from confluent_kafka import Producer

    source, target = make_topic(2), make_topic(2)
    script = tmp_path / "application.py"
    script.write_text(APPLICATION)

    def run(state: str) -> None:
        producer = Producer({"bootstrap.servers": bootstrap})
        for number in range(300):
            producer.produce(source, json.dumps({"v": number}).encode(), key=b"k%d" % (number % 3))
        producer.flush(10)
        arguments = [sys.executable, str(script), bootstrap, guarantee, str(tmp_path / state), source, target]
        subprocess.run(arguments, check=True, timeout=120)

    run("first")
    run("second")  # another state folder: it is rebuilt from the changelog topic
    messages = read(bootstrap, target, 2, **{"isolation.level": "read_committed"})
    counts: dict[bytes, list[int]] = {}
    for message in messages:
        counts.setdefault(message.key(), []).append(json.loads(message.value())["n"])
    assert {key: sorted(numbers) for key, numbers in counts.items()} == {
        key: list(range(1, 201)) for key in (b"k0", b"k1", b"k2")
    }


WINDOWS = textwrap.dedent(
    """
    import sys
    from datetime import timedelta
    from quixstreams import Application

    bootstrap, guarantee, state, source, target = sys.argv[1:]
    app = Application(
        broker_address=bootstrap, consumer_group="windows-" + guarantee, auto_offset_reset="earliest",
        processing_guarantee=guarantee, state_dir=state, commit_interval=0.2, loglevel="ERROR",
    )
    rows = app.dataframe(app.topic(source, value_deserializer="json"))
    rows = rows.group_by("room")
    sums = rows.apply(lambda value: value["n"]).tumbling_window(timedelta(seconds=10)).sum().final()
    sums.to_topic(app.topic(target, value_serializer="json"))
    app.run(timeout=6)
    """
)


@pytest.mark.parametrize("guarantee", ["at-least-once", "exactly-once"])
def test_windows_over_another_key_are_summed(
    bootstrap: str, make_topic, tmp_path: pathlib.Path, guarantee: str
) -> None:
    from confluent_kafka import Producer

    source, target = make_topic(2), make_topic(2)
    script = tmp_path / "application.py"
    script.write_text(WINDOWS)
    producer = Producer({"bootstrap.servers": bootstrap})
    begin = 1_700_000_000_000
    for second in range(60):
        for room in ("kitchen", "hall"):
            value = json.dumps({"room": room, "n": 1}).encode()
            producer.produce(source, value, key=b"sensor", timestamp=begin + second * 1_000)
    producer.flush(10)
    arguments = [sys.executable, str(script), bootstrap, guarantee, str(tmp_path / "state"), source, target]
    subprocess.run(arguments, check=True, timeout=120)
    sums: dict[bytes, list[tuple[int, int]]] = {}
    for message in read(bootstrap, target, 2, **{"isolation.level": "read_committed"}):
        window = json.loads(message.value())
        sums.setdefault(message.key(), []).append((window["start"], window["value"]))
    # The last window is open until a later record comes.
    expected = [(begin + first * 1_000, 10) for first in range(0, 50, 10)]
    assert sums == {b"kitchen": expected, b"hall": expected}


KILLED = APPLICATION.replace(
    'loglevel="ERROR",',
    """loglevel="ERROR", consumer_extra_config={"session.timeout.ms": 6000},
    producer_extra_config={"transaction.timeout.ms": 10000},""",
).replace("app.run(count=int(300), timeout=20)", "app.run()")


def test_a_killed_application_loses_and_repeats_nothing(bootstrap: str, make_topic, tmp_path: pathlib.Path) -> None:
    from confluent_kafka import Producer

    source, target = make_topic(2), make_topic(2)
    script = tmp_path / "application.py"
    script.write_text(KILLED)
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(9_000):
        producer.produce(source, json.dumps({"v": number}).encode(), key=b"k%d" % (number % 3))
    producer.flush(10)

    def numbers() -> dict[bytes, list[int]]:
        found: dict[bytes, list[int]] = {}
        for message in read(bootstrap, target, 2, **{"isolation.level": "read_committed"}):
            found.setdefault(message.key(), []).append(json.loads(message.value())["n"])
        return found

    def run(life: int, least: int) -> None:
        """Lets it work until so many results are committed, and kills it."""
        state = tmp_path / f"state-{life}"
        arguments = [sys.executable, str(script), bootstrap, "exactly-once", str(state), source, target]
        deadline = time.monotonic() + 120
        with subprocess.Popen(arguments) as application:
            while sum(map(len, numbers().values())) < least:
                assert application.poll() is None and time.monotonic() < deadline, numbers().keys()
                time.sleep(0.2)
            application.kill()

    run(1, 500)
    run(2, 4_000)
    run(3, 9_000)
    assert numbers() == {key: list(range(1, 3_001)) for key in (b"k0", b"k1", b"k2")}
