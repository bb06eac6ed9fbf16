"""One measurement of a peer of bench/drift.py, in a fresh process of the peers' environment; prints a line of JSON.

    .venv-drift/bin/python bench/drift_peers.py WHAT FILE [FILE ...]

The clock runs while the peer computes: its imports and the reading of the files are not counted, in its favour. `extra`
is what the peak of memory lies above what was there before.
"""

from __future__ import annotations

import json
import os
import pathlib
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # NannyML tells its makers of each call, and waits for the network


def frames(paths: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return pd.read_parquet(paths[0]), pd.read_parquet(paths[1])


def evidently_drift(paths: list[str]) -> Callable[[], Any]:
    from evidently import Dataset, Report
    from evidently.presets import DataDriftPreset

    reference, current = frames(paths)
    report = Report([DataDriftPreset()])

    def run() -> Any:
        found = report.run(Dataset.from_pandas(current), Dataset.from_pandas(reference)).dict()
        return found["metrics"][0]["value"]["count"]

    return run


def evidently_summary(paths: list[str]) -> Callable[[], Any]:
    from evidently import Dataset, Report
    from evidently.presets import DataSummaryPreset

    current = pd.read_parquet(paths[0])
    report = Report([DataSummaryPreset()])
    return lambda: report.run(Dataset.from_pandas(current), None).dict()["metrics"][0]["value"]


def evidently_windows(paths: list[str]) -> Callable[[], Any]:
    """What a consumer of a topic does by hand: decodes a window of rows, makes a table of it and compares that."""
    from evidently import Dataset, Report
    from evidently.presets import DataDriftPreset

    reference = Dataset.from_pandas(pd.read_parquet(paths[0]))
    lines = pathlib.Path(paths[1]).read_bytes().splitlines()
    size = int(paths[2])

    def run() -> Any:
        drifted = 0
        for start in range(0, len(lines), size):
            window = pd.DataFrame([json.loads(line) for line in lines[start : start + size]])
            found = Report([DataDriftPreset()]).run(Dataset.from_pandas(window), reference).dict()
            drifted += found["metrics"][0]["value"]["count"]
        return drifted

    return run


def nannyml_univariate(paths: list[str]) -> Callable[[], Any]:
    import nannyml

    reference, current = frames(paths)

    def run() -> Any:
        calculator = nannyml.UnivariateDriftCalculator(column_names=list(reference.columns), chunk_number=10)
        return int(calculator.fit(reference).calculate(current).to_df().filter(like="alert").to_numpy().sum())

    return run


def nannyml_cbpe(paths: list[str]) -> Callable[[], Any]:
    import nannyml

    reference, current = frames(paths)

    def run() -> Any:
        estimator = nannyml.CBPE(
            metrics=["roc_auc", "f1", "precision", "recall", "accuracy"],
            y_pred_proba="score", y_pred="prediction", y_true="target", problem_type="classification_binary",
            chunk_number=10,
        )  # fmt: skip
        found = estimator.fit(reference).estimate(current).filter(period="analysis").to_df()
        return float(found[("roc_auc", "value")].mean())

    return run


def kernel(name: str) -> Callable[[list[str]], Callable[[], Any]]:
    def prepare(paths: list[str]) -> Callable[[], Any]:
        from scipy import stats
        from sklearn import metrics

        a, b = (np.fromfile(path) for path in paths)
        return {
            "ks": lambda: float(stats.ks_2samp(a, b).statistic),
            "wasserstein": lambda: float(stats.wasserstein_distance(a, b)),
            "mannwhitneyu": lambda: float(stats.mannwhitneyu(a, b).pvalue),
            "anderson": lambda: float(stats.anderson_ksamp([a, b]).statistic),
            "cramervonmises": lambda: float(stats.cramervonmises_2samp(a, b).statistic),
            "energy": lambda: float(stats.energy_distance(a, b)),
            "roc_auc": lambda: float(metrics.roc_auc_score(b, a)),
        }[name]

    return prepare


def detector(name: str) -> Callable[[list[str]], Callable[[], Any]]:
    def prepare(paths: list[str]) -> Callable[[], Any]:
        from river import drift

        values = np.fromfile(paths[0]).tolist()
        make = {
            "adwin": lambda: drift.ADWIN(),
            "hddm_w": lambda: drift.binary.HDDMW(),
            "kswin": lambda: drift.KSWIN(seed=42),
            "page_hinkley": lambda: drift.PageHinkley(),
        }[name]

        def run() -> Any:
            watched = make()
            fired = 0
            for value in values:
                watched.update(value)
                fired += watched.drift_detected
            return fired

        return run

    return prepare


WHAT: dict[str, Callable[[list[str]], Callable[[], Any]]] = {
    "evidently_drift": evidently_drift,
    "evidently_summary": evidently_summary,
    "evidently_windows": evidently_windows,
    "nannyml_univariate": nannyml_univariate,
    "nannyml_cbpe": nannyml_cbpe,
    **{name: kernel(name) for name in ("ks", "wasserstein", "mannwhitneyu", "anderson", "cramervonmises")},
    **{name: kernel(name) for name in ("energy", "roc_auc")},
    **{name: detector(name) for name in ("adwin", "hddm_w", "kswin", "page_hinkley")},
}


def peak() -> int:
    """The greatest size of this process so far, in bytes."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def main() -> None:
    run = WHAT[sys.argv[1]](sys.argv[2:])
    before = resident()
    begun = time.perf_counter(), time.process_time()
    value = run()
    seconds, cpu = time.perf_counter() - begun[0], time.process_time() - begun[1]
    found = {"seconds": seconds, "cpu_seconds": cpu, "value": value}
    print(json.dumps({**found, "peak_bytes": peak(), "extra_bytes": max(0, peak() - before)}))


def resident() -> int:
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
