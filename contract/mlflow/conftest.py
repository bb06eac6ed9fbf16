"""Fixtures for the contract tests with the stock mlflow client."""

from __future__ import annotations

import pathlib
import tempfile
import uuid
from collections.abc import Iterator

import mlflow
import pytest
from mlflow import MlflowClient

from martlet_server import Server
from postgres_server import PostgresServer

ON_BOTH_DATABASES = {
    "test_artifacts",
    "test_durability",
    "test_models",
    "test_parallel_writers",
    "test_traces",
    "test_tracking",
    "test_trash",
}
"""The modules whose tests run once on SQLite and once on PostgreSQL."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__ in ON_BOTH_DATABASES and "database" in metafunc.fixturenames:
        metafunc.parametrize("database", ["sqlite", "postgres"], indirect=True, scope="module")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # In a folder of its own: sockets have short names, and the server's user must be able to reach it.
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder).chmod(0o755)
        with PostgresServer(pathlib.Path(folder) / "postgres") as server:
            yield server


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> list[str]:
    """The options that choose the database of a server."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return []
    return ["--database", request.getfixturevalue("postgres").new_database()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database: list[str]) -> Iterator[Server]:
    """One server for all tests of a module and a database."""
    server = Server(tmp_path_factory.mktemp("martlet") / "data", *database).start()
    yield server
    assert server.stop() == 0, server.log_tail()


@pytest.fixture
def client(server: Server) -> MlflowClient:
    """The stock client, set up as a user would."""
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    return MlflowClient(server.url, server.url)


@pytest.fixture
def name() -> str:
    """A name that nothing else has."""
    return f"contract-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def experiment(client: MlflowClient, name: str) -> str:
    """The id of an experiment of the test's own."""
    return client.create_experiment(name)
