"""What no client should send: absurd sizes, deep and broken JSON, foreign pages, deletes that meet."""

from __future__ import annotations

import json
import pathlib
import socket
import threading
import time
from collections.abc import Callable

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from test_artifacts import exchange

from martlet_server import Server

JSON = {"Content-Type": "application/json"}
API = "/api/2.0/mlflow"


def post(server: Server, path: str, body: bytes | dict) -> tuple[int, dict]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, _, answer = exchange(server, "POST", API + path, content, JSON)
    return status, json.loads(answer)


def lives(server: Server) -> None:
    assert server.process is not None and server.process.poll() is None
    assert exchange(server, "GET", "/health")[0] == 200


def test_deep_json_is_no_stack_overflow(server: Server) -> None:
    for depth in (65, 10_000, 1_000_000):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            deep = b'{"name":"deep","tags":' + opening * depth + b"1" + closing * depth + b"}"
            status, answer = post(server, "/experiments/create", deep[: 4 << 20])
            assert status == 400, answer
    status, answer = post(server, "/runs/search", {"experiment_ids": ["0"], "filter": "(" * 100_000})
    assert status == 400, answer
    status, answer = post(
        server, "/runs/search", {"experiment_ids": ["0"], "filter": "NOT " * 10_000 + "params.a = 'b'"}
    )
    assert status == 400, answer
    lives(server)


def test_a_million_tags_in_one_request_are_refused(server: Server, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    tags = b",".join(b'{"key":"k%d","value":"v"}' % index for index in range(1_000_000))
    begun = b'{"run_id":"' + run_id.encode() + b'","tags":[' + tags + b"]}"
    for path, body in (("/runs/log-batch", begun), ("/runs/create", b'{"experiment_id":"0","tags":[' + tags + b"]}")):
        try:
            status, answer = post(server, path, body)
            assert (status, answer["error_code"]) == (413, "REQUEST_LIMIT_EXCEEDED")
        except ConnectionError:
            # The answer came before the body was read, and the connection was closed upon it.
            lives(server)
    batch = {"run_id": run_id, "tags": [{"key": f"k{index}", "value": "v"} for index in range(101)]}
    status, answer = post(server, "/runs/log-batch", batch)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert client.get_run(run_id).data.tags.keys() == {"mlflow.runName"}
    lives(server)


@pytest.mark.parametrize("length", ["99999999999999999999", "-1", "9223372036854775807", "abc", "1e3"])
def test_lengths_that_cannot_be_are_refused(server: Server, length: str) -> None:
    head = f"POST {API}/runs/create HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as connection:
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4_096)
    assert answer == b"" or answer.split(b" ")[1][:1] == b"4", answer
    lives(server)


def test_endless_headers_and_lines_are_refused(server: Server) -> None:
    for head in (
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: " + b"b" * 200_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 30_000 + b"\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as connection:
            try:
                connection.sendall(head)
                answer = connection.recv(4_096)
            except ConnectionError:
                answer = b""
        assert answer == b"" or answer.split(b" ")[1][:1] == b"4", answer
    lives(server)


def test_text_that_is_no_utf8_is_refused(server: Server, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id.encode()
    for wrong in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82"):
        body = b'{"run_id":"' + run_id + b'","key":"k","value":"' + wrong + b'"}'
        status, answer = post(server, "/runs/set-tag", body)
        assert status == 400, answer
        assert (
            exchange(server, "PUT", "/api/2.0/mlflow-artifacts/artifacts/" + "".join(f"%{b:02x}" for b in wrong))[0]
            == 400
        )
    assert "k" not in client.get_run(run_id.decode()).data.tags


def test_lone_surrogates_and_nul_in_text_are_handled(server: Server, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    status, _ = post(server, "/runs/set-tag", b'{"run_id":"' + run_id.encode() + b'","key":"k","value":"\\ud800"}')
    assert status in (200, 400)
    status, _ = post(server, "/runs/set-tag", b'{"run_id":"' + run_id.encode() + b'","key":"z","value":"a\\u0000b"}')
    assert status in (200, 400)
    client.get_run(run_id)
    lives(server)


def test_numbers_that_are_none_go_only_where_metrics_go(server: Server, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    for value in (float("nan"), float("inf"), float("-inf")):
        client.log_metric(run_id, "m", value)
    for body in (
        b'{"run_id":"%s","key":"m","value":NaN,"timestamp":1}',
        b'{"run_id":"%s","key":"m","value":"NaN","timestamp":1}',
    ):
        assert post(server, "/runs/log-metric", body % run_id.encode())[0] == 200
    for field in (
        b'"timestamp":NaN',
        b'"timestamp":Infinity',
        b'"timestamp":"NaN"',
        b'"timestamp":1e400',
        b'"timestamp":1,"step":NaN',
        b'"timestamp":1,"step":1.5',
    ):
        body = b'{"run_id":"%s","key":"m","value":1,%s}' % (run_id.encode(), field)
        assert post(server, "/runs/log-metric", body)[0] == 400, body
    for limit in (b"NaN", b"Infinity", b"1e30", b"-1", b"99999999999999999999", b"0.5"):
        status, answer = post(server, "/runs/search", b'{"experiment_ids":["0"],"max_results":' + limit + b"}")
        assert status == 400, (limit, answer)
    for number in ("NaN", "inf", "-1", "1e9", "9" * 40):
        assert exchange(server, "GET", f"{API}/model-versions/get?name=x&version={number}")[0] in (400, 404)
        assert exchange(server, "GET", f"/api/v1/runs?limit={number}")[0] == 400
    lives(server)


def test_foreign_pages_and_rebound_names_are_refused(server: Server, client: MlflowClient) -> None:
    def ask(method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        status, _, body = exchange(server, method, path, b"{}" if method != "GET" else None, JSON | headers)
        return status, body

    for path in ("/", f"{API}/experiments/search?max_results=1", "/api/v1/status", "/get-artifact", "/metrics"):
        status, body = ask("GET", path, {"Host": "evil.example"})
        assert (status, b"DNS rebinding" in body) == (403, True), path
        assert ask("GET", path, {"Host": f"localhost:{server.http_port}"})[0] != 403
    for path in ("/health", "/version", "/healthz"):
        assert ask("GET", path, {"Host": "evil.example"})[0] == 200
    before = len(client.search_experiments(max_results=1000))
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (f"{API}/experiments/create", "/api/v1/trash/purge", "/api/2.0/mlflow-artifacts/artifacts/x"):
            status, body = ask(method, path, {"Origin": "http://evil.example"})
            assert (status, b"Cross-origin" in body) == (403, True), (method, path)
    assert len(client.search_experiments(max_results=1000)) == before
    own = {"Origin": f"http://127.0.0.1:{server.http_port}"}
    assert ask("POST", f"{API}/runs/search", own)[0] == 200
    _, headers, _ = exchange(server, "GET", "/")
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "SAMEORIGIN")


def test_answers_cannot_be_made_to_hold_other_headers(server: Server, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    name = "a%22%3bb%20%c3%bc.txt"
    base = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts"
    assert exchange(server, "PUT", f"{base}/{name}", b"x")[0] == 200
    _, headers, _ = exchange(server, "GET", f"{base}/{name}")
    assert "\r" not in headers["content-disposition"]
    assert headers["content-disposition"].startswith("attachment;")
    assert exchange(server, "GET", f"{base}/a%0d%0aSet-Cookie:%20x")[0] == 400


def test_scripts_among_artifacts_do_not_run_in_our_page(server: Server, client: MlflowClient) -> None:
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "<script>alert(1)</script>", "page.html")
    client.log_text(run_id, "<svg onload='alert(1)'/>", "image.svg")
    for name in ("page.html", "image.svg"):
        _, headers, _ = exchange(server, "GET", f"/get-artifact?run_id={run_id}&path={name}")
        assert headers["content-disposition"].startswith("attachment")
        assert headers["x-content-type-options"] == "nosniff"


def test_deletes_that_meet_leave_a_whole_store(server: Server, client: MlflowClient, name: str) -> None:
    client.create_registered_model(name)
    runs = [client.create_run("0").info.run_id for _ in range(8)]
    for run_id in runs:
        client.log_text(run_id, "same", "a.txt")
        client.create_model_version(name, f"runs:/{run_id}", run_id)
    failures: list[object] = []

    def act(index: int) -> None:
        try:
            for run_id in runs:
                base = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/a.txt"
                calls: list[tuple[str, str, bytes | None]] = [
                    ("DELETE", base, None),
                    ("PUT", base, b"same"),
                    ("GET", base, None),
                    ("POST", f"{API}/runs/delete", json.dumps({"run_id": run_id}).encode()),
                    ("POST", f"{API}/runs/restore", json.dumps({"run_id": run_id}).encode()),
                    ("POST", "/api/v1/trash/purge", b'{"older_than_days":0}'),
                ]
                status, _, _ = exchange(server, *calls[index % len(calls)], JSON)
                if status >= 500:
                    failures.append((index, status))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=act, args=(index,)) for index in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    lives(server)
    assert exchange(server, "PUT", "/api/2.0/mlflow-artifacts/artifacts/after", b"same")[0] == 200
    assert exchange(server, "GET", "/api/2.0/mlflow-artifacts/artifacts/after")[2] == b"same"


def test_deleting_a_model_while_versions_are_made_loses_no_number(client: MlflowClient, name: str) -> None:
    client.create_registered_model(name)
    made: list[int] = []

    def make() -> None:
        for _ in range(20):
            try:
                made.append(int(client.create_model_version(name, "s3://bucket/x").version))
            except MlflowException:
                return

    def remove() -> None:
        for number in range(1, 40):
            try:
                client.delete_model_version(name, str(number))
            except MlflowException:
                time.sleep(0.001)

    threads = [threading.Thread(target=make), threading.Thread(target=make), threading.Thread(target=remove)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len(set(made)) == 40


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("not within 10 s")


def test_a_full_upload_that_breaks_off_leaves_nothing(server: Server) -> None:
    path = "/api/2.0/mlflow-artifacts/artifacts/broken"
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as connection:
        connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n".encode())
        connection.sendall(b"x" * 300_000)
        uploads = pathlib.Path(server.data / "artifacts/uploads")
        # A connection that ends before the server has read what it sent is only noticed after 75 s without a byte.
        wait_until(lambda: any(path.stat().st_size == 300_000 for path in uploads.iterdir()))
    wait_until(lambda: not list(uploads.iterdir()))
    assert exchange(server, "GET", path)[0] == 404
