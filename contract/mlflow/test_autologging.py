"""Autologging, models and datasets of the stock client, as scripts of users call them."""

from __future__ import annotations

import json
import os
import pathlib
import time
from collections.abc import Iterator

import mlflow
import numpy
import pandas
import pytest
from mlflow import MlflowClient
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def only_what_is_tested(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Spares the client the search for a model's requirements, and ends what a test left running in this process."""
    monkeypatch.setenv("MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT", "1")
    yield
    mlflow.autolog(disable=True)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def rows() -> tuple[numpy.ndarray, numpy.ndarray]:
    return make_classification(80, 4, random_state=0)


def test_fitting_logs_parameters_metrics_and_the_model(
    client: MlflowClient, experiment: str, rows: tuple[numpy.ndarray, numpy.ndarray]
) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    mlflow.sklearn.autolog()
    model = LogisticRegression(C=0.5)
    with mlflow.start_run() as run:
        model.fit(*rows)
        accuracy = model.score(*rows)
    logged = client.get_run(run.info.run_id)
    assert logged.info.status == "FINISHED"
    assert (logged.data.params["C"], logged.data.params["penalty"]) == ("0.5", str(model.get_params()["penalty"]))
    assert logged.data.metrics["training_accuracy_score"] == accuracy
    assert logged.data.tags["estimator_name"] == "LogisticRegression"
    assert [d.tags[0].value for d in logged.inputs.dataset_inputs] == ["train"]
    (output,) = logged.outputs.model_outputs
    assert client.get_logged_model(output.model_id).source_run_id == run.info.run_id
    assert "estimator.html" in {f.path for f in client.list_artifacts(run.info.run_id)}
    for uri in (f"models:/{output.model_id}", f"runs:/{run.info.run_id}/model"):
        assert (mlflow.sklearn.load_model(uri).predict(rows[0]) == model.predict(rows[0])).all()


def test_a_search_of_parameters_logs_its_best_ones_and_a_child_run_for_each(
    client: MlflowClient, experiment: str, rows: tuple[numpy.ndarray, numpy.ndarray]
) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    mlflow.sklearn.autolog(max_tuning_runs=None, log_models=False)
    search = GridSearchCV(LogisticRegression(), {"C": [0.01, 0.1, 1.0]}, cv=2)
    with mlflow.start_run() as run:
        search.fit(*rows)
    parent = client.get_run(run.info.run_id)
    assert parent.data.params["best_C"] == str(search.best_params_["C"])
    assert parent.data.metrics["best_cv_score"] == search.best_score_
    children = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    assert {child.data.params["C"] for child in children} == {"0.01", "0.1", "1.0"}
    best = client.search_runs(
        [experiment],
        f"tags.`mlflow.parentRunId` = '{run.info.run_id}'",
        order_by=["metrics.mean_test_score DESC"],
        max_results=1,
    )
    assert best[0].data.metrics["mean_test_score"] == search.best_score_
    assert "cv_results.csv" in {f.path for f in client.list_artifacts(run.info.run_id)}


def test_a_registered_model_loads_by_version_and_by_alias(
    client: MlflowClient, experiment: str, name: str, rows: tuple[numpy.ndarray, numpy.ndarray]
) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run():
        model = LogisticRegression().fit(*rows)
        info = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"])
    first = mlflow.register_model(info.model_uri, name)
    second = mlflow.register_model(f"runs:/{info.run_id}/model", name, tags={"k": "v"})
    assert (first.version, second.version) == ("1", "2")
    client.set_registered_model_alias(name, "champion", first.version)
    for uri in (f"models:/{name}@champion", f"models:/{name}/2", f"models:/{name}/latest"):
        assert (mlflow.pyfunc.load_model(uri).predict(rows[0]) == model.predict(rows[0])).all()
    registered = json.loads(client.get_logged_model(info.model_id).tags["mlflow.modelVersions"])
    assert {"name": name, "version": 1} in registered


def test_datasets_are_logged_as_inputs_and_found(client: MlflowClient, experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    frame = pandas.DataFrame({"a": [1, 2, 3], "b": [0.5, None, 1.5]})
    dataset = mlflow.data.from_pandas(frame, source="https://data.example/rain.csv", name="rain", targets="a")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"k": "v"})
    (logged,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (logged.dataset.name, logged.dataset.digest) == ("rain", dataset.digest)
    assert {tag.key: tag.value for tag in logged.tags} == {"mlflow.data.context": "training", "k": "v"}
    assert mlflow.data.get_source(logged).url == "https://data.example/rain.csv"
    found = mlflow.search_runs([experiment], "dataset.name = 'rain' AND dataset.context = 'training'")
    assert list(found["run_id"]) == [run.info.run_id]


def test_an_evaluation_logs_its_metrics(
    client: MlflowClient, experiment: str, rows: tuple[numpy.ndarray, numpy.ndarray]
) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    frame = pandas.DataFrame(rows[0], columns=list("abcd")).assign(label=rows[1])
    model = LogisticRegression().fit(frame[list("abcd")], frame["label"])
    frame["prediction"] = model.predict(frame[list("abcd")])
    with mlflow.start_run() as run:
        result = mlflow.models.evaluate(
            data=frame[["label", "prediction"]],
            predictions="prediction",
            targets="label",
            model_type="classifier",
            evaluators="default",
        )
    metrics = client.get_run(run.info.run_id).data.metrics
    assert metrics["accuracy_score"] == result.metrics["accuracy_score"]
    assert metrics["accuracy_score"] == (frame["label"] == frame["prediction"]).mean()


def test_nested_runs_know_their_parents(client: MlflowClient, experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run(run_name="outer") as outer, mlflow.start_run(run_name="inner", nested=True) as inner:
        mlflow.log_params({f"p{index}": index for index in range(150)})
        mlflow.log_metrics({"a": 1.0, "b": 2.0}, step=3)
        mlflow.set_tags({"x": "y"})
    assert client.get_parent_run(inner.info.run_id).info.run_id == outer.info.run_id
    logged = client.get_run(inner.info.run_id)
    assert len(logged.data.params) == 150
    assert logged.data.metrics == {"a": 1.0, "b": 2.0}
    with mlflow.start_run(run_id=outer.info.run_id):
        mlflow.log_metric("late", 1)
    assert client.get_run(outer.info.run_id).data.metrics == {"late": 1.0}


def test_system_metrics_arrive_while_a_run_goes_on(client: MlflowClient, experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    mlflow.set_system_metrics_sampling_interval(0.1)
    mlflow.set_system_metrics_samples_before_logging(1)
    with mlflow.start_run(log_system_metrics=True) as run:
        deadline = time.monotonic() + 20
        while not client.get_metric_history(run.info.run_id, "system/cpu_utilization_percentage"):
            assert time.monotonic() < deadline, "no system metric came"
            time.sleep(0.05)
    assert "system/system_memory_usage_megabytes" in client.get_run(run.info.run_id).data.metrics


def test_artifacts_of_many_kinds_come_back(client: MlflowClient, experiment: str, tmp_path: pathlib.Path) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run() as run:
        mlflow.log_dict({"a": [1, None]}, "d/config.json")
        mlflow.log_text("<b>x</b>", "page.html")
        mlflow.log_table({"q": ["a"], "n": [1]}, "t.json")
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/d/config.json") == {"a": [1, None]}
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/page.html") == "<b>x</b>"
    assert mlflow.load_table("t.json", run_ids=[run.info.run_id])["n"].tolist() == [1]
    local = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="d", dst_path=str(tmp_path))
    assert os.listdir(local) == ["config.json"]


def test_prompts_and_evaluation_datasets_by_their_own_modules(experiment: str, name: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    mlflow.genai.register_prompt(name, "Hi {{who}}", commit_message="first")
    mlflow.genai.set_prompt_alias(name, "live", 1)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@live").template == "Hi {{who}}"
    assert [p.name for p in mlflow.genai.search_prompts(f"name = '{name}'")] == [name]
    dataset = mlflow.genai.datasets.create_dataset(name=name, experiment_id=[experiment], tags={"k": "v"})
    dataset.merge_records(pandas.DataFrame({"inputs": [{"q": "a"}, {"q": "b"}], "expectations": [{"e": 1}, {}]}))
    assert len(mlflow.genai.datasets.get_dataset(dataset_id=dataset.dataset_id).to_df()) == 2
    found = mlflow.genai.datasets.search_datasets(experiment_ids=[experiment], filter_string=f"name = '{name}'")
    assert [d.dataset_id for d in found] == [dataset.dataset_id]
    mlflow.genai.datasets.delete_dataset(dataset_id=dataset.dataset_id)


def test_what_people_think_of_traces(client: MlflowClient, experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_span("answer") as span:
        span.set_inputs({"q": 1})
    mlflow.flush_trace_async_logging()
    human = mlflow.entities.AssessmentSource("HUMAN", "amy@example.org")
    feedback = mlflow.log_feedback(trace_id=span.trace_id, name="good", value=True, source=human, rationale="fine")
    mlflow.log_expectation(trace_id=span.trace_id, name="answer", value={"a": [1, 2]}, source=human)
    mlflow.override_feedback(trace_id=span.trace_id, assessment_id=feedback.assessment_id, value=False)
    trace = mlflow.get_trace(span.trace_id)
    values = {(a.name, str(a.value)) for a in trace.info.assessments}
    assert values == {("good", "True"), ("good", "False"), ("answer", "{'a': [1, 2]}")}
    assert [a.valid for a in trace.info.assessments if a.name == "good"] == [False, True]
    found = mlflow.search_traces(locations=[experiment], filter_string="feedback.good = 'false'", return_type="list")
    assert [t.info.trace_id for t in found] == [span.trace_id]
    mlflow.delete_assessment(trace_id=span.trace_id, assessment_id=feedback.assessment_id)
    assert len(mlflow.get_trace(span.trace_id).info.assessments) == 2
