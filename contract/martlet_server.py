"""Starts and stops the real server: the built binary, on free ports, with its own data folder."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any, Self

ROOT = pathlib.Path(__file__).resolve().parent.parent
STARTED_WITHIN = 30
STOPPED_WITHIN = 30


def binary() -> pathlib.Path:
    """The binary under test: $MARTLET_BINARY, or the debug build of this checkout."""
    path = pathlib.Path(os.environ.get("MARTLET_BINARY", ROOT / ".build/debug/martlet"))
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist: run swift build, or set MARTLET_BINARY")
    return path


class Server:
    """A server process on one data folder; it may be stopped, killed and started again on the same folder."""

    def __init__(self, data: pathlib.Path, *arguments: str, ports: tuple[int, int] = (0, 0)) -> None:
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        self.arguments = arguments
        self.wanted_ports = ports
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self.http_port = 0
        self.kafka_port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.kafka_port}"

    def command(self) -> list[str]:
        http, kafka = self.wanted_ports
        return [str(binary()), "serve", "--data", str(self.data), "--port", str(http), "--kafka-port", str(kafka)]

    def start(self) -> Self:
        """Starts the process and returns when it is ready."""
        ports_file = self.data / "martlet.ports.json"
        ports_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command(), *self.arguments],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
            )
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log_tail()}")
            if ports_file.exists():
                ports = json.loads(ports_file.read_text())
                self.http_port, self.kafka_port = ports["http"], ports["kafka"]
                return self
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"the server was not ready after {STARTED_WITHIN} s:\n{self.log_tail()}")

    def stop(self) -> int:
        """Asks the process to end and returns its status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Ends the process without giving it a chance to do anything."""
        return self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop within {STOPPED_WITHIN} s:\n{self.log_tail()}") from None
        finally:
            self.process = None

    def log_tail(self, lines: int = 40) -> str:
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def get(self, path: str) -> Any:
        """The JSON answer to a GET."""
        return self.request("GET", path)

    def post(self, path: str, body: Any) -> Any:
        """The JSON answer to a POST of a JSON body."""
        return self.request("POST", path, body)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, content, {"Content-Type": "application/json"} if content else {}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from error
        return json.loads(text) if text else None
