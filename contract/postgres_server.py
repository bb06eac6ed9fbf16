"""A real PostgreSQL server for tests, from scripts/test-postgres.sh."""

from __future__ import annotations

import pathlib
import subprocess
import uuid
from typing import Self

ROOT = pathlib.Path(__file__).resolve().parent.parent


class PostgresServer:
    """A server on its own folder, reached through a socket in it; it ends with this process, however that one ends."""

    def __init__(self, folder: pathlib.Path) -> None:
        # The script ends the server when its standard input ends.
        self.process = subprocess.Popen(
            [str(ROOT / "scripts/test-postgres.sh"), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address, "PostgreSQL did not start"

    def new_database(self) -> str:
        """The address of an empty schema."""
        schema = f"s{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE SCHEMA {schema}")
        return f"{self.address}&options=-csearch_path%3D{schema}"

    def run(self, sql: str) -> str:
        """What psql prints for a statement."""
        command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", self.address, "--command", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
