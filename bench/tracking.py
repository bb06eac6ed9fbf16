"""Tracking beside `mlflow server` with its defaults (SQLite), in one run, through the same client program.

wrk sends the requests (bench/load/tracking.lua) with the same number of connections to both; the servers are measured one
after the other, each with the machine for itself. mlflow's 100,000 runs and its million points are put into its database by
SQL, since its API would take many minutes; Martlet gets them through its API. mlflow's searches, which take most of a minute
each, are measured from one connection for some minutes, and its history is read for a minute at most. All of it takes some
eight minutes on two processors. Results and ratios go to bench/results.json.

    .venv/bin/python bench/tracking.py [--seconds 10] [--runs 100000] [--points 1000000] [--bytes 1073741824]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from importlib.metadata import version
from typing import Any

import orjson

from bench_server import ROOT, Server, wait_for, write_results

SCRIPT = ROOT / "bench/load/tracking.lua"
API = "/api/2.0/mlflow/"
CONNECTIONS = 64
SEARCH_CONNECTIONS = 16
HISTORY_PAGE = 25_000
HISTORY_SECONDS = 60
PATIENCE = 120
"""Seconds in which a server that may fail has to come to rest."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="how long each kind of request is measured")
    parser.add_argument("--runs", type=int, default=100_000, help="runs to search in")
    parser.add_argument("--points", type=int, default=1_000_000, help="points of one metric")
    parser.add_argument("--bytes", type=int, default=1 << 30, help="length of the file that goes up and down")
    parser.add_argument("--only", choices=["martlet", "mlflow"], help="measures one of the two; writes no results")
    arguments = parser.parse_args()
    measured: dict[str, dict[str, Any]] = {}
    for name, contestant in (("martlet", Martlet), ("mlflow", MLflow)):
        if arguments.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                measured[name] = measure(contestant(pathlib.Path(folder)), arguments)
    if len(measured) == 2:
        ratios = ratios_of(measured["martlet"], measured["mlflow"])
        write_results("tracking", {**describe(arguments), **measured, "ratios": ratios})
        print(json.dumps(ratios, indent=2))


def describe(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "what": "one client program (wrk) against each server in turn, same run; latencies in milliseconds",
        "versions": {"mlflow": version("mlflow")},
        "connections": CONNECTIONS,
        "connections_of_search_parallel": SEARCH_CONNECTIONS,
        "runs": arguments.runs,
        "points": arguments.points,
        "bytes": arguments.bytes,
        "loaded_by_sql": "mlflow's runs and points; Martlet's came through its API",
    }


class Contestant:
    """A server that speaks MLflow's API, on its own folder."""

    url: str
    pid: int
    seconds_to_ready: float
    may_fail = False
    """Whether failed requests are told rather than the end of it: MLflow's SQLite may be locked for too long."""
    search_seconds = 0
    """How long searches are measured at least."""
    searches_in_parallel = True

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def load_runs(self, experiment: str, count: int) -> None:
        raise NotImplementedError

    def load_points(self, run: str, count: int) -> None:
        raise NotImplementedError

    def post(self, path: str, body: Any) -> Any:
        """Asks once; the other server, which may still be at what wrk left behind, until its database is free."""
        request = urllib.request.Request(
            self.url + API + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        deadline = time.monotonic() + (PATIENCE if self.may_fail else 0)
        while True:
            try:
                with urllib.request.urlopen(request, timeout=600) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if time.monotonic() >= deadline:
                    raise SystemExit(f"bench: {type(self).__name__} {path}: {error} {error.read()!r}") from None
            time.sleep(1)

    def experiment(self) -> str:
        return self.post("experiments/create", {"name": uuid.uuid4().hex})["experiment_id"]

    def run(self, experiment: str) -> str:
        return self.post("runs/create", {"experiment_id": experiment, "start_time": 1})["run"]["info"]["run_id"]

    def memory(self, key: str = "VmRSS") -> int:
        """The memory of all processes of the server, in bytes."""
        total = 0
        for pid in processes_of(self.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith(key + ":"):
                        total += int(line.split()[1]) * 1024
        return total

    def load(self, kind: str, seconds: float, connections: int, *arguments: str) -> dict[str, Any]:
        """What wrk measures; a request that fails ends the benchmark, unless it is the other server's."""
        threads = min(2, connections)
        command = ["wrk", "--threads", str(threads), "--connections", str(connections), "--timeout", "120s"]
        command += ["--duration", f"{seconds:.0f}s", "--script", str(SCRIPT), self.url, "--", kind, *arguments]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        result = json.loads(text.strip().splitlines()[-1])
        done = result["requests"] - result["errors"]
        if done <= 0 or (result["errors"] and not self.may_fail):
            raise SystemExit(f"bench: {type(self).__name__} {kind}: {text}")
        result["rate"] = float(f"{done / result['seconds']:.4g}")
        print(f"{type(self).__name__} {kind}: {result['rate']:,}/s, p50 {result['p50']} ms", flush=True)
        return result


class Martlet(Contestant):
    def start(self) -> None:
        self.server = Server(self.folder)
        self.url, self.pid = self.server.url, self.server.process.pid
        self.seconds_to_ready = self.server.seconds_to_ready

    def stop(self) -> None:
        self.server.stop()

    def load_runs(self, experiment: str, count: int) -> None:
        loaded = 0
        while loaded < count:
            # Two requests make a run: one creates it, one logs to it.
            rate = self.load("load", 5, CONNECTIONS, experiment)["rate"] / 2
            loaded += int(rate * 5)
        print(f"Martlet holds about {loaded:,} runs", flush=True)

    def load_points(self, run: str, count: int) -> None:
        for first in range(0, count, 1_000):
            metrics = [
                {"key": "loss", "value": step * 0.001, "timestamp": step + 1, "step": step}
                for step in range(first, first + 1_000)
            ]
            self.post("runs/log-batch", {"run_id": run, "metrics": metrics})


class MLflow(Contestant):
    may_fail = True
    # Over 100,000 runs one search takes it 40 s and more.
    search_seconds = 150
    searches_in_parallel = False

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [str(ROOT / ".venv/bin/mlflow"), "server", "--port", str(port)],
            cwd=self.folder, env=environment, start_new_session=True,
            stdout=(self.folder / "server.log").open("wb"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.pid = self.process.pid
        wait_for("mlflow server", self.is_ready, 180)
        self.seconds_to_ready = time.perf_counter() - begun

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        # The group that was made for it, and nothing else.
        os.killpg(self.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "mlflow.db", timeout=60)

    def load_runs(self, experiment: str, count: int) -> None:
        runs, metrics, params, tags = [], [], [], []
        for index in range(count):
            run, auc = uuid.uuid4().hex, (index * 7919 % 1_000_003) / 1_000_003
            start = 1_700_000_000_000 + index
            uri = f"mlflow-artifacts:/{experiment}/{run}/artifacts"
            runs.append(
                (run, f"r{index}", "UNKNOWN", "", "", "bench", "RUNNING", start, "active", uri, int(experiment))
            )
            metrics += [("auc", auc, start, run, 1), ("loss", 1 - auc, start, run, 1)]
            params += [("model", f"m{index % 20 + 1}", run), ("rate", f"0.{index % 10:02}", run)]
            tags += [("mlflow.source.name", "train.py", run), ("mlflow.runName", f"r{index}", run)]
            tags += [("team", f"t{index % 5 + 1}", run)]
        with self.database() as database:
            database.executemany(
                "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
                " lifecycle_stage, artifact_uri, experiment_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                runs,
            )
            for table in ("metrics", "latest_metrics"):
                database.executemany(
                    f"INSERT INTO {table} (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)",
                    metrics,
                )
            database.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", params)
            database.executemany("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)", tags)

    def load_points(self, run: str, count: int) -> None:
        with self.database() as database:
            database.executemany(
                "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('loss', ?, ?, ?, ?, 0)",
                ((step * 0.001, step + 1, run, step) for step in range(count)),
            )
            database.execute(
                "INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('loss', ?, ?, ?, ?, 0)",
                ((count - 1) * 0.001, count, run, count - 1),
            )


def measure(server: Contestant, arguments: argparse.Namespace) -> dict[str, Any]:
    try:
        results: dict[str, Any] = {"start_to_ready_seconds": round(server.seconds_to_ready, 3)}
        experiment = server.experiment()
        results["memory_idle_bytes"] = server.memory()
        listed = server.folder / "runs.txt"
        listed.write_text("\n".join(server.run(experiment) for _ in range(256)) + "\n")
        for kind in ("create", "log-metric", "log-batch"):
            results[kind] = server.load(kind, arguments.seconds, CONNECTIONS, experiment, str(listed))
        results["history"] = measure_history(server, experiment, arguments.points)
        searched = server.experiment()
        server.load_runs(searched, arguments.runs)
        seconds = max(arguments.seconds, server.search_seconds)
        results["search"] = server.load("search", seconds, 1, searched)
        results["memory_after_runs_bytes"] = server.memory()
        if server.searches_in_parallel:
            results["search_parallel"] = server.load("search", seconds, SEARCH_CONNECTIONS, searched)
        results["artifact"] = measure_artifact(server, arguments.bytes)
        return results
    finally:
        server.stop()


def measure_history(server: Contestant, experiment: str, count: int) -> dict[str, Any]:
    """The history of one metric, page by page, as the client asks for it: the whole, or what comes in a minute."""
    run = server.run(experiment)
    server.load_points(run, count)
    begun, token, points = time.perf_counter(), "", 0
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=600)
    while True:
        path = f"{API}metrics/get-history?run_id={run}&metric_key=loss&max_results={HISTORY_PAGE}&page_token={token}"
        connection.request("GET", path)
        answer = orjson.loads(connection.getresponse().read())
        points += len(answer["metrics"])
        token = urllib.request.quote(answer.get("next_page_token", ""), safe="")
        if not token or time.perf_counter() - begun > HISTORY_SECONDS:
            break
    seconds = time.perf_counter() - begun
    if not token and points != count:
        raise SystemExit(f"bench: {type(server).__name__} gave {points} of {count} points")
    results = {"points": points, "seconds": round(seconds, 3), "points_per_second": round(points / seconds)}
    if isinstance(server, Martlet):
        begun = time.perf_counter()
        connection.request("GET", f"/api/v1/runs/{run}/metrics/loss?buckets=500")
        buckets = orjson.loads(connection.getresponse().read())["buckets"]
        results["chart_of_500_milliseconds"] = round((time.perf_counter() - begun) * 1_000, 1)
        assert sum(bucket["count"] for bucket in buckets) == count
    print(f"{type(server).__name__} history: {results}", flush=True)
    return results


def measure_artifact(server: Contestant, length: int) -> dict[str, Any]:
    """One large file up and down; the peak is that of the server's memory since its start."""
    path, block = server.folder / "large.bin", os.urandom(1 << 20)
    with path.open("wb") as file:
        for index in range(length >> 20):
            file.write(index.to_bytes(8, "big") + block[8:])
    target = "/api/2.0/mlflow-artifacts/artifacts/bench/large.bin"
    before = server.memory("VmHWM")
    begun = time.perf_counter()
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=600, blocksize=1 << 20)
    with path.open("rb") as file:
        connection.request("PUT", target, file, {"Content-Length": str(length)})
    answer = connection.getresponse()
    answer.read()
    uploaded = time.perf_counter() - begun
    if answer.status != 200:
        raise SystemExit(f"bench: {type(server).__name__} refused the upload with {answer.status}")
    path.unlink()
    begun, received = time.perf_counter(), 0
    connection.request("GET", target)
    answer = connection.getresponse()
    while block := answer.read(1 << 20):
        received += len(block)
    downloaded = time.perf_counter() - begun
    if received != length:
        raise SystemExit(f"bench: {type(server).__name__} gave {received} of {length} bytes")
    results = {
        "upload_bytes_per_second": round(length / uploaded),
        "download_bytes_per_second": round(length / downloaded),
        "memory_peak_grew_bytes": server.memory("VmHWM") - before,
    }
    print(f"{type(server).__name__} artifact: {results}", flush=True)
    return results


def ratios_of(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """How many times better Martlet is; below 1 it is worse."""
    ratios = {
        f"{kind}_rate": ours[kind]["rate"] / theirs[kind]["rate"] for kind in ("create", "log-metric", "log-batch")
    }
    ratios["search_p50"] = theirs["search"]["p50"] / ours["search"]["p50"]
    ratios["search_rate"] = ours["search"]["rate"] / theirs["search"]["rate"]
    ratios["history"] = ours["history"]["points_per_second"] / theirs["history"]["points_per_second"]
    for way in ("upload", "download"):
        key = f"{way}_bytes_per_second"
        ratios[way] = ours["artifact"][key] / theirs["artifact"][key]
    for key in ("start_to_ready_seconds", "memory_idle_bytes", "memory_after_runs_bytes"):
        ratios[key.rsplit("_", 1)[0]] = theirs[key] / ours[key]
    return {key: round(value, 2) for key, value in ratios.items()}


def processes_of(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text()
                parents[int(entry.name)] = int(stat.rsplit(")", 1)[1].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


if __name__ == "__main__":
    if shutil.which("wrk") is None:
        sys.exit("bench: wrk is missing: scripts/setup.sh --test installs it")
    main()
