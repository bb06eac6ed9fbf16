"""Webhooks: what receivers get when the stock client changes the registry."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from martlet_server import Server

EVENTS = [
    "registered_model.created",
    "model_version.created",
    "model_version_tag.set",
    "model_version_tag.deleted",
    "model_version_alias.created",
    "model_version_alias.deleted",
    "prompt.created",
    "prompt_version.created",
    "prompt_tag.set",
    "prompt_tag.deleted",
    "prompt_version_tag.set",
    "prompt_version_tag.deleted",
    "prompt_alias.created",
    "prompt_alias.deleted",
]


class Receiver:
    """A web server that keeps what it is sent and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], str]] = []
        self.status = 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.received.append((dict(self.headers.items()), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, enough: Callable[[], bool]) -> None:
        """Returns when enough has come."""
        deadline = time.monotonic() + 30
        while not enough():
            assert time.monotonic() < deadline, f"only {self.received} came"
            time.sleep(0.01)

    @property
    def events(self) -> list[str]:
        bodies = [json.loads(body) for _, body in self.received]
        return [f"{body['entity']}.{body['action']}" for body in bodies]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


def connect(server: Server) -> MlflowClient:
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    return MlflowClient(server.url, server.url)


def test_every_event_arrives_signed(make_server: Callable[..., Server], receiver: Receiver) -> None:
    client = connect(make_server("data", "--allow-private-webhooks"))
    client.create_webhook("all", receiver.url, EVENTS, secret="very secret")
    client.create_registered_model("m", {"a": "b"}, "described")
    version = client.create_model_version("m", "s3://bucket/model", tags={"c": "d"})
    client.set_model_version_tag("m", version.version, "k", "v")
    client.delete_model_version_tag("m", version.version, "k")
    client.set_registered_model_alias("m", "champion", version.version)
    client.delete_registered_model_alias("m", "champion")
    client.create_prompt("p", "greets")
    prompt = client.create_prompt_version("p", "Hi {{who}}")
    client.set_prompt_tag("p", "k", "v")
    client.delete_prompt_tag("p", "k")
    client.set_prompt_version_tag("p", prompt.version, "k", "v")
    client.delete_prompt_version_tag("p", prompt.version, "k")
    client.set_prompt_alias("p", "live", prompt.version)
    client.delete_prompt_alias("p", "live")
    receiver.wait(lambda: set(receiver.events) == set(EVENTS))
    for headers, body in receiver.received:
        signed = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.{body}"
        code = hmac.new(b"very secret", signed.encode(), hashlib.sha256).digest()
        assert headers["X-MLflow-Signature"] == "v1," + base64.b64encode(code).decode()
        assert abs(int(headers["X-MLflow-Timestamp"]) - time.time()) < 120
    data = {
        event: json.loads(body)["data"] for event, (_, body) in zip(receiver.events, receiver.received, strict=True)
    }
    assert data["registered_model.created"] == {"name": "m", "tags": {"a": "b"}, "description": "described"}
    assert data["model_version.created"]["source"] == "s3://bucket/model"
    assert data["model_version_alias.created"] == {"name": "m", "alias": "champion", "version": "1"}
    assert data["prompt_version.created"]["template"] == "Hi {{who}}"


def test_what_was_not_taken_is_sent_again_also_after_a_kill(
    make_server: Callable[..., Server], receiver: Receiver
) -> None:
    server = make_server("data", "--allow-private-webhooks")
    client = connect(server)
    client.create_webhook("hook", receiver.url, ["registered_model.created"])
    receiver.status = 503
    client.create_registered_model("m")
    receiver.wait(lambda: len(receiver.received) >= 1)
    server.kill()
    receiver.status = 200
    seen = len(receiver.received)
    make_server("data", "--allow-private-webhooks")
    receiver.wait(lambda: len(receiver.received) > seen)
    identifiers = {headers["X-MLflow-Delivery-Id"] for headers, _ in receiver.received}
    assert len(identifiers) == 1
    assert json.loads(receiver.received[-1][1])["data"]["name"] == "m"


def test_without_leave_nothing_goes_into_private_networks(server: Server, receiver: Receiver) -> None:
    client = connect(server)
    for url in (
        receiver.url,
        receiver.url.replace("http", "https"),
        "https://localhost/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/hook",
        "https://127.1/hook",
        "https://2130706433/hook",
    ):
        with pytest.raises(MlflowException) as refused:
            client.create_webhook("hook", url, ["registered_model.created"])
        assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    assert receiver.received == []
