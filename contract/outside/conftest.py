"""A cluster of somebody else's: a second server of ours in a process of its own, known by its address alone."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator

import pytest
from outside_server import Outside

from martlet_server import Server


@pytest.fixture
def cluster(make_server: Callable[..., Server]) -> Server:
    """The cluster; it keeps its port when it is killed and started again."""
    server = make_server("cluster")
    server.wanted_ports = (0, server.kafka_port)
    return server


@pytest.fixture
def outside(tmp_path: pathlib.Path, cluster: Server) -> Iterator[Outside]:
    server = Outside(tmp_path / "outside", cluster).start()
    yield server
    server.kill()
