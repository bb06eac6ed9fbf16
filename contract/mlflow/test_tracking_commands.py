"""Runs and models on the command line, against what the stock client logged."""

from __future__ import annotations

import json
from typing import Any

from mlflow import MlflowClient
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import DatasetInput, InputTag
from test_trash import martlet

from martlet_server import Server


def answer(server: Server, *arguments: str) -> Any:
    return json.loads(martlet(server, *arguments, "--json"))


def test_runs_are_searched_compared_and_charted(server: Server, client: MlflowClient, name: str) -> None:
    experiment = client.create_experiment(name)
    runs = []
    for depth in (2, 8):
        run_id = client.create_run(experiment, run_name=f"depth {depth}").info.run_id
        client.log_param(run_id, "depth", depth)
        client.log_param(run_id, "algorithm", "forest")
        for step in range(3):
            client.log_metric(run_id, "train/auc", 0.5 + step / 10 + depth / 100, step=step)
        runs.append(run_id)
    found = answer(server, "runs", "search", "params.depth = '8' OR params.depth = 'x'", "--experiment", name)
    assert [run["run_id"] for run in found["items"]] == [runs[1]]
    compared = answer(server, "runs", "compare", *runs)
    assert [(row["key"], row["differs"], row["values"]) for row in compared["parameters"]] == [
        ("depth", True, ["2", "8"]),
        ("algorithm", False, ["forest", "forest"]),
    ]
    table = martlet(server, "runs", "compare", *runs, "--differing")
    assert "depth" in table and "algorithm" not in table
    points = answer(server, "runs", "metrics", runs[0], "train/auc")["items"]
    assert [(point["step"], round(point["value"], 2)) for point in points] == [(0, 0.52), (1, 0.62), (2, 0.72)]
    assert "train/auc" in martlet(server, "runs", "metrics", runs[0])
    martlet(server, "runs", "metrics", runs[0], "nothing", status=3)
    martlet(server, "runs", "compare", runs[0], runs[0], status=5)
    martlet(server, "runs", "search", "metrics.a >", status=5)
    martlet(server, "runs", "delete", runs[0])
    assert client.get_run(runs[0]).info.lifecycle_stage == "deleted"
    listed = answer(server, "runs", "list", "--experiment", name, "--view", "deleted")["items"]
    assert [run["run_id"] for run in listed] == [runs[0]]
    martlet(server, "runs", "restore", runs[0])
    assert client.get_run(runs[0]).info.lifecycle_stage == "active"
    martlet(server, "runs", "delete", "none", status=3)


def test_a_promotion_is_one_recorded_act_and_lineage_leads_to_the_data(
    server: Server, client: MlflowClient, name: str
) -> None:
    run_id = client.create_run("0").info.run_id
    source = HTTPDatasetSource("https://example.com/weather.csv")
    dataset = MetaDataset(source=source, name="weather", digest="abc")._to_mlflow_entity()
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    client.log_text(run_id, "x", "model/MLmodel")
    client.create_registered_model(name)
    for _ in range(2):
        client.create_model_version(name, f"runs:/{run_id}/model", run_id)
    client.set_registered_model_alias(name, "champion", "1")
    martlet(server, "models", "promote", name, "2", status=2)
    martlet(server, "models", "promote", name, "9", "--reason", "none", status=3)
    assert "moved" in martlet(server, "models", "promote", name, "2", "--reason", "AUC 0.84")
    assert client.get_model_version_by_alias(name, "champion").version == "2"
    moves = answer(server, "models", "history", name, "champion")["items"]
    assert [(move["from"], move["to"], move["actor"], move["reason"]) for move in moves] == [
        (1, 2, "command line", "AUC 0.84"),
        (None, 1, "mlflow client", ""),
    ]
    lineage = answer(server, "models", "lineage", name, "champion")
    assert (lineage["version"], lineage["run_id"]) == (2, run_id)
    assert [(data["name"], data["digest"], data["context"]) for data in lineage["datasets"]] == [
        ("weather", "abc", "training")
    ]
    assert [version["version"] for version in answer(server, "models", "versions", name)["items"]] == [2, 1]
    assert name in martlet(server, "models", "list", "--filter", f"name = '{name}'")
    martlet(server, "models", "delete", name, "1")
    assert [version.version for version in client.search_model_versions(f"name = '{name}'")] == ["2"]
    martlet(server, "models", "delete", name)
    martlet(server, "models", "show", name, status=3)
