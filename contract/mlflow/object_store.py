"""A real S3-compatible store: SeaweedFS on free ports, with a bucket."""

from __future__ import annotations

import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import ClassVar
from urllib.parse import quote

STARTED_WITHIN = 60
BUCKET = "martlet"
PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
)


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class ObjectStore:
    """One process; ended by its own id."""

    keys: ClassVar = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3.port']}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        keys = self.folder / "s3.json"
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": "key", "secretKey": "secret"}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        keys.write_text(json.dumps({"identities": [identity]}))
        command = [
            str(pathlib.Path(sys.executable).parent / "weed"),
            "server",
            f"-dir={self.folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-filer",
            "-s3",
            f"-s3.config={keys}",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-master.volumeSizeLimitMB=128",
            "-master.telemetry=false",
            "-volume.max=0",
            *(f"-{name}={port}" for name, port in self.ports.items()),
        ]
        log = (self.folder / "weed.log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "weed.log").read_text()[-2_000:]
            try:
                urllib.request.urlopen(f"{self.endpoint}/status", timeout=1).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--request", "PUT", "--output", "/dev/null"),
                *("--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "key:secret", f"{self.endpoint}/{BUCKET}"),
            ],
            check=True,
        )
        # The bucket is there, made now or in an earlier life.
        self.objects()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None

    def objects(self, prefix: str = "") -> list[str]:
        """The keys below a prefix."""
        answer = subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--fail", "--aws-sigv4", "aws:amz:us-east-1:s3"),
                *(
                    "--user",
                    "key:secret",
                    f"{self.endpoint}/{BUCKET}?list-type=2&max-keys=1000&prefix={quote(prefix, safe='')}",
                ),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        return [part.split("</Key>")[0] for part in answer.split("<Key>")[1:]]
