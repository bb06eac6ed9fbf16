"""A cluster of somebody else's: a second server of ours in a process of its own, known by its address alone."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator

import pytest

from martlet_server import Server, binary


class Outside(Server):
    """`martlet serve --kafka`: no log of its own, topics on the cluster."""

    def __init__(self, data: pathlib.Path, cluster: Server, *arguments: str) -> None:
        super().__init__(data, *arguments)
        self.cluster = cluster

    @property
    def bootstrap(self) -> str:
        return self.cluster.bootstrap

    def command(self) -> list[str]:
        return [
            *(str(binary()), "serve", "--data", str(self.data), "--port", "0"),
            *("--kafka", self.cluster.bootstrap, "--kafka-wait", "10"),
        ]


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
