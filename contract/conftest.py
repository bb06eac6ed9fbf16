"""Fixtures for the contract tests: real clients against the real server."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Iterator

import pytest

from martlet_server import Server

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side (`-n 2 --dist loadgroup`), those of one file share its server in one process."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture
def make_server(tmp_path: pathlib.Path) -> Iterator[Callable[..., Server]]:
    """Starts servers of the test's own; each call with the same name uses the same data folder."""
    servers: list[Server] = []

    def make(name: str = "data", *arguments: str) -> Server:
        server = Server(tmp_path / name, *arguments).start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a module."""
    server = Server(tmp_path_factory.mktemp("martlet") / "data").start()
    yield server
    assert server.stop() == 0, server.log_tail()
