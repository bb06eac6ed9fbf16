"""Compares `martlet report --kind performance` with scikit-learn and Evidently's presets, and `martlet drift` without
compatibility with SciPy, on made-up data.

Not part of the tests: Evidently needs an environment of its own (requirements-bench-drift.lock). All programs read the
same CSV and Parquet files. A difference that docs/reports.md does not name is printed, and the status is 1.

    .venv-drift/bin/python contract/reports/compare_metrics.py [--seeds 1 2 3] [--part drift] [--shape NAME]
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from evidently import BinaryClassification, DataDefinition, Dataset, MulticlassClassification, Regression, Report
from evidently.presets import ClassificationPreset, RegressionPreset
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from metric_frames import BINARY, CLASSES, DRIFT, NUMBERS
from side_by_side import ROOT, is_nothing, martlet, same, same_chance, written

Values = dict[str, Callable[[], float]]


def performance(binary: str, path: pathlib.Path, columns: list[str], compat: bool) -> tuple[dict[str, Any] | None, str]:
    extra = ["--compat", "evidently-0.7"] if compat else []
    return martlet(binary, "report", path, "--kind", "performance", "--json", "--target", "target", *columns, *extra)


def against_sklearn(ours: dict[str, Any], expected: Values) -> Iterator[str]:
    found = {metric["name"]: metric["current"] for metric in ours["comparison"]}
    for name, value in expected.items():
        try:
            theirs = value()
        except ValueError as error:
            if not is_nothing(found[name]):
                yield f"{name}: {found[name]}, theirs failed: {str(error)[:100]}"
            continue
        if not same(found[name], theirs):
            yield f"{name}: {found[name]}, not {theirs}"


def against_evidently(ours: dict[str, Any], preset: Any, table: pd.DataFrame, definition: Any) -> Iterator[str]:
    try:
        report = Report([preset]).run(Dataset.from_pandas(table, definition), None)
        theirs = json.loads(report.json())
    except Exception:
        return  # one class, or one row, is too few for it
    found = {metric["metric_name"]: metric for metric in ours["metrics"]}
    for metric in theirs["metrics"]:
        name = metric["metric_name"]
        if name not in found:
            yield f"evidently: no {name}"
            continue
        if found[name]["config"] != metric["config"]:
            yield f"evidently {name}: {found[name]['config']}, not {metric['config']}"
        value, expected = found[name]["value"], metric["value"]
        if isinstance(expected, dict):
            for key in expected.keys() | value.keys():
                if not same(value.get(key), expected.get(key), absolute=1e-9):
                    yield f"evidently {name} {key}: {value.get(key)}, not {expected.get(key)}"
        elif not same(value, expected):
            yield f"evidently {name}: {value}, not {expected}"


def binary_part(binary: str, path: pathlib.Path, table: pd.DataFrame) -> Iterator[str]:
    ours, error = performance(binary, path, ["--score", "score"], compat=False)
    if ours is None:
        yield f"ours failed: {error}"
        return
    known = table.dropna()
    target, score = known["target"].astype(int).to_numpy(), known["score"].to_numpy()
    said = (score >= 0.5).astype(int)
    counts = metrics.confusion_matrix(target, said, labels=[0, 1])
    negatives, positives = counts.sum(axis=1)
    expected: Values = {
        "Accuracy": lambda: metrics.accuracy_score(target, said),
        "Precision": lambda: metrics.precision_score(target, said, zero_division=0),
        "Recall": lambda: metrics.recall_score(target, said, zero_division=0),
        "F1Score": lambda: metrics.f1_score(target, said, zero_division=0),
        "MCC": lambda: metrics.matthews_corrcoef(target, said),
        "BalancedAccuracy": lambda: metrics.balanced_accuracy_score(target, said),
        "RocAuc": lambda: metrics.roc_auc_score(target, score),
        "LogLoss": lambda: metrics.log_loss(target, score, labels=[0, 1]),
        "Brier": lambda: metrics.brier_score_loss(target, score, pos_label=1),
        "TPR": lambda: counts[1, 1] / positives if positives else 0.0,
        "TNR": lambda: counts[0, 0] / negatives if negatives else 0.0,
        "FPR": lambda: counts[0, 1] / negatives if negatives else 0.0,
        "FNR": lambda: counts[1, 0] / positives if positives else 0.0,
    }
    yield from against_sklearn(ours, expected)
    known = known.assign(target=target)
    task = BinaryClassification(target="target", prediction_probas="score", pos_label=1)
    yield from against_evidently(ours, ClassificationPreset(), known, DataDefinition(classification=[task]))


def classes_part(binary: str, path: pathlib.Path, table: pd.DataFrame) -> Iterator[str]:
    ours, error = performance(binary, path, ["--prediction", "prediction"], compat=False)
    if ours is None:
        yield f"ours failed: {error}"
        return
    target, said = table["target"], table["prediction"]
    expected: Values = {
        "Accuracy": lambda: metrics.accuracy_score(target, said),
        "Precision": lambda: metrics.precision_score(target, said, average="macro", zero_division=0),
        "Recall": lambda: metrics.recall_score(target, said, average="macro", zero_division=0),
        "F1Score": lambda: metrics.f1_score(target, said, average="macro", zero_division=0),
        "MCC": lambda: metrics.matthews_corrcoef(target, said),
        "BalancedAccuracy": lambda: metrics.balanced_accuracy_score(target, said),
    }
    yield from against_sklearn(ours, expected)
    task = MulticlassClassification(target="target", prediction_labels="prediction")
    yield from against_evidently(ours, ClassificationPreset(), table, DataDefinition(classification=[task]))


def numbers_part(binary: str, path: pathlib.Path, table: pd.DataFrame) -> Iterator[str]:
    known = table.replace([np.inf, -np.inf], np.nan).dropna()
    target, said = known["target"].to_numpy(), known["prediction"].to_numpy()
    ours, error = performance(binary, path, ["--prediction", "prediction"], compat=False)
    if ours is None or ours["task"] != "regression":
        yield f"ours failed: {error or ours['task']}"
        return
    expected: Values = {
        "MAE": lambda: metrics.mean_absolute_error(target, said),
        "RMSE": lambda: metrics.root_mean_squared_error(target, said),
        "MAPE": lambda: 100 * metrics.mean_absolute_percentage_error(target, said),
        "R2Score": lambda: metrics.r2_score(target, said),
        "AbsMaxError": lambda: metrics.max_error(target, said),
        "MedianAbsoluteError": lambda: metrics.median_absolute_error(target, said),
        "MeanError": lambda: np.mean(said - target),
    }
    yield from against_sklearn(ours, expected)
    equal, error = performance(binary, path, ["--prediction", "prediction"], compat=True)
    if equal is None:
        yield f"ours failed under compat: {error}"
        return
    definition = DataDefinition(regression=[Regression(target="target", prediction="prediction")])
    yield from against_evidently(equal, RegressionPreset(), table, definition)


NUMERIC: dict[str, Callable[[np.ndarray, np.ndarray], tuple[float, float | None]]] = {
    "ks": lambda a, b: pair(stats.ks_2samp(a, b)),
    "wasserstein": lambda a, b: (stats.wasserstein_distance(a, b) / max(np.std(a), 0.001), None),
    "mannw": lambda a, b: pair(stats.mannwhitneyu(a, b, alternative="two-sided")),
    "t_test": lambda a, b: pair(stats.ttest_ind(a, b, equal_var=False)),
    "ed": lambda a, b: (stats.energy_distance(a, b), None),
    "cramer_von_mises": lambda a, b: pair(stats.cramervonmises_2samp(a, b)),
    "anderson": lambda a, b: anderson(a, b),
    "es": lambda a, b: pair(stats.epps_singleton_2samp(a, b)),
}


def pair(result: Any) -> tuple[float, float]:
    return float(result.pvalue), float(result.statistic)


def anderson(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    found = stats.anderson_ksamp([first, second], variant="midrank")
    return float(found.pvalue), float(found.statistic)


def table_of(before: pd.Series, now: pd.Series) -> np.ndarray:
    names = sorted(set(before.dropna()) | set(now.dropna()))
    return np.array([side.value_counts().reindex(names).fillna(0).to_numpy() for side in (before, now)])


CATEGORICAL: dict[str, Callable[[np.ndarray], tuple[float, float | None]]] = {
    "chisquare": lambda table: pair(stats.chi2_contingency(table, correction=False)),
    "g_test": lambda table: pair(stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")),
    "fisher_exact": lambda table: (float(stats.fisher_exact(table).pvalue), None),
    "jensenshannon": lambda table: (float(jensenshannon(table[0], table[1])), None),
    "TVD": lambda table: (float(np.abs(shares(table)[0] - shares(table)[1]).sum() / 2), None),
    "l_infinity": lambda table: (float(np.abs(shares(table)[0] - shares(table)[1]).max()), None),
}


def within(statistic: float | None) -> float | None:
    """A statistic; what SciPy has as infinite is the greatest number here."""
    return None if statistic is not None and abs(statistic) > 1.7e308 else statistic


def shares(table: np.ndarray) -> np.ndarray:
    return table / table.sum(axis=1, keepdims=True)


def drift_part(binary: str, paths: tuple[pathlib.Path, pathlib.Path], frames: Any) -> Iterator[str]:
    before, now = frames
    is_number = {name: pd.api.types.is_numeric_dtype(before[name]) for name in before.columns}
    for method in [*NUMERIC, *CATEGORICAL]:
        names = [name for name in before.columns if is_number[name] == (method in NUMERIC)]
        names = [name for name in names if before[name].dtype.kind != "M"]
        for name in names:
            # One column at a time: a method may fit one and not another.
            ours, error = martlet(binary, "drift", *paths, "--json", "--method", method, "--column", name)
            try:
                if method == "fisher_exact" and now[name].nunique() > 2:
                    continue  # SciPy draws tables there
                if method in NUMERIC:
                    expected = NUMERIC[method](before[name].to_numpy(float), now[name].to_numpy(float))
                else:
                    expected = CATEGORICAL[method](table_of(before[name], now[name]))
            except Exception as failure:
                expected = (float("nan"), None)
                error = f"{error} theirs: {failure}"
            if ours is None:
                # Short columns of categories are text: more than half of the values differ.
                if not is_nothing(expected[0]) and (method in NUMERIC or len(before) > 10):
                    yield f"{method} {name}: ours failed: {error}, theirs {expected}"
                continue
            if not ours["columns"]:
                yield f"{method} {name}: {ours['skipped']}"
                continue
            [column] = ours["columns"]
            if column["type"] == "cat" and method in NUMERIC:
                continue  # few whole numbers are categories
            if (method, name) == ("t_test", "great"):
                continue  # SciPy's degrees of freedom leave the range of numbers
            if method == "es" and now[name].nunique() <= 2:
                continue  # depends on rounding
            close = same if method in ("wasserstein", "ed", "jensenshannon", "TVD", "l_infinity") else same_chance
            if not close(column["score"], expected[0]):
                yield f"{method} {name}: {column['score']} {column['undefined']}, not {expected[0]} {error[:120]}"
            if expected[1] is not None and not same(within(column["statistic"]), expected[1]):
                yield f"{method} {name} statistic: {column['statistic']}, not {expected[1]}"


PARTS: dict[str, tuple[dict[str, Any], Callable[..., Iterator[str]]]] = {
    "binary": (BINARY, binary_part),
    "classes": (CLASSES, classes_part),
    "numbers": (NUMBERS, numbers_part),
    "drift": (DRIFT, drift_part),
}


def differences(binary: str, folder: pathlib.Path, part: str, shape: str, seed: int) -> Iterator[str]:
    shapes, compare = PARTS[part]
    made = shapes[shape](seed)
    for kind in ("parquet", "csv"):
        if part == "drift":
            paths = folder / f"before.{kind}", folder / f"now.{kind}"
            lines = compare(binary, paths, tuple(map(written, made, paths)))
        else:
            path = folder / f"scored.{kind}"
            lines = compare(binary, path, written(made, path))
        yield from (f"{part} {shape} seed {seed} {kind}: {line}" for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / ".build/debug/martlet"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--shape", action="append")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in arguments.seeds:
            for part in arguments.part or PARTS:
                for shape in arguments.shape or PARTS[part][0]:
                    if shape not in PARTS[part][0]:
                        continue
                    for line in differences(arguments.binary, pathlib.Path(folder), part, shape, seed):
                        count += 1
                        print(line, flush=True)
    print(f"{count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
