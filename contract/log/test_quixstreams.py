"""Quix Streams applications run unmodified: state, changelog topics, exactly-once."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import textwrap

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
