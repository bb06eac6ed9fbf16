"""What the tests of the log share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from java_clients import VERSIONS, JavaClient
from log_clients import CLEANS_OFTEN, NUMBERS, create_topic

from martlet_server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a module, which cleans up often, so that nobody has to wait for it."""
    server = Server(tmp_path_factory.mktemp("log") / "data", *CLEANS_OFTEN).start()
    yield server
    assert server.stop() == 0, server.log_tail()


@pytest.fixture
def bootstrap(server: Server) -> str:
    return server.bootstrap


@pytest.fixture
def make_topic(bootstrap: str) -> Callable[..., str]:
    """Creates a topic with a name of its own."""

    def make(partitions: int = 1, **config: str) -> str:
        return create_topic(bootstrap, f"topic-{next(NUMBERS)}", partitions, **config)

    return make


@pytest.fixture
def topic(make_topic: Callable[..., str]) -> str:
    return make_topic()


@pytest.fixture(scope="session", params=VERSIONS)
def java(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> JavaClient:
    """Java's clients, each version in its turn."""
    return JavaClient(request.param, tmp_path_factory.mktemp("java"))
