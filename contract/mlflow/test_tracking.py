"""Experiments, runs and metrics through the stock client."""

from __future__ import annotations

import math
import time

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException


def test_fluent_api_logs_a_run(client: MlflowClient, name: str) -> None:
    mlflow.set_experiment(name)
    with mlflow.start_run(run_name="first") as active:
        mlflow.log_param("depth", 3)
        mlflow.log_params({"rate": 0.1, "loss": "log"})
        for step in range(5):
            mlflow.log_metric("auc", step / 10, step=step)
        mlflow.log_metrics({"f1": 0.5, "brier": 0.1})
        mlflow.set_tag("team", "weather")
    run = client.get_run(active.info.run_id)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "first"
    assert run.data.params == {"depth": "3", "rate": "0.1", "loss": "log"}
    assert run.data.metrics == {"auc": 0.4, "f1": 0.5, "brier": 0.1}
    assert run.data.tags["team"] == "weather"
    history = client.get_metric_history(active.info.run_id, "auc")
    assert [(point.step, point.value) for point in history] == [(step, step / 10) for step in range(5)]


def test_experiments_live_and_die(client: MlflowClient, name: str, experiment: str) -> None:
    assert client.get_experiment(experiment).artifact_location == f"mlflow-artifacts:/{experiment}"
    assert client.get_experiment_by_name(name).experiment_id == experiment
    assert client.get_experiment_by_name("never made") is None
    with pytest.raises(MlflowException) as taken:
        client.create_experiment(name)
    assert taken.value.error_code == "RESOURCE_ALREADY_EXISTS"
    client.set_experiment_tag(experiment, "k", "v")
    client.rename_experiment(experiment, f"{name} renamed")
    renamed = client.get_experiment(experiment)
    assert (renamed.name, renamed.tags) == (f"{name} renamed", {"k": "v"})
    run = client.create_run(experiment)
    client.delete_experiment(experiment)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    assert experiment in [e.experiment_id for e in client.search_experiments(view_type=ViewType.DELETED_ONLY)]
    with pytest.raises(MlflowException) as inactive:
        client.create_run(experiment)
    assert inactive.value.error_code == "INVALID_PARAMETER_VALUE"
    client.restore_experiment(experiment)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def test_searches_page_filter_and_order(client: MlflowClient, experiment: str) -> None:
    for index in range(7):
        run = client.create_run(experiment, run_name=f"r{index}", start_time=index + 1)
        client.log_metric(run.info.run_id, "m", index)
        client.log_param(run.info.run_id, "parity", "even" if index % 2 == 0 else "odd")

    def names(text: str, order: list[str] | None = None) -> list[str]:
        return [r.info.run_name for r in client.search_runs([experiment], text, order_by=order)]

    assert names("metrics.m > 3 AND params.parity = 'even'") == ["r6", "r4"]
    assert names("metrics.m >= 5 OR attributes.run_name = 'r0'") == ["r6", "r5", "r0"]
    assert names("NOT (metrics.m > 0)", ["metrics.m"]) == ["r0"]
    assert names("", ["metrics.m ASC"]) == [f"r{index}" for index in range(7)]
    page = client.search_runs([experiment], max_results=3, order_by=["metrics.m"])
    seen = [r.info.run_name for r in page]
    while page.token:
        page = client.search_runs([experiment], max_results=3, order_by=["metrics.m"], page_token=page.token)
        seen += [r.info.run_name for r in page]
    assert seen == [f"r{index}" for index in range(7)]
    frame = mlflow.search_runs([experiment], "metrics.m = 2")
    assert list(frame["metrics.m"]) == [2.0]
    with pytest.raises(MlflowException) as wrong:
        names("metrics.m LIKE 'x'")
    assert wrong.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(MlflowException, match="Invalid page token"):
        client.search_runs([experiment], page_token="evilhax")


def test_batches_reach_their_limits(client: MlflowClient, experiment: str) -> None:
    run_id = client.create_run(experiment).info.run_id
    metrics = [Metric("m", step / 7, 1_000 + step, step) for step in range(1_000)]
    client.log_batch(run_id, metrics=metrics)
    client.log_batch(
        run_id,
        params=[Param(f"p{index}", str(index)) for index in range(100)],
        tags=[RunTag(f"t{index}", str(index)) for index in range(100)],
    )
    assert len(client.get_metric_history(run_id, "m")) == 1_000
    run = client.get_run(run_id)
    assert run.data.metrics["m"] == 999 / 7
    assert len(run.data.params) == 100
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        client.log_batch(run_id, metrics=[Metric("late", 1, 1, 1)], params=[Param("p0", "other")])
    assert "late" not in client.get_run(run_id).data.metrics


def test_strange_numbers_keep_their_meaning(client: MlflowClient, experiment: str) -> None:
    run_id = client.create_run(experiment).info.run_id
    client.log_metric(run_id, "nan", math.nan)
    client.log_metric(run_id, "up", math.inf)
    client.log_metric(run_id, "down", -math.inf, step=-4)
    client.log_metric(run_id, "small", 5e-324)
    metrics = client.get_run(run_id).data.metrics
    assert math.isnan(metrics["nan"])
    assert metrics["up"] == 1.7976931348623157e308
    assert metrics["down"] == -1.7976931348623157e308
    assert metrics["small"] == 5e-324


def test_a_deleted_run_takes_nothing(client: MlflowClient, experiment: str) -> None:
    run_id = client.create_run(experiment).info.run_id
    client.delete_run(run_id)
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        client.log_metric(run_id, "m", 1)
    client.restore_run(run_id)
    client.log_metric(run_id, "m", 1)
    client.set_terminated(run_id, "KILLED", end_time=int(time.time() * 1000))
    assert client.get_run(run_id).info.status == "KILLED"


def test_datasets_are_inputs_of_runs(client: MlflowClient, experiment: str) -> None:
    run_id = client.create_run(experiment).info.run_id
    dataset = Dataset("weather", "abc", "local", '{"uri": "x"}', schema="{}", profile="{}")
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    inputs = client.get_run(run_id).inputs.dataset_inputs
    assert [(i.dataset.name, i.tags[0].value) for i in inputs] == [("weather", "training")]
    assert len(client.search_runs([experiment], "dataset.context = 'training'")) == 1


def test_unknown_calls_are_known_as_such(client: MlflowClient) -> None:
    with pytest.raises(MlflowException) as unknown:
        client.get_run("0" * 32)
    assert unknown.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_asynchronous_logging_loses_nothing(client: MlflowClient, experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run() as run:
        for step in range(50):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.flush_async_logging()
    assert len(client.get_metric_history(run.info.run_id, "m")) == 50
