"""`martlet drift --compat evidently-0.7` against what Evidently said of the same files.

The numbers were recorded by `compare_evidently.py --record`, which also compares many more frames with Evidently itself.
"""

from __future__ import annotations

import json
import math
import pathlib
from typing import Any

import pytest
from awkward_frames import SHAPES
from test_drift import martlet, written

RECORDED = json.loads(pathlib.Path(__file__).with_name("evidently_numbers.json").read_text())
SEED = 101

UNKNOWN = {"uint8", "nullable", "true_false_gap"}
"""Columns that Evidently silently does not monitor for their type, and Martlet does."""


def report(folder: pathlib.Path, shape: str, kind: str, *arguments: str) -> dict[str, dict[str, Any]]:
    before, now = SHAPES[shape](SEED)
    paths = written(folder, before, "before", kind), written(folder, now, "now", kind)
    done = martlet("drift", *paths, "--json", "--compat", "evidently-0.7", *arguments)
    assert done.returncode in (0, 6), done.stderr
    return {column["column"]: column for column in json.loads(done.stdout)["columns"]}


def agree(ours: float | None, theirs: float | str) -> bool:
    if isinstance(theirs, str) or not math.isfinite(theirs):
        return ours is None
    return ours is not None and abs(ours - theirs) <= 1e-9 * max(1, abs(theirs))


@pytest.mark.parametrize("case", RECORDED["default"])
def test_scores_by_default_are_those_of_evidently(tmp_path: pathlib.Path, case: str) -> None:
    shape, kind = case.split()
    found = report(tmp_path, shape, kind)
    compared = 0
    for name, (theirs, method) in RECORDED["default"][case].items():
        if name in UNKNOWN or "text content" in method or (name not in found and isinstance(theirs, str)):
            continue
        assert agree(found[name]["score"], theirs), (name, found[name]["score"], theirs)
        if method:
            assert found[name]["method_name"] == method, name
            compared += 1
    assert compared > 0


@pytest.mark.parametrize("method", RECORDED["methods"])
def test_scores_of_a_method_are_those_of_evidently(tmp_path: pathlib.Path, method: str) -> None:
    found = report(tmp_path, "ties", "parquet", "--method", method)
    for name, theirs in RECORDED["methods"][method].items():
        if (method, name) == ("t_test", "huge"):
            continue  # numpy's means of values near 1e12 are wrong by a thousandth of their deviation
        assert agree(found[name]["score"], theirs), (name, found[name]["score"], theirs)


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    return agree(ours, theirs)


@pytest.mark.parametrize("case", [case for case, metrics in RECORDED["summary"].items() if metrics])
def test_a_summary_is_that_of_evidently(tmp_path: pathlib.Path, case: str) -> None:
    shape, kind = case.split()
    before, now = SHAPES[shape](SEED)
    paths = written(tmp_path, before, "before", kind), written(tmp_path, now, "now", kind)
    compat = ("--compat", "evidently-0.7")
    done = martlet("report", paths[1], "--reference", paths[0], "--kind", "summary", "--json", *compat)
    assert done.returncode == 0, done.stderr
    found = {metric["metric_name"]: metric["value"] for metric in json.loads(done.stdout)["metrics"]}
    for name, theirs in RECORDED["summary"][case].items():
        assert same(found[name], theirs), (name, found[name], theirs)
