"""Compares `martlet report --kind chunks` with NannyML 0.13.1 itself, chunk by chunk and field by field, on made-up data.

Not part of the tests: NannyML needs an environment of its own (requirements-bench-drift.lock). Each seed makes frames of
awkward shapes; both programs read the same CSV and Parquet files. A difference that docs/reports.md does not name is
printed, and the status is 1.

    .venv-drift/bin/python contract/reports/compare_nannyml.py [--seeds 1 2 3] [--part drift] [--shape NAME]
"""

from __future__ import annotations

import argparse
import logging
import pathlib
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import nannyml
import numpy as np
import pandas as pd

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from scored_frames import CLASSED, CLASSES, COLUMNS, MEASURED, SCORED
from side_by_side import ROOT, is_nothing, martlet, same, written

Paths = tuple[pathlib.Path, pathlib.Path]
Frames = tuple[pd.DataFrame, pd.DataFrame]

NUMERIC = ["kolmogorov_smirnov", "jensen_shannon", "wasserstein", "hellinger"]
CATEGORICAL = ["chi2", "jensen_shannon", "l_infinity", "hellinger"]
BINARY = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"]
CELLS = ["true_positive", "false_positive", "false_negative", "true_negative"]
SEVERAL = ["roc_auc", "f1", "precision", "recall", "specificity", "accuracy"]
LOSSES = ["mae", "mape", "mse", "rmse", "msle", "rmsle"]
PLANS = ({"chunk_size": 100}, {"chunk_number": 10}, {"chunk_number": 7})


def options(plan: dict[str, int]) -> list[object]:
    [(name, count)] = plan.items()
    return ["--chunk-rows" if name == "chunk_size" else "--chunks", count]


Rows = list[tuple[dict[str, Any], dict[str, Any]]]


def series(ours: dict[str, Any], theirs: Rows, fields: dict[str, str]) -> Iterator[str]:
    """Differences of the chunks of one measurement; `fields` has our name for each of NannyML's."""
    chunks = ours["chunks"]
    if len(chunks) != len(theirs):
        yield f"{len(chunks)} chunks, not {len(theirs)}"
        return
    for chunk, (place, values) in zip(chunks, theirs, strict=True):
        where = f"{place['period']} {chunk['key']}"
        for name in ("key", "period", "start_index", "end_index"):
            if chunk[name] != place[name]:
                yield f"{where} {name}: {chunk[name]}, not {place[name]}"
        for their_name, our_name in fields.items():
            expected = values.get(their_name)
            if our_name == "alert" and is_quirk(values):
                continue
            found = ours.get(our_name) if our_name.endswith("_threshold") else chunk.get(our_name)
            if our_name == "alert" and is_nothing(expected):
                expected = False
            if not same(found, expected):
                yield f"{where} {our_name}: {found}, not {expected}"


def is_quirk(values: dict[str, Any]) -> bool:
    """NannyML's summary statistics call a chunk without value, and one whose value is the limit, unusual; Martlet does not."""
    value = values.get("value")
    if is_nothing(value):
        return True
    limits = [values.get(f"{side}_threshold") for side in ("lower", "upper")]
    return any(not is_nothing(limit) and same(value, limit) for limit in limits)


def picked(result: Any, *levels: str) -> Rows:
    """What NannyML says of each chunk, and its values of one measurement."""
    table = result.to_df(multilevel=True)
    inner, chunk = table, table["chunk"]
    for level in levels:
        inner = inner[level]
    while chunk.columns.nlevels > 1:
        chunk = chunk.droplevel(0, axis=1)
    return list(zip(chunk.to_dict("records"), inner.to_dict("records"), strict=True))


def drift(binary: str, paths: Paths, frames: Frames, plan: dict[str, int]) -> Iterator[str]:
    reference, current = frames
    ours, error = martlet(
        binary, "report", paths[1], "--reference", paths[0], "--kind", "chunks", "--json", *options(plan)
    )
    if ours is None:
        yield f"ours failed: {error}"
        return
    mine = {column["column"]: column for column in ours["columns"]}
    for name in reference.columns.intersection(current.columns):
        is_text = reference[name].dtype in ("object", "bool")
        kind = "categorical" if is_text else "continuous"
        methods = CATEGORICAL if is_text else NUMERIC
        try:
            calculator = nannyml.UnivariateDriftCalculator(
                column_names=[name], continuous_methods=NUMERIC, categorical_methods=CATEGORICAL, **plan
            ).fit(reference)
            result = calculator.calculate(current)
        except Exception as failure:
            if name in mine:
                yield f"{name}: theirs failed: {type(failure).__name__}: {str(failure)[:150]}"
            continue
        if name not in mine:
            yield f"{name}: ours is not there: {ours['skipped']}"
            continue
        found = {one["method"]: one for one in mine[name]["methods"]}
        for method in methods:
            table = picked(result, name, method)
            fields = {"value": "value", "alert": "alert"}
            fields |= {f"{side}_threshold": f"{side}_threshold" for side in ("upper",) if method != "chi2"}
            yield from (f"{name} {kind} {method} {line}" for line in series(found[method], table, fields))


QUALITY = {
    "missing_values_rate": lambda names, plan: nannyml.MissingValuesCalculator(column_names=names, **plan),
    "missing_values_count": lambda names, plan: nannyml.MissingValuesCalculator(
        column_names=names, normalize=False, **plan
    ),
    "unseen_values_rate": lambda names, plan: nannyml.UnseenValuesCalculator(column_names=names, **plan),
    "unseen_values_count": lambda names, plan: nannyml.UnseenValuesCalculator(
        column_names=names, normalize=False, **plan
    ),
    "out_of_range_values_rate": lambda names, plan: nannyml.NumericalRangeCalculator(column_names=names, **plan),
    "out_of_range_values_count": lambda names, plan: nannyml.NumericalRangeCalculator(
        column_names=names, normalize=False, **plan
    ),
    "values_avg": lambda names, plan: nannyml.SummaryStatsAvgCalculator(column_names=names, **plan),
    "values_std": lambda names, plan: nannyml.SummaryStatsStdCalculator(column_names=names, **plan),
    "values_median": lambda names, plan: nannyml.SummaryStatsMedianCalculator(column_names=names, **plan),
    "values_sum": lambda names, plan: nannyml.SummaryStatsSumCalculator(column_names=names, **plan),
}
FIELDS = {"value": "value", "alert": "alert", "upper_threshold": "upper_threshold"}
FIELDS |= {"lower_threshold": "lower_threshold", "sampling_error": "sampling_error"}
BANDS = {f"{side}_confidence_boundary": f"{side}_confidence_boundary" for side in ("upper", "lower")}
UNBANDED = ("unseen", "out_of")


def quality(binary: str, paths: Paths, frames: Frames, plan: dict[str, int]) -> Iterator[str]:
    reference, current = frames
    report = ["report", paths[1], "--reference", paths[0], "--kind", "chunks", "--json", *options(plan)]
    ours, error = martlet(binary, *report)
    if ours is None:
        yield f"ours failed: {error}"
        return
    counted = nannyml.SummaryStatsRowCountCalculator(**plan).fit(reference).calculate(current)
    rows = picked(counted, "rows_count")
    plain = {name: ours_name for name, ours_name in FIELDS.items() if name != "sampling_error"}
    yield from (f"rows_count {line}" for line in series(ours["rows_count"], rows, plain))
    mine = {column["column"]: column for column in ours["columns"]}
    for name in reference.columns.intersection(current.columns):
        is_text = reference[name].dtype in ("object", "bool")
        found = {one["metric"]: one for one in mine[name]["quality"]} if name in mine else {}
        for metric, make in QUALITY.items():
            if (metric.startswith(("values", "out_of")) and is_text) or (metric.startswith("unseen") and not is_text):
                continue
            try:
                result = make([name], plan).fit(reference).calculate(current)
            except Exception as failure:
                if metric in found:
                    yield f"{name} {metric}: theirs failed: {type(failure).__name__}: {str(failure)[:150]}"
                continue
            if metric not in found:
                yield f"{name} {metric}: ours is not there"
                continue
            fields = plain if metric.startswith(UNBANDED) else FIELDS | BANDS
            if (name, metric) == ("huge", "values_median"):
                fields = plain  # SciPy's density of values far from zero is wrong by some 1e-8
            yield from (f"{name} {metric} {line}" for line in series(found[metric], picked(result, name), fields))


def estimates(
    binary: str, paths: Paths, arguments: list[object], estimator: Any, frames: Frames, metrics: list[str]
) -> Iterator[str]:
    report = ["report", paths[1], "--reference", paths[0], "--kind", "chunks", "--json", "--target", "target"]
    ours, error = martlet(binary, *report, "--prediction", "prediction", *arguments)
    try:
        result = (estimator if estimator.result is not None else estimator.fit(frames[0])).estimate(frames[1])
    except Exception as failure:
        yield f"theirs failed: {type(failure).__name__}: {str(failure)[:150]}; ours: {error or 'numbers'}"
        return
    if ours is None:
        yield f"ours failed: {error}"
        return
    mine = {one["metric"]: one for one in ours["estimates"]}
    # Its error depends on how numpy sorts equal scores.
    has_ties = "score" in frames[0] and frames[0]["score"].duplicated().any()
    for metric in metrics:
        fields = FIELDS | BANDS | {"realized": "realized"}
        if metric == "average_precision" or (metric == "roc_auc" and has_ties):  # the former is drawn without a seed
            fields = {name: field for name, field in fields.items() if name not in BANDS and name != "sampling_error"}
        yield from (f"{metric} {line}" for line in series(mine[metric], picked(result, metric), fields))


def binary_quality(binary: str, paths: Paths, frames: Frames, plan: dict[str, int]) -> Iterator[str]:
    estimator = nannyml.CBPE(
        metrics=[*BINARY, "confusion_matrix"],
        y_pred_proba="score",
        y_pred="prediction",
        y_true="target",
        problem_type="classification_binary",
        **plan,
    )
    yield from estimates(binary, paths, ["--score", "score", *options(plan)], estimator, frames, BINARY + CELLS)


def class_quality(binary: str, paths: Paths, frames: Frames, plan: dict[str, int]) -> Iterator[str]:
    estimator = nannyml.CBPE(
        metrics=SEVERAL,
        y_pred_proba={name: f"p_{name}" for name in CLASSES},
        y_pred="prediction",
        y_true="target",
        problem_type="classification_multiclass",
        **plan,
    )
    scores = [part for name in CLASSES for part in ("--class-score", f"{name}=p_{name}")]
    yield from estimates(binary, paths, [*scores, *options(plan)], estimator, frames, SEVERAL)


def losses(binary: str, paths: Paths, frames: Frames, plan: dict[str, int]) -> Iterator[str]:
    """NannyML's own model predicts the losses; both programs sum them up."""
    features = ["first", "second"]
    estimator = nannyml.DLE(
        metrics=LOSSES, y_pred="prediction", y_true="target", feature_column_names=features, **plan
    ).fit(frames[0])
    said = []
    for path, frame in zip(paths, frames, strict=True):
        table = frame.copy()
        for metric in estimator.metrics:
            table[f"loss_{metric.column_name}"] = metric._dee_model.predict(table[[*features, "prediction"]])
        said.append(path.with_stem(path.stem + "_losses"))
        written(table, said[-1])
    columns = [part for metric in LOSSES for part in ("--loss", f"{metric}=loss_{metric}")]
    yield from estimates(binary, (said[0], said[1]), [*columns, *options(plan)], estimator, frames, LOSSES)


PARTS = {
    "drift": (COLUMNS, drift),
    "quality": (COLUMNS, quality),
    "binary": (SCORED, binary_quality),
    "classes": (CLASSED, class_quality),
    "losses": (MEASURED, losses),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / ".build/debug/martlet"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--shape", action="append")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    np.seterr(all="ignore")
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in arguments.seeds:
            for part in arguments.part or PARTS:
                shapes, compare = PARTS[part]
                for shape in arguments.shape or shapes:
                    if shape not in shapes:
                        continue
                    pair = shapes[shape](seed)
                    for kind in ("parquet", "csv"):
                        paths = (pathlib.Path(folder) / f"before.{kind}", pathlib.Path(folder) / f"now.{kind}")
                        frames = (written(pair[0], paths[0]), written(pair[1], paths[1]))
                        # The files differ in how they are read, not in how they are cut.
                        for plan in PLANS if kind == "parquet" else PLANS[:1]:
                            if max(plan.values()) > min(map(len, frames)):
                                continue
                            for line in compare(arguments.binary, paths, frames, plan):
                                count += 1
                                print(f"{part} {shape} seed {seed} {kind} {plan}: {line}", flush=True)
    print(f"{count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
