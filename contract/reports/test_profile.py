"""`martlet report --kind profile` against NumPy, pandas and SciPy."""

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

from martlet_server import ROOT, Server, binary

ROWS = 60_000


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(binary()), "report", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def profile(path: pathlib.Path, *arguments: object) -> dict[str, Any]:
    done = run(path, "--kind", "profile", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def table(rows: int = ROWS) -> pd.DataFrame:
    random = np.random.default_rng(11)
    skewed = random.lognormal(0, 1, rows)
    skewed[::50] = np.nan
    skewed[7::1000] = np.inf
    return pd.DataFrame(
        {
            "skewed": skewed,
            "whole": random.integers(-300, 300, rows),
            "word": [f"w{value}" for value in random.zipf(1.3, rows).clip(max=10**6)],
            "flag": pd.array(random.random(rows) < 0.2, dtype="boolean"),
            "constant": np.full(rows, 0.1),
            "at": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(rows), unit="min"),
        }
    ).assign(word=lambda frame: frame["word"].where(frame.index % 40 != 3))


def check(found: dict[str, Any], frame: pd.DataFrame) -> None:
    assert found["rows"] == len(frame)
    assert [one["column"] for one in found["columns"]] == ["skewed", "whole", "word", "flag", "constant"]
    for column in found["columns"]:
        series = frame[column["column"]]
        present = series.dropna()
        assert (column["rows"], column["missing"]) == (len(series), int(series.isna().sum()))
        wanted = present.nunique()
        assert abs(column["distinct"]["estimate"] - wanted) <= max(1, 4 * column["distinct"]["standard_error"] * wanted)
        check_numbers(column, present) if column["type"] == "number" else check_counts(column, present)


def check_numbers(column: dict[str, Any], present: pd.Series) -> None:
    values = present.to_numpy(dtype=float)
    finite = values[np.isfinite(values)]
    assert column["infinite"] == len(values) - len(finite)
    assert (column["min"], column["max"]) == (finite.min(), finite.max())
    assert column["mean"] == pytest.approx(finite.mean(), rel=1e-9, abs=1e-9)
    assert column["std"] == pytest.approx(finite.std(ddof=1), rel=1e-9, abs=1e-12)
    assert list(column["quantiles"]) == ["1%", "5%", "25%", "50%", "75%", "95%", "99%"]
    assert column["rank_error"] < 0.003
    for name, value in column["quantiles"].items():
        fraction = float(name[:-1]) / 100
        below, upto = (finite < value).mean(), (finite <= value).mean()
        assert below - column["rank_error"] <= fraction <= upto + column["rank_error"], name
    if finite.min() == finite.max():
        assert column["skewness"] is None and column["kurtosis"] is None
        return
    assert column["skewness"] == pytest.approx(stats.skew(finite, bias=False), rel=1e-7, abs=1e-9)
    assert column["kurtosis"] == pytest.approx(stats.kurtosis(finite, bias=False), rel=1e-7, abs=1e-9)


def check_counts(column: dict[str, Any], present: pd.Series) -> None:
    truth = present.astype(str).str.lower().value_counts()
    if column["column"] == "word":
        assert len(truth) > 2048, "or nothing is ever left out"
    assert len(column["frequent"]) == min(20, len(truth))
    for item in column["frequent"]:
        assert item["at_least"] <= truth[item["value"]] <= item["at_most"]
        assert item["at_most"] - item["at_least"] <= len(present) / 1025
    assert column["frequent"][0]["value"] == truth.index[0]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_profile_says_what_numpy_and_scipy_say(tmp_path: pathlib.Path, kind: str) -> None:
    frame, path, page = table(), tmp_path / f"all.{kind}", tmp_path / "page.html"
    frame.to_parquet(path) if kind == "parquet" else frame.to_csv(path, index=False)
    found = profile(path, "--html", page)
    check(found, frame)
    assert [one["column"] for one in found["skipped"]] == ["at"]
    assert "skewed" in page.read_text() and len(page.read_bytes()) < 200_000
    shown = run(path, "--kind", "profile")
    assert shown.returncode == 0 and "DIFFERENT" in shown.stdout and "w1" in shown.stdout
    (one,) = profile(path, "--column", "whole")["columns"]
    assert one == found["columns"][1]


def test_profiles_of_parts_are_put_together(tmp_path: pathlib.Path) -> None:
    frame = table()
    ends = [0, 10_000, 45_000, ROWS]
    saved: list[pathlib.Path] = []
    for index in range(3):
        part = tmp_path / f"part{index}.parquet"
        frame.iloc[ends[index] : ends[index + 1]].to_parquet(part)
        merged = [text for path in saved[-1:] for text in ("--merge", path)]
        saved.append(tmp_path / f"part{index}.json")
        saved[-1].write_text(json.dumps(profile(part, *merged)))
    together = json.loads(saved[-1].read_text())
    check(together, frame)
    assert [one["rows"] for one in together["merged"]] == [35_000, 10_000]
    frame.to_parquet(tmp_path / "all.parquet")
    whole = profile(tmp_path / "all.parquet")
    for one, other in zip(together["columns"], whole["columns"], strict=True):
        assert one["distinct"] == other["distinct"]
        for name in ("mean", "std", "skewness", "kurtosis"):
            if other.get(name) is None:
                assert one.get(name) is None
            else:
                assert one[name] == pytest.approx(other[name], rel=1e-9, abs=1e-9)
    alone = tmp_path / "second.json"
    alone.write_text(json.dumps(profile(tmp_path / "part1.parquet")))
    both = profile(tmp_path / "part2.parquet", "--merge", saved[0], "--merge", alone, "--column", "flag")
    assert both["rows"] == ROWS and [one["rows"] for one in both["columns"]] == [ROWS]


def test_what_cannot_be_merged_is_refused_with_its_file_and_column(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "some.parquet"
    pd.DataFrame({"x": [0.5, 3.0, -1.0], "word": ["a", "b", "b"]}).to_parquet(path)
    good = profile(path)

    def spoiled(change: Callable[[dict[str, Any]], None]) -> str:
        other = json.loads(json.dumps(good))
        change(other)
        return json.dumps(other)

    def state(place: int, *names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def find(report: dict[str, Any]) -> dict[str, Any]:
            part = report["columns"][place]["state"]
            for name in names:
                part = part[name]
            return part

        return find

    kll, hll, counts = state(0, "quantiles"), state(0, "distinct"), state(1, "frequent")
    other = tmp_path / "other.parquet"
    pd.DataFrame({"x": ["a"]}).to_parquet(other)
    for text, words in [
        ("", "no profile"),
        ("{", "no profile"),
        ('{"kind": "summary"}', "no profile"),
        (json.dumps(profile(other)), "column x holds text"),
        (spoiled(lambda one: kll(one).update(k=200)), "column x of"),
        (spoiled(lambda one: kll(one).update(count=4)), "column x: 'state.quantiles' is no sketch"),
        (spoiled(lambda one: kll(one).update(levels=[[], [3.0, 0.5, -1.0]])), "column x"),
        (spoiled(lambda one: kll(one)["levels"][0].__setitem__(0, 1e99)), "column x"),
        (spoiled(lambda one: hll(one).update(precision=13)), "column x"),
        (spoiled(lambda one: hll(one).update(registers="ff" * 4096)), "column x"),
        (spoiled(lambda one: counts(one).update(capacity=9)), "column word of"),
        (spoiled(lambda one: counts(one).update(counts=[["a", 2**62], ["b", 2**62]])), "column word"),
        (spoiled(lambda one: one["columns"][1].update(rows=2**53 + 1)), "column word"),
    ]:
        saved = tmp_path / "saved.json"
        saved.write_text(text)
        done = run(path, "--kind", "profile", "--merge", saved)
        assert done.returncode == 1 and words in done.stderr and "saved.json" in done.stderr, (words, done.stderr)
    saved.write_text(json.dumps(good))
    for arguments, words in [
        ([path, "--kind", "summary", "--merge", saved], "--kind profile"),
        ([path, "--kind", "profile", "--merge", tmp_path / "none.json"], "none.json"),
        (["rain@v3", "--kind", "profile", "--merge", saved], "that of a file"),
    ]:
        done = run(*arguments)
        assert done.returncode != 0 and words in done.stderr, (words, done.stderr)


def test_numbers_without_moments_say_so(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "some.parquet"
    pd.DataFrame({"far": [1e300, -1e300, 5.0], "none": [np.nan] * 3, "one": [np.nan, 1e200, np.inf]}).to_parquet(path)
    saved = tmp_path / "saved.json"
    for merged in ([], ["--merge", saved]):
        found = profile(path, *merged)
        saved.write_text(json.dumps(found))
        far, none, one = found["columns"]
        assert far["mean"] is None and far["undefined"] == "out_of_range" and far["max"] == 1e300
        assert none["undefined"] == "empty_current" and none["quantiles"]["50%"] is None
        assert one["mean"] == 1e200 and one["infinite"] == (2 if merged else 1)


def test_more_columns_than_a_profile_takes_are_named(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "wide.parquet"
    pd.DataFrame({f"c{index}": [index, 0.5] for index in range(501)}).to_parquet(path)
    done = run(path, "--kind", "profile")
    assert done.returncode == 1 and "501 columns" in done.stderr
    page = tmp_path / "page.html"
    names = [text for index in range(500) for text in ("--column", f"c{index}")]
    assert len(profile(path, "--html", page, *names)["columns"]) == 500
    assert len(page.read_bytes()) < 200_000


def test_the_api_gives_the_same_profile(make_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
    path = tmp_path / "frame.parquet"
    table(3000).to_parquet(path)
    server = make_server("data")
    server.post("/api/v1/datasets/frame/import", {"path": str(path)})
    answer = server.post("/api/v1/reports", {"kind": "profile", "current": "frame@v1"})
    mine = profile(path)
    assert {**answer, "current": None} == {**mine, "current": None}
    body = {"kind": "profile", "current": "frame@v1", "columns": ["at"]}
    refused = requests.post(f"{server.url}/api/v1/reports", json=body, timeout=30)
    assert refused.status_code == 400 and "holds times" in refused.text
