"""A network between clients and the log that cuts connections, delays bytes and sends them in pieces, at random."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from typing import Self


class RoughNetwork:
    """Listens on a port of its own and passes bytes to and from a server, whose address it must be told to clients."""

    def __init__(self, seed: int, cuts: float = 0.01, delays: float = 0.02) -> None:
        self.numbers = random.Random(seed)
        self.cuts, self.delays = cuts, delays
        self.is_rough = True
        self.cut_count = 0
        self.target = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def lead_to(self, port: int) -> None:
        """Sets where connections go."""
        self.target = port

    def calm(self) -> None:
        """Passes everything on from now."""
        self.is_rough = False

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                for piece in self._pieces(data):
                    sink.sendall(piece)
                if self.is_rough and self.numbers.random() < self.cuts:
                    self.cut_count += 1
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pieces(self, data: bytes) -> list[bytes]:
        if not self.is_rough:
            return [data]
        if self.numbers.random() < self.delays:
            time.sleep(self.numbers.uniform(0, 0.02))
        place = self.numbers.randrange(len(data) + 1)
        return [piece for piece in (data[:place], data[place:]) if piece]
