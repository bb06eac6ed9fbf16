"""No path leaves the artifact store, however it is spelled, and no source makes the server read or fetch elsewhere."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import urllib.parse

import pytest
from mlflow import MlflowClient
from test_artifacts import exchange

from martlet_server import Server

BASE = "/api/2.0/mlflow-artifacts/artifacts"
SECRET = b"kept from everybody"

TRAVERSALS = [
    "../secret",
    "../../secret",
    "a/../../secret",
    "..",
    "a/..",
    "%2e%2e/secret",
    "%2e%2e%2fsecret",
    "..%2fsecret",
    ".%2e/secret",
    "%252e%252e/secret",
    "%252e%252e%252fsecret",
    "%25252e%25252e%25252fsecret",
    "..%5csecret",
    "..%255csecret",
    "a%5c..%5csecret",
    "%2fetc/passwd",
    "%252fetc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "file:%2f%2f%2fetc/passwd",
    "C:%5csecret",
    "%5c%5chost%5cshare",
    "a%00b",
    "%00",
    "a%0ab",
    "a%7fb",
    "..%00/secret",
    "..%c0%afsecret",
    "a%23b",
    "%2e%2e%2f" * 20 + "secret",
]


def raw(server: Server, method: str, target: str, body: bytes | None = None) -> tuple[int, bytes]:
    """A request whose target goes over the wire as it stands."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=60)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module", autouse=True)
def secret(server: Server) -> pathlib.Path:
    """A file beside the store that nobody may reach."""
    for folder in (server.data, server.data.parent, server.data / "artifacts"):
        (folder / "secret").write_bytes(SECRET)
    return server.data / "secret"


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_spelling_leaves_the_store(server: Server, secret: pathlib.Path, path: str) -> None:
    for method, body in (("GET", None), ("PUT", b"overwritten"), ("DELETE", None)):
        status, answer = raw(server, method, f"{BASE}/{path}", body)
        # A path that names nothing once its empty parts are left out is no traversal: it is simply not there.
        assert status in (400, 404) or (path.startswith("/") and status == 200), (method, status, answer)
        assert SECRET not in answer and b"root:" not in answer
    assert secret.read_bytes() == SECRET
    assert pathlib.Path("/etc/passwd").read_bytes().startswith(b"root:")


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_query_leaves_the_store(server: Server, client: MlflowClient, path: str) -> None:
    run_id = client.create_run("0").info.run_id
    targets = [
        f"{BASE}?path={path}",
        f"/api/2.0/mlflow/artifacts/list?run_id={run_id}&path={path}",
        f"/get-artifact?run_id={run_id}&path={path}",
        f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run_id}&path={path}",
        f"/api/2.0/mlflow-artifacts/presigned/{path}",
        f"/api/2.0/mlflow-artifacts/mpu/create/{path}",
    ]
    for target in targets:
        method = "POST" if "upload-artifact" in target or "mpu" in target else "GET"
        status, answer = raw(server, method, target, b"x" if method == "POST" else None)
        listing = (status == 200 and answer.strip() in (b"{}", b"")) or (status == 200 and b'"root_uri"' in answer)
        assert status in (400, 404) or (listing and path.startswith("/")), (target, status, answer)
        assert SECRET not in answer and b"root:" not in answer


@pytest.mark.parametrize("name", ["..", "../x", "a/../../x", "%2e%2e", "%252e%252e", "\\..\\x", "a\u0000b", "#", ""])
def test_uploads_in_parts_stay_in_their_folder(server: Server, name: str) -> None:
    body = json.dumps({"path": name, "num_parts": 1}).encode()
    header = {"Content-Type": "application/json"}
    status, _, answer = exchange(server, "POST", "/api/2.0/mlflow-artifacts/mpu/create/0", body, header)
    if status == 200:
        # The client's own folders do not count, only the last part of its path.
        upload = json.loads(answer)["upload_id"]
        end = json.dumps({"path": name, "upload_id": upload}).encode()
        assert exchange(server, "POST", "/api/2.0/mlflow-artifacts/mpu/abort/0", end, header)[0] == 200
        assert name in ("../x", "a/../../x", "\\..\\x")
    else:
        assert status == 400, answer
    for place in ("../x/1", "..%2f..%2fsecret/1", "%00/1", "none/1"):
        assert exchange(server, "PUT", f"/api/2.0/mlflow-artifacts/mpu/parts/{place}", b"x")[0] in (400, 404)


def test_symbolic_links_in_the_store_lead_nowhere(server: Server, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    folder = server.data / "artifacts" / "0" / run_id / "artifacts"
    folder.mkdir(parents=True)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "folder").symlink_to("/etc")
    base = f"{BASE}/0/{run_id}/artifacts"
    for place in ("link", "folder", "folder/passwd"):
        assert exchange(server, "GET", f"{base}/{place}")[0] == 404
    assert client.list_artifacts(run_id) == []
    assert exchange(server, "PUT", f"{base}/folder/passwd", b"mine")[0] == 200
    assert pathlib.Path("/etc/passwd").read_bytes() != b"mine"
    assert exchange(server, "DELETE", f"{base}/folder")[0] == 200
    assert pathlib.Path("/etc/passwd").exists()
    blobs = server.data / "artifacts" / "blobs"
    assert all(not path.is_symlink() for path in blobs.glob("*/*"))


SOURCES = [
    "/etc/passwd",
    "file:///etc/passwd",
    "file:/etc",
    "FILE:///etc/passwd",
    "file://localhost/etc",
    "./secret",
    "../secret",
    "~/secret",
    "runs:/{run}/../../secret",
    "runs:/{run}/%2e%2e/%2e%2e/secret",
    "runs:/{run}/%252e%252e/secret",
    "runs:/{run}/a\u0000b",
    "runs:/{other}/model",
    "mlflow-artifacts:/0/{other}/artifacts/model",
    "mlflow-artifacts:/0/{run}/artifacts/../../{other}/artifacts",
    "mlflow-artifacts:/0/{run}/artifacts-evil",
    "mlflow-artifacts://evil.example/0/{other}/artifacts",
    "http://127.0.0.1:1/x",
    "http://169.254.169.254/latest/meta-data",
    "https://evil.example/model",
    "http://[::1]:9/x",
    "HTTP://127.0.0.1/x",
    "ftp://evil.example/x",
    "sftp://evil.example/x",
    "hdfs://evil.example:9000/x",
    "gopher://127.0.0.1:6379/_SET",
    "jar:file:///etc/passwd",
    "data:text/plain,x",
    "s3://bucket/../../x",
    "s3://bucket/%2e%2e/x",
    "models:/m-0123456789abcdef0123456789abcdef",
    "models:/none/1",
]


@pytest.mark.parametrize("source", SOURCES)
def test_model_sources_of_others_and_elsewhere_are_refused(
    server: Server, client: MlflowClient, name: str, source: str
) -> None:
    run_id = client.create_run("0").info.run_id
    other = client.create_run("0").info.run_id
    client.create_registered_model(name)
    wanted = {"name": name, "source": source.format(run=run_id, other=other), "run_id": run_id}
    status, _, answer = exchange(
        server,
        "POST",
        "/api/2.0/mlflow/model-versions/create",
        json.dumps(wanted).encode(),
        {"Content-Type": "application/json"},
    )
    assert status in (400, 404), answer
    assert json.loads(answer)["error_code"] in ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST")
    assert client.search_model_versions(f"name = '{name}'") == []


def test_files_of_a_foreign_version_are_not_served(server: Server, client: MlflowClient, name: str) -> None:
    client.create_registered_model(name)
    client.create_model_version(name, "s3://bucket/model")
    query = urllib.parse.urlencode({"name": name, "version": "1", "path": "MLmodel"})
    status, _, answer = exchange(server, "GET", f"/model-versions/get-artifact?{query}")
    assert (status, b"not kept by this server" in answer) == (400, True)


def test_a_location_of_an_experiment_cannot_point_the_server_at_its_own_files(
    server: Server, client: MlflowClient, name: str
) -> None:
    experiment = client.create_experiment(name, artifact_location=f"file://{server.data}")
    run_id = client.create_run(experiment).info.run_id
    status, _, answer = exchange(server, "GET", f"/get-artifact?run_id={run_id}&path=secret")
    assert status == 400 and SECRET not in answer
    for location in ("mlflow-artifacts:/../x", "mlflow-artifacts:/a/../../x"):
        other = client.create_experiment(name + location[-6:].replace("/", "-"), artifact_location=location)
        run_id = client.create_run(other).info.run_id
        status, _, answer = exchange(server, "GET", f"/get-artifact?run_id={run_id}&path=secret")
        assert status == 400, answer
    assert os.path.exists(server.data / "secret")
