"""Artifacts through the stock client and through plain HTTP."""

from __future__ import annotations

import http.client
import os
import pathlib

import mlflow
import pytest
from mlflow import MlflowClient

from martlet_server import Server


def exchange(
    server: Server, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """One request without a client's help."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_trees_come_back_as_they_went(client: MlflowClient, experiment: str, tmp_path: pathlib.Path) -> None:
    run_id = client.create_run(experiment).info.run_id
    source = tmp_path / "source"
    (source / "deep/er").mkdir(parents=True)
    contents = {
        "a.txt": b"hello",
        "empty.bin": b"",
        "deep/b c.json": b"{}",
        "deep/er/ü.bin": os.urandom(300_000),
    }
    for place, content in contents.items():
        (source / place).write_bytes(content)
    client.log_artifacts(run_id, str(source), "tree")
    assert [(f.path, f.is_dir) for f in client.list_artifacts(run_id)] == [("tree", True)]
    listed = {f.path: (f.is_dir, f.file_size) for f in client.list_artifacts(run_id, "tree")}
    assert listed["tree/deep"] == (True, None)
    assert listed["tree/a.txt"] == (False, 5)
    target = pathlib.Path(client.download_artifacts(run_id, "tree", str(tmp_path)))
    for place, content in contents.items():
        assert (target / place).read_bytes() == content
    client.log_text(run_id, "changed", "tree/a.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/tree/a.txt") == "changed"
    client.log_dict(run_id, {"k": [1, 2]}, "d.json")
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/d.json") == {"k": [1, 2]}


def test_headers_and_ranges(server: Server, client: MlflowClient, experiment: str) -> None:
    run_id = client.create_run(experiment).info.run_id
    client.log_text(run_id, "0123456789", "plot data.csv")
    path = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run_id}/artifacts/plot%20data.csv"
    status, headers, body = exchange(server, "GET", path)
    assert (status, body) == (200, b"0123456789")
    assert headers["content-type"] == "text/plain"
    assert headers["content-disposition"] == 'attachment; filename="plot data.csv"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["accept-ranges"] == "bytes"
    status, headers, body = exchange(server, "GET", path, headers={"Range": "bytes=2-4"})
    assert (status, headers["content-range"], body) == (206, "bytes 2-4/10", b"234")
    status, headers, body = exchange(server, "GET", path, headers={"Range": "bytes=-3"})
    assert (status, body) == (206, b"789")
    status, headers, _ = exchange(server, "GET", path, headers={"Range": "bytes=10-"})
    assert (status, headers["content-range"]) == (416, "bytes */10")
    status, headers, body = exchange(server, "HEAD", path)
    assert (status, headers["content-length"], body) == (200, "10", b"")
    status, _, body = exchange(server, "GET", f"/get-artifact?run_id={run_id}&path=plot+data.csv")
    assert (status, body) == (200, b"0123456789")


@pytest.mark.parametrize(
    "path",
    [
        "../../martlet.sqlite",
        "..%2f..%2fmartlet.sqlite",
        "%2e%2e/%2e%2e/martlet.sqlite",
        "%252e%252e%252fmartlet.sqlite",
        "a/..%5c..%5cmartlet.sqlite",
        "%2fetc/passwd",
        "a%23b",
        "..",
    ],
)
def test_no_path_leaves_the_store(server: Server, path: str) -> None:
    base = "/api/2.0/mlflow-artifacts/artifacts"
    for method, body in (("GET", None), ("PUT", b"x"), ("DELETE", None)):
        status, _, answer = exchange(server, method, f"{base}/{path}", body)
        assert status == 400, (method, answer)
    status, _, _ = exchange(server, "GET", f"{base}?path={path}")
    assert status == 400


def test_mistakes_are_named(server: Server) -> None:
    base = "/api/2.0/mlflow-artifacts/artifacts"
    assert exchange(server, "GET", f"{base}/no/such")[0] == 404
    assert exchange(server, "PUT", f"{base}/folder/file", b"x")[0] == 200
    assert exchange(server, "PUT", f"{base}/folder", b"x")[0] == 400
    assert exchange(server, "PUT", f"{base}/folder/", b"x")[0] == 400
    assert exchange(server, "GET", f"{base}/folder")[0] == 400
    assert (
        exchange(server, "GET", f"{base}?path=folder")[2] == b'{"files":[{"path":"file","is_dir":false,"file_size":1}]}'
    )
    assert exchange(server, "DELETE", f"{base}/folder")[0] == 200
    assert exchange(server, "DELETE", f"{base}/folder")[0] == 200
    assert exchange(server, "GET", f"{base}?path=folder")[2] == b"{}"


def test_space_is_freed(server: Server) -> None:
    blobs = server.data / "artifacts" / "blobs"
    content = os.urandom(10_000)
    base = "/api/2.0/mlflow-artifacts/artifacts/freed"
    before = len(list(blobs.glob("*/*")))
    for place in ("a", "b", "c/d"):
        assert exchange(server, "PUT", f"{base}/{place}", content)[0] == 200
    assert len(list(blobs.glob("*/*"))) == before + 1
    for place in ("a", "c"):
        assert exchange(server, "DELETE", f"{base}/{place}")[0] == 200
    assert exchange(server, "GET", f"{base}/b")[2] == content
    assert exchange(server, "DELETE", base)[0] == 200
    assert len(list(blobs.glob("*/*"))) == before
