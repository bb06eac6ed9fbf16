"""Receivers of alerts that a test can look into: a webhook and a mail relay, on free ports of this machine."""

from __future__ import annotations

import email
import email.policy
import http.server
import json
import socketserver
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any, Self


class Webhook:
    """Takes POSTs; answers with status 503 as often as it was told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.refused = 0
        self.requests: list[tuple[dict[str, str], bytes]] = []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fails = hook.refused < hook.failures
                if fails:
                    hook.refused += 1
                else:
                    hook.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(503 if fails else 204)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/alerts"

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class MailRelay:
    """Speaks as much SMTP as a client needs to hand a mail over; refuses receivers that begin with `nobody`."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        relay = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

            def handle(self) -> None:
                self.say("220 relay")
                receivers: list[str] = []
                while line := self.rfile.readline().decode().strip():
                    word = line.upper()
                    if word.startswith(("MAIL", "RSET")):
                        # A client may send several mails on one connection.
                        receivers = []
                        self.say("250 ok")
                    elif word.startswith("RCPT"):
                        receiver = line.partition("<")[2].partition(">")[0]
                        if receiver.startswith("nobody"):
                            self.say("550 no such receiver")
                        else:
                            receivers.append(receiver)
                            self.say("250 ok")
                    elif word == "DATA":
                        self.say("354 go on")
                        lines = []
                        while (part := self.rfile.readline()) != b".\r\n":
                            lines.append(part)
                        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                        assert isinstance(message, EmailMessage)
                        relay.mails.append((receivers, message))
                        self.say("250 taken")
                    elif word == "QUIT":
                        return self.say("221 bye")
                    else:
                        self.say("250 ok")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def wait_for(what: str, read: Callable[[], Any], holds: Callable[[Any], bool] = bool, seconds: float = 60) -> Any:
    """What `read` gives once `holds` is true of it; the bound is for a broken server only."""
    deadline = time.monotonic() + seconds
    while True:
        value = read()
        if holds(value):
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}; last was {value}"
        time.sleep(0.1)
