"""Upload and download of one large file: Martlet beside MLflow's own server, in one run.

Both get the same file through the same HTTP client, whole and through the stock mlflow client; memory is what the
server's processes grew by at their peak. Results and ratios go to bench/results.json.

    .venv/bin/python bench/artifacts.py [--mebibytes 1024]
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

from bench_server import ROOT, Server, wait_for, write_results

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

MEBIBYTE = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=1_024, help="the length of the file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = make_file(folder / "large.bin", arguments.mebibytes)
        with martlet(folder) as (url, process):
            ours = measure(url, process, file, folder)
        with mlflow_server(folder) as (url, process):
            theirs = measure(url, process, file, folder)
    results = {
        "mebibytes": arguments.mebibytes,
        "martlet": ours,
        "mlflow_server": {"version": version("mlflow"), **theirs},
        "ratios": {key: round(ours[key] / theirs[key], 2) for key in ours if key.endswith("per_second")},
    }
    write_results("artifacts", results)
    for key, ratio in results["ratios"].items():
        print(f"{key}: {ours[key]:.0f} against {theirs[key]:.0f} MiB/s, {ratio} times")
    print(f"memory grew by {ours['grown_mebibytes']:.0f} against {theirs['grown_mebibytes']:.0f} MiB")


def make_file(path: pathlib.Path, mebibytes: int) -> pathlib.Path:
    block = os.urandom(MEBIBYTE)
    with path.open("wb") as file:
        for index in range(mebibytes):
            file.write(index.to_bytes(8, "big") + block[8:])
    return path


@contextlib.contextmanager
def martlet(folder: pathlib.Path) -> Iterator[tuple[str, int]]:
    server = Server(folder / "martlet")
    try:
        yield server.url, server.process.pid
    finally:
        server.stop()


@contextlib.contextmanager
def mlflow_server(folder: pathlib.Path) -> Iterator[tuple[str, int]]:
    """MLflow's server with its defaults: SQLite, artifacts through the server."""
    home = folder / "mlflow"
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--artifacts-destination", str(home / "artifacts")),
    ]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home, start_new_session=True)
    try:
        wait_for("MLflow's server", lambda: answers(f"http://127.0.0.1:{port}/health"), 180)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def measure(url: str, process: int, file: pathlib.Path, folder: pathlib.Path) -> dict[str, Any]:
    mebibytes = file.stat().st_size / MEBIBYTE
    place = f"{url}/api/2.0/mlflow-artifacts/artifacts"
    back = folder / "back.bin"
    # A small one first: what is loaded at the first use is not part of the measurement.
    run(["curl", "-sSf", "-T", str(ROOT / "CHANGELOG.md"), f"{place}/0/warm"])
    with Memory(process) as memory:
        upload = seconds(lambda: run(["curl", "-sSf", "-T", str(file), f"{place}/0/plain"]))
        download = seconds(lambda: run(["curl", "-sSf", "-o", str(back), f"{place}/0/plain"]))
        check(file, back)
        client = [sys.executable, str(pathlib.Path(__file__).parent / "artifacts_client.py"), url, str(file), str(back)]
        upload_by_client, download_by_client = map(float, run(client).split())
        check(file, back / file.name)
        back.rmdir()
    return {
        "upload_mebibytes_per_second": mebibytes / upload,
        "download_mebibytes_per_second": mebibytes / download,
        "client_upload_mebibytes_per_second": mebibytes / upload_by_client,
        "client_download_mebibytes_per_second": mebibytes / download_by_client,
        "grown_mebibytes": memory.grown / 1_024,
    }


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def check(file: pathlib.Path, back: pathlib.Path) -> None:
    with file.open("rb") as one, back.open("rb") as other:
        if hashlib.file_digest(one, "sha256").digest() != hashlib.file_digest(other, "sha256").digest():
            raise SystemExit("bench: what came back is not what was sent")
    back.unlink()


class Memory:
    """The peak of a process and those that it started, in KiB above the beginning."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.grown = 0
        self.ended = threading.Event()

    def __enter__(self) -> Memory:
        self.begun = self.now()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def watch(self) -> None:
        while not self.ended.wait(0.02):
            self.grown = max(self.grown, self.now() - self.begun)

    def now(self) -> int:
        return sum(resident(process) for process in family(self.process))


def family(process: int) -> list[int]:
    children = pathlib.Path(f"/proc/{process}/task/{process}/children")
    try:
        found = [int(child) for child in children.read_text().split()]
    except OSError:
        return []
    return [process] + [member for child in found for member in family(child)]


def resident(process: int) -> int:
    try:
        lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


if __name__ == "__main__":
    main()
