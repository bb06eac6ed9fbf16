"""`martlet report --kind chunks` against SciPy, scikit-learn and NannyML's rule of three deviations."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, ks_2samp
from sklearn.metrics import roc_auc_score
from test_drift import agree, martlet, written

ROWS = 500


def scored(seed: int, rows: int, shift: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    logit = random.normal(shift, 2, rows)
    chance = 1 / (1 + np.exp(-logit))
    value = random.normal(shift, 1, rows)
    value[:5] = np.nan
    return pd.DataFrame(
        {
            "value": value,
            "letter": random.choice(list("abc"), rows, p=[0.5 - shift / 5, 0.3, 0.2 + shift / 5]),
            "score": 1 / (1 + np.exp(-1.6 * logit)),
            "target": (random.random(rows) < chance).astype(int),
        }
    )


@pytest.fixture(scope="module")
def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    return scored(1, 4_000, 0.0), scored(2, 2_200, 0.5)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, frames: tuple[pd.DataFrame, pd.DataFrame]) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("chunks")
    before = written(folder, frames[0], "before", "parquet")
    now = written(folder, frames[1].drop(columns="target"), "now", "csv")
    done = martlet(
        "report", now, "--reference", before, "--kind", "chunks", "--chunk-rows", ROWS, "--json",
        "--target", "target", "--score", "score", "--html", folder / "chunks.html",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (folder / "chunks.html").read_text()
    assert "<svg" in page and len(page) < 200_000
    return json.loads(done.stdout)


def chunks(series: dict[str, Any], period: str) -> list[dict[str, Any]]:
    return [chunk for chunk in series["chunks"] if chunk["period"] == period]


def method(report: dict[str, Any], column: str, name: str) -> dict[str, Any]:
    [found] = [one for one in report["columns"] if one["column"] == column]
    return next(one for one in found["methods"] if one["method"] == name)


def parts(series: pd.Series) -> list[pd.Series]:
    return [series.iloc[start : start + ROWS] for start in range(0, len(series), ROWS)]


def test_chunks_of_numbers_are_those_of_scipy(
    report: dict[str, Any], frames: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    before, now = (frame["value"] for frame in frames)
    found = method(report, "value", "kolmogorov_smirnov")
    reference = [ks_2samp(before.dropna(), part.dropna()).statistic for part in parts(before)]
    current = [ks_2samp(before.dropna(), part.dropna()).statistic for part in parts(now)]
    for chunk, value in zip(chunks(found, "reference") + chunks(found, "analysis"), reference + current, strict=True):
        assert agree(chunk["value"], value)
    assert [chunk["key"] for chunk in chunks(found, "analysis")][-1] == "[2000:2199]"
    limit = np.mean(reference) + 3 * np.std(reference)
    assert agree(found["upper_threshold"], limit)
    assert [chunk["alert"] for chunk in chunks(found, "analysis")] == [bool(value > limit) for value in current]


def test_chunks_of_categories_are_those_of_scipy(
    report: dict[str, Any], frames: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    before, now = (frame["letter"] for frame in frames)
    found = method(report, "letter", "chi2")
    for chunk, part in zip(chunks(found, "analysis"), parts(now), strict=True):
        table = [before.value_counts().reindex(list("abc")), part.value_counts().reindex(list("abc"))]
        expected = chi2_contingency(table)
        assert agree(chunk["value"], expected.statistic)
        assert chunk["alert"] == bool(expected.pvalue < 0.05)


def test_quality_is_estimated_before_labels(report: dict[str, Any], frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    [area] = [one for one in report["estimates"] if one["metric"] == "roc_auc"]
    before, now = frames
    for chunk, rows in zip(chunks(area, "reference"), parts(before.index.to_series()), strict=True):
        part = before.loc[rows]
        assert agree(chunk["realized"], roc_auc_score(part["target"], part["score"]))
    for chunk, rows in zip(chunks(area, "analysis"), parts(now.index.to_series()), strict=True):
        part = now.loc[rows]
        assert chunk["realized"] is None
        assert abs(chunk["value"] - roc_auc_score(part["target"], part["score"])) < 0.06
    realised = [chunk["realized"] for chunk in chunks(area, "reference")]
    assert agree(area["upper_threshold"], min(1, np.mean(realised) + 3 * np.std(realised)))


def test_estimates_have_a_band_of_three_sampling_errors(
    report: dict[str, Any], frames: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    [accuracy] = [one for one in report["estimates"] if one["metric"] == "accuracy"]
    correct = (frames[0]["score"] >= 0.5) == (frames[0]["target"] == 1)
    for chunk in chunks(accuracy, "analysis"):
        rows = chunk["end_index"] - chunk["start_index"] + 1
        assert agree(chunk["sampling_error"], np.std(correct) / np.sqrt(rows))
        assert agree(chunk["upper_confidence_boundary"], min(1, chunk["value"] + 3 * chunk["sampling_error"]))
        assert agree(chunk["lower_confidence_boundary"], chunk["value"] - 3 * chunk["sampling_error"])
    [precision] = [one for one in report["estimates"] if one["metric"] == "average_precision"]
    assert chunks(precision, "analysis")[0]["sampling_error"] is None


def test_limits_can_be_given(tmp_path: pathlib.Path, frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    before, now = (written(tmp_path, frames[n], f"side{n}", "parquet") for n in (0, 1))
    done = martlet(
        "report", now, "--reference", before, "--kind", "chunks", "--chunk-rows", ROWS, "--json",
        "--target", "target", "--score", "score",
        "--limit", "kolmogorov_smirnov=:0.1", "--limit", "roc_auc=0.2:0.8", "--limit", "f1=0.99:",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    series = method(found, "value", "kolmogorov_smirnov")
    assert (series["lower_threshold"], series["upper_threshold"]) == (None, 0.1)
    assert [chunk["alert"] for chunk in series["chunks"]] == [chunk["value"] > 0.1 for chunk in series["chunks"]]
    by_metric = {one["metric"]: one for one in found["estimates"]}
    assert (by_metric["roc_auc"]["lower_threshold"], by_metric["roc_auc"]["upper_threshold"]) == (0.2, 0.8)
    assert all(chunk["alert"] for chunk in by_metric["f1"]["chunks"])
    assert by_metric["recall"]["lower_threshold"] is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--limit", "roc_auc"], "--limit takes NAME=LOWER:UPPER"),
        (["--limit", "roc_auc=0.5"], "--limit takes NAME=LOWER:UPPER"),
        (["--limit", "roc_auc=:"], "--limit takes NAME=LOWER:UPPER"),
        (["--limit", "roc_auc=0.9:0.1"], "the lower one first"),
        (["--limit", "chi2=:3"], "there are no limits of 'chi2'; known: kolmogorov_smirnov"),
        (["--chunks", "0"], "--chunks"),
        (["--loss", "mse"], "--loss takes METRIC=COLUMN"),
        (["--class-score", "a"], "--class-score takes CLASS=COLUMN"),
    ],
)
def test_bad_chunks_are_named(
    tmp_path: pathlib.Path, frames: tuple[pd.DataFrame, pd.DataFrame], arguments: list[str], message: str
) -> None:
    path = written(tmp_path, frames[0], "before", "parquet")
    done = martlet("report", path, "--reference", path, "--kind", "chunks", *arguments)
    assert done.returncode == 2 and message in done.stderr, done.stderr
    assert "needs a reference" in martlet("report", path, "--kind", "chunks").stderr
