"""Models of every task degrade on a real server, are trained again, judged and promoted."""

from __future__ import annotations

import pathlib
import subprocess
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from changing_world import CHANGED, ROWS, changing_world, world
from martlet_server import Server, binary

MakeServer = Callable[..., Server]


def played(server: Server, project: str) -> dict[str, Any]:
    """The loop's report once the project has been played to its end."""
    server.post("/api/v1/projects", {"path": project})
    deadline = time.monotonic() + 240
    while (loop := server.get("/api/v1/loops/world"))["state"] != "finished":
        assert loop["state"] != "failed", loop["problem"]
        assert time.monotonic() < deadline, f"not played within 240 s: {loop['state']}, {loop['steps'][-1]}"
        time.sleep(0.2)
    return server.get("/api/v1/loops/world/report")


def answers(model: Any, rows: pd.DataFrame, task: str) -> np.ndarray:
    said = model.predict(rows[["x", "z"]])
    return said if task == "regression" else said.argmax(axis=1)


@pytest.mark.parametrize(
    ("task", "metric", "score"),
    [
        ("regression", "mae", metrics.mean_absolute_error),
        ("multiclass", "f1", lambda truth, said: metrics.f1_score(truth, said, average="macro")),
    ],
)
def test_a_model_that_degrades_is_trained_again_and_promoted(
    make_server: MakeServer, tmp_path: pathlib.Path, task: str, metric: str, score: Callable
) -> None:
    import mlflow

    server = make_server()
    report = played(server, changing_world(tmp_path / "world", task, gate={"confidence": 0.95}))
    assert all(check["passed"] for check in report["checks"]) and report["rejected"] == 0
    assert [alert["kind"] for alert in report["alerts"]] == ["performance"]
    [promotion] = report["promotions"]
    assert (promotion["previous_version"], promotion["version"]) == (1, 2)
    gate = promotion["gate"]
    assert (gate["metric"], gate["rows"]) == (metric, 80)

    # Both models on the hold-out rows, by scikit-learn.
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    cut = pd.read_parquet(server.get("/api/v1/datasets/world/versions/2")["path"])
    held_out = cut.tail(80)
    for role, version in (("champion", 1), ("challenger", 2)):
        model = mlflow.pyfunc.load_model(f"models:/oracle/{version}")
        assert gate[role] == pytest.approx(score(held_out.y, answers(model, held_out, task)), abs=1e-5)

    loop = server.get("/api/v1/loops/world")
    assert (loop["task"], loop["metric"]) == (task, metric)
    [judged] = [step["numbers"] for step in loop["steps"] if step["kind"] == "judged"]
    assert judged["task"] == task and judged["metric"] == metric and judged["passed"]
    assert judged["champion"][metric] == gate["champion"] and "auc" not in judged["champion"]
    assert judged["paired"]["lower_bound"] > 0
    assert any("with 95.0 % confidence the gain" in reason for reason in judged["reasons"])
    decisions = server.get("/api/v1/loops/world/decisions")["items"]
    assert [decision["outcome"] for decision in decisions][:2] == ["held", "started"]
    assert "of 200 new labels since the alert" in decisions[0]["reason"]
    assert decisions[1]["inputs"]["triggers"][0]["id"] == report["alerts"][0]["id"]
    before, after = loop["windows"][4][metric]["champion"], loop["windows"][-1][metric]["champion"]
    assert after < before / 5 if task == "regression" else after > before + 0.5

    shown = subprocess.run(
        [str(binary()), "loop", "show", "--server", server.url], capture_output=True, text=True, timeout=60
    )
    assert shown.returncode == 0, shown.stderr
    assert metric.upper() in shown.stdout and "AUC" not in shown.stdout


@pytest.mark.parametrize("labels", [3, 1])
def test_training_data_of_several_partitions_is_the_newest_rows_in_order(
    make_server: MakeServer, tmp_path: pathlib.Path, labels: int
) -> None:
    server = make_server()
    project = changing_world(tmp_path / "world", "binary", partitions=3, labels=labels, gate={"margin": 0.02})
    report = played(server, project)
    assert all(check["passed"] for check in report["checks"])
    assert report["lost"] == report["duplicates"] == 0
    [promotion] = report["promotions"]
    assert promotion["gate"]["metric"] == "auc"

    version = server.get("/api/v1/datasets/world/versions/2")
    cut = pd.read_parquet(version["path"])
    # The rows went to the partitions in turn: the newest labelled ones are whole, and in the order of the file.
    first = int(cut.second.iloc[0])
    assert cut.second.tolist() == list(range(first, first + 300))
    assert CHANGED + 200 <= first + 300 <= ROWS
    original = world("binary").iloc[first : first + 300]
    assert np.array_equal(cut[["x", "z", "y"]], original[["x", "z", "y"]])
    slice = version["source"]["slice"]
    assert [part["partition"] for part in slice["ranges"]] == [0, 1, 2]
    of_labels = slice["labels"]["ranges"] if labels > 1 else [slice["labels"]["range"]]
    assert [part["partition"] for part in of_labels] == list(range(labels))
    assert sum(part["to"] - part["from"] for part in slice["ranges"]) == 300
    [made] = [step for step in server.get("/api/v1/loops/world")["steps"] if step["kind"] == "dataset_cut"]
    assert made["title"].endswith("300 labelled rows of world, from 3 partitions")
    offsets = [{key: part[key] for key in ("partition", "from", "to")} for part in slice["ranges"]]
    assert promotion["offsets"] == offsets


def test_a_metric_that_the_task_lacks_is_refused_with_those_it_has(
    make_server: MakeServer, tmp_path: pathlib.Path
) -> None:
    server = make_server()
    project = changing_world(tmp_path / "world", "regression", gate={"metric": "auc"})
    with pytest.raises(AssertionError, match="'auc' is no metric of a regression model: it has mae, rmse, mape, r2"):
        server.post("/api/v1/projects", {"path": project})
