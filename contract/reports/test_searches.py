"""`martlet report --kind changes` and `--kind outliers` against river's recorded detections, SciPy and scikit-learn."""

from __future__ import annotations

import json
import pathlib
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import requests
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

from martlet_server import ROOT, Server, binary

GOLDEN = ROOT / "Tests/StatisticsTests/Golden"
NAMES = {
    "ADWIN": "adwin", "PageHinkley": "page_hinkley", "DDM": "ddm", "EDDM": "eddm", "HDDMA": "hddm_a", "HDDMW": "hddm_w",
    "FHDDM": "fhddm", "KSWIN": "kswin",
}  # fmt: skip
RATES = {"ddm", "eddm", "hddm_a", "hddm_w", "fhddm"}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(binary()), "report", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def report(path: pathlib.Path, kind: str, *arguments: object) -> dict[str, Any]:
    done = run(path, "--kind", kind, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def streams() -> dict[str, np.ndarray]:
    cases = json.loads((GOLDEN / "inputs_streams.json").read_text())["cases"]
    return {case["id"]: np.array(case["values"], dtype=float) for case in cases}


def parameters(case: dict[str, Any]) -> list[str]:
    return [f"{name}={str(value).lower()}" for name, value in sorted(case.items())]


def test_detectors_find_what_river_finds(tmp_path: pathlib.Path) -> None:
    known = streams()
    longest = max(map(len, known.values()))
    table = {name: np.append(values, np.full(longest - len(values), np.nan)) for name, values in known.items()}
    path = tmp_path / "streams.parquet"
    pd.DataFrame(table).to_parquet(path)
    wanted: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for case in json.loads((GOLDEN / "river_detectors.json").read_text())["cases"]:
        name = NAMES.get(case["detector"])
        if name and (name not in RATES or set(np.unique(known[case["stream"]])) <= {0.0, 1.0}):
            wanted.setdefault((name, json.dumps(case["params"], sort_keys=True)), []).append(case)
    compared = 0
    for (name, given), cases in wanted.items():
        if name == "kswin" and "seed" not in given:
            continue
        options = [text for value in parameters(json.loads(given)) for text in ("--parameter", value)]
        columns = [text for case in cases for text in ("--column", case["stream"])]
        found = report(path, "changes", "--detector", name, *options, *columns)
        series = {one["column"]: one for one in found["series"]}
        for case in cases:
            assert series[case["stream"]]["changes"] == case["drift_at"], (name, given, case["stream"])
            assert series[case["stream"]]["values"] == len(known[case["stream"]])
            compared += 1
    assert compared > 100


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_change_is_told_with_what_lies_on_both_sides(tmp_path: pathlib.Path, kind: str) -> None:
    random = np.random.default_rng(4)
    values = np.append(random.normal(0, 1, 2000), random.normal(3, 2, 1000))
    values[::100] = np.nan
    labels = random.integers(0, 3, 3000)
    wrong = random.random(3000) < np.where(np.arange(3000) < 1500, 0.1, 0.4)
    said = np.where(wrong, (labels + 1) % 3, labels)
    words = random.choice(["u", "v"], 3000)
    table = pd.DataFrame({"value": values, "label": labels, "said": said, "word": words})
    path = tmp_path / f"stream.{kind}"
    table.to_parquet(path) if kind == "parquet" else table.to_csv(path, index=False)
    page = tmp_path / "changes.html"
    found = report(path, "changes", "--html", page)
    assert found["series"][0]["column"] == "value" and found["series"][0]["passed_by"] == 30
    (at,) = found["series"][0]["changes"]
    assert 2000 < at < 2100
    before, after = found["series"][0]["stretches"]
    assert (before["first_row"], before["last_row"], after["first_row"], after["last_row"]) == (0, at, at + 1, 2999)
    assert after["mean"] == pytest.approx(np.nanmean(values[at + 1 :]), rel=1e-12)
    assert after["std"] == pytest.approx(np.nanstd(values[at + 1 :], ddof=1), rel=1e-12)
    assert [one["column"] for one in found["skipped"]] == ["word"]
    assert "stream" in page.read_text() and len(page.read_bytes()) < 200_000
    errors = report(path, "changes", "--target", "label", "--prediction", "said")["series"]
    assert [one["column"] for one in errors] == ["errors"] and errors[0]["method"] == "hddm_a"
    assert 1500 < errors[0]["changes"][0] < 1650 and errors[0]["changes_count"] == 1


def test_what_no_detector_can_watch_is_refused_with_what_can_be(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "some.parquet"
    pd.DataFrame({"x": [0.5, 3.0], "word": ["a", "b"]}).to_parquet(path)
    for arguments, words in [
        (["--detector", "ddm"], "choose adwin, page_hinkley or kswin"),
        (["--parameter", "detla=1"], "delta, clock, max_buckets"),
        (["--detector", "page_hinkley", "--parameter", "mode=left"], "mode is one of both, down, up, not 'left'"),
        (["--parameter", "delta=many"], "delta is a number from 1e-12 to 1.0, not 'many'"),
        (["--parameter", "delta=2"], "delta is a number from 1e-12 to 1.0"),
        (["--column", "word"], "a detector watches numbers"),
        (["--column", "y"], "it has x, word"),
        (["--target", "x"], "name the column of predicted"),
    ]:
        done = run(path, "--kind", "changes", *arguments)
        assert done.returncode != 0 and words in done.stderr, (arguments, done.stderr)


def table(seed: int, rows: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    first = random.normal(0, 1, rows)
    frame = pd.DataFrame({"a": first, "b": first * 0.8 + random.normal(0, 0.5, rows), "c": random.gamma(2, 1, rows)})
    frame.iloc[3] = [8, -8, 20]
    frame.iloc[9, 1] = np.nan
    return frame


def test_outliers_of_columns_are_those_of_numpy_and_scipy(tmp_path: pathlib.Path) -> None:
    usual, frame = table(5, 800), table(6, 500)
    for name, one in [("usual", usual), ("frame", frame)]:
        one.to_parquet(tmp_path / f"{name}.parquet")
    for reference in (None, usual):
        more = [] if reference is None else ["--reference", tmp_path / "usual.parquet"]
        for rule in ("tukey", "zscore", "mad"):
            found = report(tmp_path / "frame.parquet", "outliers", "--rule", rule, *more)
            assert {one["column"] for one in found["columns"]} == {"a", "b", "c"}
            for one in found["columns"]:
                values = frame[one["column"]].to_numpy()
                base = (frame if reference is None else usual)[one["column"]].dropna().to_numpy()
                lower, upper = fences(rule, base)
                assert (one["lower"], one["upper"]) == pytest.approx((lower, upper), rel=1e-9)
                out = np.flatnonzero((values < lower) | (values > upper))
                assert one["outliers"] == len(out) and one["passed_by"] == int(np.isnan(values).sum())
                assert {each["row"] for each in one["farthest"]} == set(out.tolist())


def fences(rule: str, values: np.ndarray) -> tuple[float, float]:
    if rule == "tukey":
        low, high = np.quantile(values, [0.25, 0.75])
        return low - 1.5 * (high - low), high + 1.5 * (high - low)
    if rule == "zscore":
        return values.mean() - 3 * values.std(), values.mean() + 3 * values.std()
    reach = 3.5 * stats.median_abs_deviation(values, scale=1) / 0.6745
    return np.median(values) - reach, np.median(values) + reach


def test_unusual_rows_are_those_of_scikit_learn(tmp_path: pathlib.Path) -> None:
    frame = table(7, 400)
    path = tmp_path / "frame.parquet"
    frame.to_parquet(path)
    rows = frame.dropna()
    data = rows.to_numpy()
    middle = data - data.mean(axis=0)
    plane = PCA(n_components=2).fit(data)
    factor = LocalOutlierFactor(n_neighbors=15)
    factor.fit(data)
    near = NearestNeighbors(n_neighbors=15).fit(data).kneighbors()[0]
    scores = {
        "mahalanobis": np.sqrt(np.einsum("ij,jk,ik->i", middle, np.linalg.inv(np.cov(data.T)), middle)),
        "pca": np.linalg.norm(data - plane.inverse_transform(plane.transform(data)), axis=1),
        "lof": -factor.negative_outlier_factor_,
        "knn": near.mean(axis=1),
    }
    for rule, wanted in scores.items():
        options = ["--neighbours", 15, "--components", 2, "--html", tmp_path / "page.html"]
        (found,) = report(path, "outliers", "--rule", rule, *options)["rows"]
        limit = 1.5 if rule == "lof" else wanted.mean() + 3 * wanted.std()
        assert found["upper"] == pytest.approx(limit, rel=1e-8)
        assert found["passed_by"] == 1 and found["judged"] == 399
        out = {int(rows.index[place]): wanted[place] for place in np.flatnonzero(wanted > limit)}
        assert {one["row"]: one["score"] for one in found["farthest"]} == pytest.approx(out, rel=1e-8)
        assert 3 in out and "row" not in {one["row"] for one in found["farthest"]}


def test_outliers_that_cannot_be_judged_say_why(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "some.parquet"
    pd.DataFrame({"x": [1.0, 2, 3], "y": [2.0, 4, 6], "none": [np.nan] * 3, "word": list("abc")}).to_parquet(path)
    found = report(path, "outliers", "--rule", "mad")
    assert {one["column"] for one in found["skipped"]} == {"none", "word"}
    for arguments, words in [
        (["--rule", "mahalanobis", "--column", "x", "--column", "y"], "depend on each other"),
        (["--rule", "lof", "--column", "x"], "too few rows"),
        (["--rule", "tuckey"], "mahalanobis"),
        (["--rule-limit", "-1"], "--rule-limit"),
        (["--column", "word"], "holds no numbers"),
    ]:
        done = run(path, "--kind", "outliers", *arguments)
        assert done.returncode != 0 and words in done.stderr, (arguments, done.stderr)


def test_the_api_gives_the_same_reports(make_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
    path = tmp_path / "frame.parquet"
    table(8, 300).to_parquet(path)
    server = make_server("data")
    server.post("/api/v1/datasets/frame/import", {"path": str(path)})
    for kind, options, arguments in [
        ("changes", {"changes": {"method": "page_hinkley", "parameters": {"threshold": 5, "mode": "up"}}},
         ["--detector", "page_hinkley", "--parameter", "threshold=5", "--parameter", "mode=up"]),
        ("outliers", {"outliers": {"rule": "zscore", "limit": 2.5}}, ["--rule", "zscore", "--rule-limit", 2.5]),
    ]:  # fmt: skip
        answer = server.post("/api/v1/reports", {"kind": kind, "current": "frame@v1", **options})
        mine = report(path, kind, *arguments)
        assert {**answer, "current": None} == {**mine, "current": None}
    for body, words in [
        ({"kind": "changes", "changes": {"method": "adwine"}}, "adwin"),
        ({"kind": "outliers", "outliers": {"limits": 3}}, "neighbours"),
        ({"kind": "outliers", "outliers": {"listed": 0}}, "1 to 10,000"),
    ]:
        answer = requests.post(f"{server.url}/api/v1/reports", json={"current": "frame@v1", **body}, timeout=30)
        assert answer.status_code == 400 and words in answer.text
