"""A monitor on a live topic beside a consumer that gives each window to Evidently, in one run.

Rows of 25 columns as JSON lie in a topic of the server; a monitor with default settings takes them window by window:
quality, drift and duplicates of every column, stored with their alerts. The peer gets the same rows as lines of a file,
decodes them, makes a table of each window and runs Evidently's drift report on it; what it would cost to consume them,
and to store what was found, is not counted, in its favour. The server's processor time and its peak of memory are taken
for streams of several lengths. Results and ratios go to bench/results.json.

    .venv/bin/python bench/monitoring.py [--rows 100000 400000 1600000] [--window 5000] [--peer-windows 8]
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from confluent_kafka import Producer

import drift
import drift_data
from bench_server import Server, wait_for, write_results

REFERENCE_ROWS = 20_000
TOPIC = "rows"
TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 400_000, 1_600_000], help="lengths of streams")
    parser.add_argument("--window", type=int, default=5_000, help="rows of a window")
    parser.add_argument("--peer-windows", type=int, default=8, help="windows that the peer is given")
    arguments = parser.parse_args()
    drift.make_environment()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        reference = drift_data.write_side(folder, "reference", REFERENCE_ROWS)
        results: dict[str, Any] = {"what": " ".join((__doc__ or "").split()[:12]), "versions": drift.versions()}
        results["martlet"] = {
            str(rows): watched(folder / str(rows), reference, rows, arguments.window) for rows in arguments.rows
        }
        lines = folder / "lines"
        lines.write_bytes(b"\n".join(values(arguments.window * arguments.peer_windows)))
        found = drift.peer("evidently_windows", 1, reference, lines, pathlib.Path(str(arguments.window)))
        rows = arguments.window * arguments.peer_windows
        results["evidently"] = {**found, "rows": rows, "rows_per_cpu_second": rows / found["cpu_seconds"]}
    longest = results["martlet"][str(max(arguments.rows))]
    rate = longest["rows_per_cpu_second"] / results["evidently"]["rows_per_cpu_second"]
    results["ratios"] = {"rows a second of the processor, evidently": round(rate, 1)}
    write_results("monitoring", results)
    print(json.dumps(results["ratios"], indent=2))


def values(rows: int) -> Iterator[bytes]:
    """The rows of a stream as JSON; a gap is null."""
    for start in range(0, rows, 100_000):
        table = drift_data.table(min(100_000, rows - start), 2 + start, 0.1)
        for row in table.to_dict("records"):
            yield json.dumps({name: None if value != value else value for name, value in row.items()}).encode()


def watched(folder: pathlib.Path, reference: pathlib.Path, rows: int, window: int) -> dict[str, float]:
    """A server that has the rows, and what it costs it to watch all of them."""
    server = Server(folder)
    try:
        post(server, "/api/v1/datasets/known/import", {"path": str(reference)})
        post(server, "/api/v1/topics", {"name": TOPIC, "partitions": 1})
        fill(server, rows)
        columns = [
            {"name": name, "type": "categorical" if name.startswith("c") else "numeric"}
            for name in drift_data.table(1, 1, 0).columns
        ]
        declared = {
            "name": "watch", "input": TOPIC, "reference": "known@v1", "window": {"size": window},
            "columns": columns, "drift": {}, "quality": {},
        }  # fmt: skip
        cpu, begun = processor(server), time.perf_counter()
        post(server, "/api/v1/monitors", declared)
        last = rows // window - 1
        wait_for(f"window {last}", lambda: has_window(server, last), seconds=600)
        seconds, cpu = time.perf_counter() - begun, processor(server) - cpu
        found = {"seconds": seconds, "cpu_seconds": cpu, "rows_per_cpu_second": rows / cpu, "peak_bytes": peak(server)}
    finally:
        server.stop()
    print(f"{rows} rows: {json.dumps(found)}", flush=True)
    return found


def fill(server: Server, rows: int) -> None:
    producer = Producer({"bootstrap.servers": server.bootstrap, "linger.ms": 20})
    for index, value in enumerate(values(rows)):
        producer.produce(TOPIC, value, timestamp=1_000_000 + index * 1000)
        if index % 10_000 == 0:
            producer.flush(60)
    if producer.flush(60):
        raise SystemExit("bench: the log did not take all rows")


def has_window(server: Server, index: int) -> bool:
    """Whether the monitor has found the window of this number; asked a few times a second."""
    time.sleep(0.2)
    url = f"{server.url}/api/v1/monitors/watch/windows?from={index}&limit=1"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return bool(json.load(answer)["items"])


def post(server: Server, path: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(
        server.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    urllib.request.urlopen(request, timeout=120).read()


def processor(server: Server) -> float:
    """Processor seconds of the server so far."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak(server: Server) -> int:
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


if __name__ == "__main__":
    main()
