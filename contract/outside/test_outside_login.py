"""`--kafka` to a cluster that asks for a login: a second server of ours with `--require-login`."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable

import pytest
from outside_server import Outside

from martlet_server import Server, binary
from topics import read_all

PASSWORD = "a word for the cluster"


@pytest.fixture
def guarded(make_server: Callable[..., Server]) -> Server:
    cluster = make_server("guarded", "--require-login")
    command = [str(binary()), "users", "add", "ann", "--password-file", "-", "--server", cluster.url]
    subprocess.run(command, input=PASSWORD + "\n", text=True, check=True, timeout=60, capture_output=True)
    return cluster


def settings_file(folder: pathlib.Path, mechanism: str, password: str) -> str:
    path = folder / "cluster.properties"
    path.write_text(
        "# how to log in there\n"
        "security.protocol=sasl_plaintext\n"
        f"sasl.mechanisms={mechanism}\n"
        f"sasl.username=ann\nsasl.password={password}\n"
    )
    return str(path)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
def test_a_cluster_that_asks_for_a_login_is_used_with_the_one_given(
    guarded: Server, tmp_path: pathlib.Path, mechanism: str
) -> None:
    file = settings_file(tmp_path, mechanism, PASSWORD)
    server = Outside(tmp_path / "outside", guarded, "--kafka-properties", file).start()
    try:
        server.post("/api/v1/topics", {"name": "orders"})
        server.post("/api/v1/topics/orders/messages", {"messages": [{"value": {"n": 1}}]})
        read = server.get("/api/v1/topics/orders/messages?partition=0&from=oldest")["items"]
        assert [message["value"] for message in read] == [{"n": 1}]
        login = {
            "security.protocol": "sasl_plaintext", "sasl.mechanisms": mechanism,
            "sasl.username": "ann", "sasl.password": PASSWORD,
        }  # fmt: skip
        assert [message["n"] for message in read_all(guarded.bootstrap, "orders", **login)] == [1]
        assert server.stop() == 0, server.log_tail()
    finally:
        server.kill()
    assert PASSWORD not in server.log_tail(1_000_000)


def test_a_wrong_password_for_the_cluster_ends_the_start_and_is_named(guarded: Server, tmp_path: pathlib.Path) -> None:
    file = settings_file(tmp_path, "SCRAM-SHA-256", "another word")
    command = [
        *(str(binary()), "serve", "--data", str(tmp_path / "outside"), "--port", "0"),
        *("--kafka", guarded.bootstrap, "--kafka-wait", "2", "--kafka-properties", file),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert guarded.bootstrap in ended.stderr
    assert "SASL" in ended.stderr
    assert "another word" not in ended.stderr
