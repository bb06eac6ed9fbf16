"""The release build of Martlet as the benchmarks start it, and the machine that they run on."""

from __future__ import annotations

import json
import os
import pathlib
import platform
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench/results.json"


class Server:
    """The release build, on its own data folder and free ports."""

    def __init__(self, folder: pathlib.Path, *arguments: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = (folder / "server.log").open("wb")
        binary = os.environ.get("MARTLET_BINARY", str(ROOT / ".build/release/martlet"))
        data = folder / "data"
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [binary, "serve", "--data", str(data), "--port", "0", "--kafka-port", "0", *arguments],
            stdout=self.log, stderr=self.log, cwd=ROOT,
        )  # fmt: skip
        ports = data / "martlet.ports.json"
        wait_for("the server", ports.exists)
        self.seconds_to_ready = time.perf_counter() - begun
        found = json.loads(ports.read_text())
        self.url, self.bootstrap = f"http://127.0.0.1:{found['http']}", f"127.0.0.1:{found['kafka']}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def wait_for(what: str, holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: not within {seconds:.0f} s: {what}")
        time.sleep(0.01)


def write_results(area: str, results: dict[str, Any]) -> None:
    """Replaces the results of one area and leaves those of the others."""
    everything = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    everything[area] = {"machine": machine(), **results}
    RESULTS.write_text(json.dumps(everything, indent=2, sort_keys=True) + "\n")


def machine() -> dict[str, Any]:
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return {"processors": os.cpu_count(), "model": model, "system": platform.platform()}
