"""Large files: in constant memory, in parts as MLflow's client sends them, and over a restart."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
from collections.abc import Callable

import pytest
from mlflow import MlflowClient
from test_artifacts import exchange

from martlet_server import Server

MEBIBYTE = 1 << 20
# One command runs it at full size: MARTLET_LARGE_MIB=1024 pytest contract/mlflow/test_large_artifacts.py
LARGE = int(os.environ.get("MARTLET_LARGE_MIB", "96"))
GROWTH_LIMIT_KIB = 48 << 10


def resident_kib(server: Server, peak: bool = False) -> int:
    """The memory of the server; its peak since the last reset."""
    assert server.process is not None
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    word = "VmHWM" if peak else "VmRSS"
    return int(next(line for line in status.splitlines() if line.startswith(word)).split()[1])


def reset_peak(server: Server) -> None:
    assert server.process is not None
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("large") / "large.bin"
    block = os.urandom(MEBIBYTE)
    with path.open("wb") as file:
        for index in range(LARGE):
            file.write(index.to_bytes(8, "big") + block[8:])
    return path


def digest(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize("parts", [False, True])
def test_a_large_file_goes_up_and_down_in_constant_memory(
    make_server: Callable[..., Server],
    large_file: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    parts: bool,
) -> None:
    server = make_server()
    client = MlflowClient(server.url, server.url)
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "warm", "warm.txt")
    client.download_artifacts(run_id, "warm.txt", str(tmp_path))
    if parts:
        monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1")
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", str(parts))
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", str(parts))
    reset_peak(server)
    before = resident_kib(server)
    client.log_artifact(run_id, str(large_file))
    back = pathlib.Path(client.download_artifacts(run_id, "large.bin", str(tmp_path / "back")))
    growth = resident_kib(server, peak=True) - before
    assert digest(back) == digest(large_file)
    assert growth < GROWTH_LIMIT_KIB, f"the server grew by {growth} KiB"
    log = server.log_tail()
    assert not list((server.data / "artifacts/multipart").iterdir()), log
    print(f"{LARGE} MiB up and down, parts: {parts}: the server grew by {growth} KiB")


def test_an_upload_in_parts_goes_on_after_a_kill(make_server: Callable[..., Server]) -> None:
    server = make_server()
    parts = [os.urandom(3 * MEBIBYTE), os.urandom(3 * MEBIBYTE), b"end"]
    folder = "api/2.0/mlflow-artifacts/mpu"
    begun = server.post(f"/{folder}/create/0/resumed", {"path": "/home/somebody/file.bin", "num_parts": 3})
    assert [part["part_number"] for part in begun["credentials"]] == [1, 2, 3]
    tags = {}

    def send(number: int) -> None:
        place = begun["credentials"][number - 1]["url"].split("/", 3)[3]
        status, headers, body = exchange(server, "PUT", f"/{place}", parts[number - 1])
        assert status == 200, body
        tags[number] = headers["etag"]

    send(3)
    send(1)
    server.kill()
    server = make_server()
    early = {"path": "file.bin", "upload_id": begun["upload_id"], "parts": []}
    status, _, body = exchange(
        server,
        "POST",
        f"/{folder}/complete/0/resumed",
        json.dumps(early).encode(),
        {"Content-Type": "application/json"},
    )
    assert (status, b"part 2 of 3" in body or b"ETag" in body) == (400, True), body
    send(2)
    whole = early | {"parts": [{"part_number": n, "etag": tags[n], "url": ""} for n in (1, 2, 3)]}
    for _ in range(2):
        # The second time as a client does whose answer was lost.
        assert server.post(f"/{folder}/complete/0/resumed", whole) == {}
    status, _, body = exchange(server, "GET", "/api/2.0/mlflow-artifacts/artifacts/0/resumed/file.bin")
    assert (status, body) == (200, b"".join(parts))
    assert not list((server.data / "artifacts/multipart").iterdir())


def test_an_upload_in_parts_can_be_given_up(make_server: Callable[..., Server]) -> None:
    server = make_server()
    folder = "api/2.0/mlflow-artifacts/mpu"
    begun = server.post(f"/{folder}/create/0", {"path": "f", "num_parts": 2})
    place = begun["credentials"][0]["url"].split("/", 3)[3]
    assert exchange(server, "PUT", f"/{place}", b"12345")[0] == 200
    assert server.post(f"/{folder}/abort/0", {"path": "f", "upload_id": begun["upload_id"]}) == {}
    assert not list((server.data / "artifacts/multipart").iterdir())
    assert exchange(server, "PUT", f"/{place}", b"12345")[0] == 404


def test_a_download_that_broke_off_goes_on(make_server: Callable[..., Server]) -> None:
    server = make_server()
    path = "/api/2.0/mlflow-artifacts/artifacts/x"
    content = os.urandom(5 * MEBIBYTE)
    assert exchange(server, "PUT", path, content)[0] == 200
    _, headers, _ = exchange(server, "HEAD", path)
    tag = headers["etag"]
    rest = {"Range": f"bytes={MEBIBYTE}-", "If-Range": tag}
    status, headers, body = exchange(server, "GET", path, headers=rest)
    assert (status, body) == (206, content[MEBIBYTE:])
    assert exchange(server, "PUT", path, b"changed")[0] == 200
    status, _, body = exchange(server, "GET", path, headers=rest)
    assert (status, body) == (200, b"changed"), "the beginning is of another file: the client gets the whole"
