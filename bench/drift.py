"""Reports, estimates, tests and detectors beside Evidently, NannyML, SciPy, scikit-learn and river, in one run.

`martlet drift` and `martlet report` are measured as a user runs them: a process that starts, opens DuckDB, reads both
Parquet files and writes JSON. Of the peers only the computation is counted, with the frames in memory and everything
imported. Statistics are timed in process on both sides (bench/statistics), on the same million doubles. Results and
ratios go to bench/results.json; a ratio is the peer's seconds over ours, `cpu` the same of processor seconds.

Some ten minutes on a quiet machine, of which Evidently and NannyML take nine.

    .venv/bin/python bench/drift.py [--rows 10000 100000 1000000] [--values 1000000]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np

import drift_data
from bench_server import ROOT, write_results

LOCK = ROOT / "requirements-bench-drift.lock"
ENVIRONMENT = ROOT / ".venv-drift"
KERNELS = ROOT / ".build/release/statistics-benchmark"
MARTLET = os.environ.get("MARTLET_BINARY", str(ROOT / ".build/release/martlet"))
TESTS = ["ks", "wasserstein", "mannwhitneyu", "anderson", "cramervonmises", "energy", "roc_auc"]
DETECTORS = {"adwin": 1_000_000, "hddm_w": 1_000_000, "page_hinkley": 1_000_000, "kswin": 20_000}
"""Items a detector of river is fed; ours get a million."""

PEERS = ("evidently", "nannyml", "scipy", "scikit-learn", "river", "pandas", "numpy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--values", type=int, default=1_000_000, help="values a side of the tests")
    arguments = parser.parse_args()
    make_environment()
    build_kernels()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        results: dict[str, Any] = {"what": " ".join((__doc__ or "").split()[:12]), "versions": versions()}
        results["reports"] = {str(rows): reports(folder, rows) for rows in arguments.rows}
        results["cbpe"] = estimates(folder, max(arguments.rows))
        results["memory_of_a_longer_current"] = memory(folder)
        results["tests"] = tests(folder, arguments.values)
        results["detectors"] = detectors(folder, arguments.values)
    results["ratios"] = ratios(results)
    write_results("drift", results)
    print(json.dumps(results["ratios"], indent=2))


def make_environment() -> None:
    """The peers' own environment, made anew when its lock changes."""
    stamp, wanted = ENVIRONMENT / "lock.stamp", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"making {ENVIRONMENT.name} from {LOCK.name}", flush=True)
    subprocess.run(["/usr/bin/python3", "-m", "venv", str(ENVIRONMENT)], check=True)
    install = [str(ENVIRONMENT / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--requirement", str(LOCK)], check=True)
    stamp.write_text(wanted)


def build_kernels() -> None:
    build = ["swift", "build", "--configuration", "release", "--static-swift-stdlib"]
    subprocess.run([*build, "--product", "statistics-benchmark"], cwd=ROOT, check=True)


def versions() -> dict[str, str]:
    code = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    return json.loads(subprocess.check_output([ENVIRONMENT / "bin/python", "-c", code, *PEERS]))


def reports(folder: pathlib.Path, rows: int) -> dict[str, Any]:
    """A drift report and a summary of 25 columns; a slow peer is measured once."""
    reference, current = drift_data.write(folder, rows)
    repetitions = 1 if rows >= 100_000 else 3
    found = {
        "martlet_drift": martlet(5, "drift", reference, current, "--json"),
        "evidently_drift": peer("evidently_drift", repetitions, reference, current),
        "nannyml_univariate": peer("nannyml_univariate", repetitions, reference, current),
        "martlet_summary": martlet(5, "report", current, "--kind", "summary", "--json"),
        "evidently_summary": peer("evidently_summary", repetitions, current),
    }
    print(f"{rows} rows: {json.dumps({name: round(one['seconds'], 3) for name, one in found.items()})}", flush=True)
    return found


def estimates(folder: pathlib.Path, rows: int) -> dict[str, Any]:
    """CBPE: calibrated on the reference, estimated for ten chunks of the current data."""
    before, now = drift_data.scored(rows, 1, 0.0), drift_data.scored(rows, 2, 0.4)
    paths = folder / "scored-before.parquet", folder / "scored-now.parquet"
    before.to_parquet(paths[0])
    now.to_parquet(paths[1])
    columns = [
        drift_data.write_column(folder / "score", before["score"].to_numpy()),
        drift_data.write_column(folder / "target", before["target"].to_numpy()),
        drift_data.write_column(folder / "now", now["score"].to_numpy()),
    ]
    found = {"rows": rows, "martlet": kernel("cbpe", 3, *columns), "nannyml": peer("nannyml_cbpe", 1, *paths)}
    print(f"cbpe: {found['martlet']['cpu_seconds']:.3f} s, {found['nannyml']['cpu_seconds']:.3f} s", flush=True)
    return found


def memory(folder: pathlib.Path) -> dict[str, int]:
    """The peak of `martlet drift` with one reference of 100,000 rows and ever more current rows, in bytes."""
    reference = drift_data.write_side(folder, "reference", 100_000)
    peaks: dict[str, int] = {}
    for rows in (10_000, 100_000, 1_000_000, 4_000_000):
        current = drift_data.write_side(folder, "current", rows)
        peaks[str(rows)] = martlet(1, "drift", reference, current, "--json")["peak_bytes"]
    print(f"peaks of memory: {json.dumps(peaks)}", flush=True)
    return peaks


def tests(folder: pathlib.Path, values: int) -> dict[str, Any]:
    random = np.random.default_rng(7)
    one = drift_data.write_column(folder / "one", random.normal(0, 1, values))
    other = drift_data.write_column(folder / "other", random.normal(0.002, 1, values))
    scores = drift_data.write_column(folder / "scores", random.random(values))
    labels = drift_data.write_column(folder / "labels", random.random(values) < np.fromfile(scores))
    found: dict[str, Any] = {"values": values}
    for name in TESTS:
        files = (scores, labels) if name == "roc_auc" else (one, other)
        mine, theirs = kernel(name, 5, *files), peer(name, 3, *files)
        same = abs(mine["value"] - theirs["value"]) <= 1e-9 * max(1e-3, abs(theirs["value"]))
        found[name] = {"martlet": mine, "peer": theirs, "same_value": same}
        print(f"{name}: {mine['cpu_seconds']:.4f} s, {theirs['cpu_seconds']:.4f} s", flush=True)
    return found


def detectors(folder: pathlib.Path, values: int) -> dict[str, Any]:
    random = np.random.default_rng(8)
    found: dict[str, Any] = {}
    for name, count in DETECTORS.items():
        stream = (random.random(values) < 0.2).astype(float) if name == "hddm_w" else random.normal(0, 1, values)
        whole = drift_data.write_column(folder / name, stream)
        head = drift_data.write_column(folder / f"{name}-head", stream[:count])
        mine, theirs = kernel(name, 3, whole), peer(name, 1, head)
        found[name] = {
            "martlet_items_per_second": values / mine["cpu_seconds"],
            "river_items_per_second": count / theirs["cpu_seconds"],
            "same_detections": kernel(name, 1, head)["value"] == theirs["value"],
        }
        print(f"{name}: {json.dumps(found[name])}", flush=True)
    return found


def martlet(repetitions: int, *arguments: object) -> dict[str, float]:
    """The median run of a command, with the processor's time and the peak of memory of its process."""
    runs = [martlet_once([MARTLET, *map(str, arguments)]) for _ in range(repetitions)]
    return sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2]


def martlet_once(command: list[str]) -> dict[str, float]:
    measure = [sys.executable, "-I", "-S", str(ROOT / "bench/measure_process.py"), *command]
    found = json.loads(subprocess.check_output(measure, cwd=ROOT))
    if found.pop("status") not in (0, 6):
        raise SystemExit(f"bench: it failed: {' '.join(command)}")
    return found


def kernel(name: str, repetitions: int, *files: pathlib.Path) -> dict[str, float]:
    return json.loads(subprocess.check_output([KERNELS, str(repetitions), name, *map(str, files)]))


def peer(what: str, repetitions: int, *files: pathlib.Path) -> dict[str, float]:
    command = [str(ENVIRONMENT / "bin/python"), str(ROOT / "bench/drift_peers.py"), what, *map(str, files)]
    runs = [json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL)) for _ in range(repetitions)]
    return sorted(runs, key=lambda run: run["cpu_seconds"])[len(runs) // 2]


def ratios(results: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}

    def add(name: str, mine: dict[str, float], theirs: dict[str, float]) -> None:
        found[name] = round(theirs["seconds"] / mine["seconds"], 1)
        found[f"{name}, cpu"] = round(theirs["cpu_seconds"] / mine["cpu_seconds"], 1)

    for rows, one in results["reports"].items():
        add(f"drift of {rows} rows, evidently", one["martlet_drift"], one["evidently_drift"])
        add(f"drift of {rows} rows, nannyml", one["martlet_drift"], one["nannyml_univariate"])
        add(f"summary of {rows} rows, evidently", one["martlet_summary"], one["evidently_summary"])
    add("cbpe, nannyml", results["cbpe"]["martlet"], results["cbpe"]["nannyml"])
    for name in TESTS:
        add(name, results["tests"][name]["martlet"], results["tests"][name]["peer"])
    for name, one in results["detectors"].items():
        found[f"{name}, river"] = round(one["martlet_items_per_second"] / one["river_items_per_second"], 1)
    return found


if __name__ == "__main__":
    main()
