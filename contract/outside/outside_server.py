"""A server of ours whose topics are on a cluster elsewhere."""

from __future__ import annotations

import pathlib

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
