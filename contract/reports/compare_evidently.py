"""Compares `martlet drift` with Evidently 0.7.23 itself, column by column and method by method, on made-up data.

Not part of the tests: Evidently needs an environment of its own (requirements-bench-drift.lock). Each seed makes frames
of awkward shapes; both programs read the same CSV and Parquet files. A difference that docs/reports.md does not name is
printed, and the status is 1.

    .venv-drift/bin/python contract/reports/compare_evidently.py [--seeds 1 2 3] [--shape NAME] [--method NAME]
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import evidently
import pandas as pd
from evidently import Dataset, Report
from evidently.metrics import ValueDrift
from evidently.presets import DataDriftPreset, DataSummaryPreset

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from awkward_frames import SHAPES
from side_by_side import ROOT, martlet, written

NUMERIC = ["ks", "wasserstein", "psi", "kl_div", "jensenshannon", "hellinger", "anderson", "cramer_von_mises", "mannw"]
NUMERIC += ["t_test", "ed", "es", "chisquare", "z"]
CATEGORICAL = ["chisquare", "z", "psi", "kl_div", "jensenshannon", "hellinger"]
EQUAL_LENGTHS = ["g_test", "fisher_exact"]
"""Evidently fails where the sides differ in length; Martlet does not."""

TOLERANCE = 1e-9
SEED = 101
"""Of the frames that the tests know Evidently's numbers of."""

RECORDED = [
    "plain",
    "at_1000",
    "above_1000",
    "constants",
    "tiny",
    "one_row",
    "missing",
    "infinities",
    "unseen",
    "kinds",
]
RECORDED += ["ties", "many_categories", "single_column"]
NAMED = [
    r"text content",  # free text is not compared
    r"theirs failed",  # as a whole, for the text or the empty column of one
    r"UFuncTypeError",  # Cramér-von Mises of few rows under numpy 2
    r"\b(uint8|nullable|true_false_gap)\b",  # not monitored by Evidently
    r"(kinds|tiny|one_row).*(DriftedColumnsCount|Share of Drifted|for column (note|day|city|pair)|ColumnCount\(column_type)",  # so counts differ
    r"\bfloat32\b",  # single precision
    r"\bes (two_floats|pair|flag|wide)\b|unchanged .* hellinger ",  # depends on rounding
    r"csv.*\bhuge\b|\bes huge\b|t_test huge\b|StdValue\(column=huge\)",  # decimals that pandas reads with an error, values near 1e12
    r"kinds .* csv: summary: .*\(column=date_text\)",  # with the time of the day
]
"""Differences that docs/reports.md names."""

SUMMARISED = ["plain", "one_row", "missing", "infinities", "constants", "unseen"]


def value_drift(reference: pd.DataFrame, current: pd.DataFrame, column: str, method: str | None) -> tuple[Any, str]:
    """Evidently's score of one column, and the method that it says it took; or its error."""
    report = Report([ValueDrift(column=column, method=method)], include_tests=True)
    try:
        found = report.run(Dataset.from_pandas(current), Dataset.from_pandas(reference)).dict()
    except Exception as error:  # whatever it says is what it says
        return f"{type(error).__name__}: {error}", ""
    metric = found["metrics"][0]
    return metric["value"], metric["config"].get("method") or ""


def preset(reference: pd.DataFrame, current: pd.DataFrame) -> dict[str, Any] | str:
    try:
        report = Report([DataDriftPreset()], include_tests=True)
        return report.run(Dataset.from_pandas(current), Dataset.from_pandas(reference)).dict()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def key_in_json(key: Any) -> str:
    """How Evidently writes keys that are no texts into its JSON."""
    return "null" if key is None else str(key).lower() if isinstance(key, bool) else str(key)


def agree(ours: Any, theirs: Any, tolerance: float = TOLERANCE) -> bool:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        theirs = {key_in_json(key): value for key, value in theirs.items()}
        return ours.keys() == theirs.keys() and all(agree(ours[key], theirs[key]) for key in ours)
    if ours is None or theirs is None or isinstance(ours, str) or isinstance(theirs, str):
        return ours is None and (theirs is None or isinstance(theirs, str) or not math.isfinite(theirs))
    if not math.isfinite(theirs):
        return False
    return abs(ours - theirs) <= max(1e-9, tolerance * abs(theirs))


def differences(binary: str, folder: pathlib.Path, shape: str, seed: int, wanted: str | None) -> Iterator[str]:
    before, now = SHAPES[shape](seed)
    for kind in ("parquet", "csv"):
        paths = folder / f"before.{kind}", folder / f"now.{kind}"
        reference, current = written(before, paths[0]), written(now, paths[1])
        where = f"{shape} seed {seed} {kind}"
        if wanted in (None, "default"):
            yield from (f"{where}: {line}" for line in default_differences(binary, paths, reference, current))
        if wanted in (None, "summary"):
            yield from (f"{where}: {line}" for line in summary_differences(binary, paths, reference, current))
        for method in [*NUMERIC, *EQUAL_LENGTHS] if wanted is None else [wanted]:
            if method in ("default", "summary"):
                continue
            ours, error = martlet(binary, "drift", *paths, "--json", "--compat", "evidently-0.7", "--method", method)
            if ours is None:
                yield f"{where} {method}: {error}"
                continue
            for column in ours["columns"]:
                if column["type"] == "cat" and method not in CATEGORICAL + EQUAL_LENGTHS:
                    continue
                theirs, _ = value_drift(reference, current, column["column"], method)
                if isinstance(theirs, str) and ("isn't applicable" in theirs or method in EQUAL_LENGTHS):
                    continue  # ours bins numbers and counts them
                if not agree(column["score"], theirs):
                    yield f"{where} {method} {column['column']}: {column['score']} {column['undefined']}, not {theirs}"


def default_differences(binary: str, paths: Any, reference: pd.DataFrame, current: pd.DataFrame) -> Iterator[str]:
    ours, error = martlet(binary, "drift", *paths, "--json", "--compat", "evidently-0.7")
    whole = preset(reference, current)
    if ours is None:
        yield f"ours failed: {error}; theirs: {str(whole)[:200]}"
        return
    mine = {column["column"]: column for column in ours["columns"]}
    skipped = {column["column"]: column["reason"] for column in ours["skipped"]}
    if isinstance(whole, str):
        yield f"theirs failed as a whole: {whole[:200]}"
    else:
        yield from report_differences(ours, whole)
    for name in current.columns.intersection(reference.columns):
        theirs, method = value_drift(reference, current, name, None)
        if name not in mine:
            if not isinstance(theirs, str):
                yield f"{name}: we skipped it ({skipped.get(name)}), theirs is {theirs} by {method}"
            continue
        column = mine[name]
        if not agree(column["score"], theirs) or (method and column["method_name"] != method):
            yield (
                f"{name}: {column['score']} by {column['method_name']} {column['undefined']}, not {theirs} by {method}"
                f" [{reference[name].dtype}, {current[name].dtype}]"
            )


def report_differences(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
    """The fields of Evidently's report, all but its ids."""
    for part in ("metrics", "tests"):
        mine = {entry.get("metric_name", entry.get("name")): entry for entry in ours.get(part, [])}
        for entry in theirs[part]:
            name = entry.get("metric_name", entry.get("name"))
            if name not in mine:
                yield f"{part}: no {name}"
                continue
            for key, value in entry.items():
                if key in ("id", "metric_config", "bound_test", "test_config"):
                    continue
                found = mine[name].get(key)
                if key == "config":
                    value = {name: getattr(part, "value", part) for name, part in value.items() if name != "tests"}
                same = agree(found, value) if key == "value" else str(found) == getattr(value, "value", str(value))
                if not same:
                    yield f"{part} {name} {key}: {found}, not {value}"


def summary_differences(binary: str, paths: Any, reference: pd.DataFrame, current: pd.DataFrame) -> Iterator[str]:
    report = ["report", paths[1], "--reference", paths[0], "--kind", "summary", "--json", "--compat"]
    report.append("evidently-0.7")
    ours, error = martlet(binary, *report)
    try:
        found = Report([DataSummaryPreset()]).run(Dataset.from_pandas(current), Dataset.from_pandas(reference)).dict()
    except Exception as failure:
        yield f"summary: theirs failed: {type(failure).__name__}: {failure}"
        found = None
    if ours is None:
        yield f"summary: ours failed: {error}"
    elif found:
        yield from (f"summary: {line}" for line in report_differences(ours, {"metrics": found["metrics"], "tests": []}))


def summary(reference: pd.DataFrame, current: pd.DataFrame) -> dict[str, Any] | None:
    """Evidently's metrics of a dataset by their names, as it writes them; nothing where it fails."""
    try:
        report = Report([DataSummaryPreset()]).run(Dataset.from_pandas(current), Dataset.from_pandas(reference))
        return {metric["metric_name"]: metric["value"] for metric in json.loads(report.json())["metrics"]}
    except Exception:
        return None


def numbers() -> dict[str, Any]:
    """What Evidently says of some frames, for contract/reports/test_evidently.py, which has no Evidently."""
    found: dict[str, Any] = {"evidently": evidently.__version__, "default": {}, "methods": {}, "summary": {}}
    with tempfile.TemporaryDirectory() as folder:
        for shape in RECORDED:
            for kind in ("parquet", "csv"):
                before, now = SHAPES[shape](SEED)
                reference = written(before, pathlib.Path(folder) / f"before.{kind}")
                current = written(now, pathlib.Path(folder) / f"now.{kind}")
                if shape in SUMMARISED:
                    found["summary"][f"{shape} {kind}"] = summary(reference, current)
                found["default"][f"{shape} {kind}"] = {
                    name: value_drift(reference, current, name, None) for name in current.columns
                }
        before, now = SHAPES["ties"](SEED)
        for method in NUMERIC:
            if method in ("chisquare", "z"):
                continue
            path = pathlib.Path(folder) / "side.parquet"
            reference, current = written(before, path), written(now, path)
            scores = {name: value_drift(reference, current, name, method)[0] for name in current.columns}
            found["methods"][method] = {name: score for name, score in scores.items() if not isinstance(score, str)}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / ".build/debug/martlet"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--shape", choices=SHAPES, action="append")
    parser.add_argument("--method", help="one method; 'default' for Evidently's own choice, 'summary' for the summary")
    parser.add_argument("--all", action="store_true", help="prints the differences that docs/reports.md names as well")
    parser.add_argument("--record", action="store_true", help="writes the numbers that the tests hold ours against")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.record:
        path = pathlib.Path(__file__).with_name("evidently_numbers.json")
        path.write_text(json.dumps(numbers(), indent=1, sort_keys=True) + "\n")
        return 0
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in arguments.seeds:
            for shape in arguments.shape or SHAPES:
                for line in differences(arguments.binary, pathlib.Path(folder), shape, seed, arguments.method):
                    if not arguments.all and any(re.search(pattern, line) for pattern in NAMED):
                        continue
                    count += 1
                    print(line, flush=True)
    print(f"{count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
