"""Artifacts in an S3-compatible store: the client cannot tell the difference."""

from __future__ import annotations

import os
import pathlib
import subprocess
from collections.abc import Callable, Iterator

import pytest
from mlflow import MlflowClient
from object_store import BUCKET, ObjectStore

from martlet_server import ROOT, Server, binary


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    store = ObjectStore(tmp_path_factory.mktemp("weed"))
    store.start()
    yield store
    store.stop()


@pytest.fixture
def options(store: ObjectStore, monkeypatch: pytest.MonkeyPatch, name: str) -> list[str]:
    """What makes a server use a prefix of its own in the bucket."""
    for key, value in store.keys.items():
        monkeypatch.setenv(key, value)
    return ["--artifacts", f"s3://{BUCKET}/{name}", "--s3-endpoint", store.endpoint]


def test_trees_live_in_the_bucket_and_leave_it(
    make_server: Callable[..., Server], options: list[str], store: ObjectStore, name: str, tmp_path: pathlib.Path
) -> None:
    server = make_server("data", *options)
    client = MlflowClient(server.url, server.url)
    run_id = client.create_run("0").info.run_id
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    contents = {
        "large.bin": os.urandom(40 << 20),
        "same.bin": b"same",
        "deep/same.bin": b"same",
        "deep/empty": b"",
    }
    for place, content in contents.items():
        (source / place).write_bytes(content)
    client.log_artifacts(run_id, str(source), "tree")
    target = pathlib.Path(client.download_artifacts(run_id, "tree", str(tmp_path / "back")))
    for place, content in contents.items():
        assert (target / place).read_bytes() == content
    blobs = [key for key in store.objects(f"{name}/") if "/blobs/" in key]
    assert len(blobs) == 3, "content is stored once"
    assert not list((server.data / "artifacts").glob("uploads/*")), "nothing stays on the server"
    server.stop()
    server = make_server("data", *options)
    client = MlflowClient(server.url, server.url)
    assert [file.path for file in client.list_artifacts(run_id, "tree")] == [
        "tree/deep",
        "tree/large.bin",
        "tree/same.bin",
    ]
    client.delete_run(run_id)
    freed = server.request("POST", "/api/v1/trash/purge", {"older_than_days": 0})
    assert freed == {"purged": 1, "freed_bytes": (40 << 20) + 4}
    assert [key for key in store.objects(f"{name}/") if "/blobs/" in key] == []


def test_ranges_come_from_the_bucket(make_server: Callable[..., Server], options: list[str]) -> None:
    server = make_server("data", *options)
    path = "/api/2.0/mlflow-artifacts/artifacts/ranged"
    content = os.urandom(20 << 20)
    subprocess.run(["curl", "-sSf", "-T", "-", server.url + path], input=content, check=True, stdout=subprocess.DEVNULL)
    for wanted, part in (("0-0", content[:1]), ("8388607-8388609", content[8388607:8388610]), ("-5", content[-5:])):
        got = subprocess.run(["curl", "-sSf", "-r", wanted, server.url + path], check=True, capture_output=True).stdout
        assert got == part
    head = subprocess.run(["curl", "-sSfI", server.url + path], check=True, capture_output=True, text=True).stdout
    assert "Content-Length: 20971520" in head


def test_a_store_that_is_away_is_said_and_nothing_is_lost(
    make_server: Callable[..., Server],
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    own = ObjectStore(tmp_path / "weed")
    request.addfinalizer(own.stop)
    own.start()
    for key, value in own.keys.items():
        monkeypatch.setenv(key, value)
    server = make_server("data", "--artifacts", f"s3://{BUCKET}", "--s3-endpoint", own.endpoint)
    client = MlflowClient(server.url, server.url)
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "kept", "a.txt")
    own.stop()
    answer = subprocess.run(
        ["curl", "-sS", "-T", "-", f"{server.url}/api/2.0/mlflow-artifacts/artifacts/x"],
        input=b"x",
        check=True,
        capture_output=True,
    ).stdout
    assert b"TEMPORARILY_UNAVAILABLE" in answer
    assert b"does not answer" in answer
    client.log_metric(run_id, "still", 1.0)
    own.start()
    assert client.list_artifacts(run_id)[0].path == "a.txt"
    path = pathlib.Path(client.download_artifacts(run_id, "a.txt", str(tmp_path)))
    assert path.read_text() == "kept"


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--artifacts", "s3://x"], ObjectStore.keys, "names no bucket"),
        (["--artifacts", "s3://bucket/x"], {}, "AWS_ACCESS_KEY_ID"),
        (["--s3-endpoint", "http://127.0.0.1:1"], {}, "--artifacts"),
        (["--artifacts", "s3://bucket/x", "--s3-credentials", "/nowhere"], {}, "/nowhere"),
    ],
)
def test_settings_that_cannot_work_are_said(
    tmp_path: pathlib.Path, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    ended = subprocess.run(
        [str(binary()), "serve", "--data", str(tmp_path / "data"), "--port", "0", "--kafka-port", "0", *arguments],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert said in ended.stderr


def test_wrong_keys_and_a_foreign_bucket_end_the_start(
    store: ObjectStore, make_server: Callable[..., Server], options: list[str], tmp_path: pathlib.Path
) -> None:
    make_server("first", *options).stop()
    command = [str(binary()), "serve", "--port", "0", "--kafka-port", "0", *options]
    other = subprocess.run(
        [*command, "--data", str(tmp_path / "other")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert other.returncode == 1
    assert "belongs to another database" in other.stderr
    wrong = subprocess.run(
        [*command, "--data", str(tmp_path / "wrong")],
        cwd=ROOT,
        env=os.environ | {"AWS_SECRET_ACCESS_KEY": "wrong"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert wrong.returncode == 1
    assert "check the keys" in wrong.stderr
    assert "secret" not in wrong.stderr
