"""Logged models and the registry through the stock client, with scikit-learn."""

from __future__ import annotations

import mlflow
import numpy
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

FEATURES, LABELS = make_classification(n_samples=200, n_features=5, random_state=7)


def fitted() -> LogisticRegression:
    return LogisticRegression().fit(FEATURES, LABELS)


def test_a_model_goes_from_training_to_champion_and_back(client: MlflowClient, name: str) -> None:
    mlflow.set_experiment(name)
    model = fitted()
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(model, name="model", input_example=FEATURES[:3], registered_model_name=name)
    version = client.get_model_version(name, "1")
    assert version.run_id == run.info.run_id
    assert version.status == "READY"
    client.set_registered_model_alias(name, "champion", "1")
    for uri in (f"models:/{name}@champion", f"models:/{name}/1", f"models:/{name}/latest", logged.model_uri):
        loaded = mlflow.pyfunc.load_model(uri)
        assert numpy.array_equal(loaded.predict(FEATURES), model.predict(FEATURES)), uri
    assert mlflow.get_logged_model(logged.model_id).status == "READY"
    assert client.get_run(run.info.run_id).outputs.model_outputs[0].model_id == logged.model_id
    found = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id], filter_string=f"source_run_id = '{run.info.run_id}'"
    )
    assert list(found["name"]) == ["model"]


def test_autologging_works_unchanged(client: MlflowClient, name: str) -> None:
    mlflow.set_experiment(name)
    mlflow.sklearn.autolog()
    try:
        with mlflow.start_run() as run:
            RandomForestClassifier(n_estimators=5).fit(FEATURES, LABELS)
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = client.get_run(run.info.run_id).data
    assert data.params["n_estimators"] == "5"
    assert data.metrics["training_accuracy_score"] > 0.5
    artifacts = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert {"estimator.html", "training_confusion_matrix.png"} <= artifacts


def test_the_registry_keeps_its_rules(client: MlflowClient, name: str) -> None:
    client.create_registered_model(name, tags={"team": "weather"}, description="rain")
    with pytest.raises(MlflowException) as taken:
        client.create_registered_model(name)
    assert taken.value.error_code == "RESOURCE_ALREADY_EXISTS"
    for alias in ("latest", "v3", "a b"):
        with pytest.raises(MlflowException):
            client.set_registered_model_alias(name, alias, "1")
    for index in range(3):
        client.create_model_version(name, f"s3://bucket/{index}", tags={"i": str(index)})
    client.set_registered_model_alias(name, "champion", "2")
    client.set_registered_model_alias(name, "champion", "3")
    assert client.get_model_version_by_alias(name, "champion").version == "3"
    assert client.get_registered_model(name).aliases == {"champion": "3"}
    client.delete_model_version(name, "3")
    assert client.get_registered_model(name).aliases == {}
    assert client.create_model_version(name, "s3://bucket/9").version == "4"
    found = client.search_model_versions(f"name = '{name}'")
    assert sorted(v.version for v in found) == ["1", "2", "4"]
    client.update_model_version(name, "1", "described")
    client.set_model_version_tag(name, "1", "k", "v")
    version = client.get_model_version(name, "1")
    assert (version.description, version.tags) == ("described", {"i": "0", "k": "v"})
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "production", archive_existing_versions=True)
    assert client.get_model_version(name, "1").current_stage == "Archived"
    client.rename_registered_model(name, f"{name}-b")
    assert client.get_model_version_download_uri(f"{name}-b", "1") == "s3://bucket/0"
    assert [m.name for m in client.search_registered_models(f"name ILIKE '{name.upper()}%'")] == [f"{name}-b"]
    client.delete_registered_model(f"{name}-b")
    with pytest.raises(MlflowException) as gone:
        client.get_registered_model(f"{name}-b")
    assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize(
    "source",
    ["/etc/passwd", "file:///etc/passwd", "http://169.254.169.254/x", "runs:/abc/../../x", "mlflow-artifacts:/0/x"],
)
def test_sources_of_others_are_refused(client: MlflowClient, name: str, source: str) -> None:
    client.create_registered_model(name)
    with pytest.raises(MlflowException) as refused:
        client.create_model_version(name, source)
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_prompts_live_beside_models(client: MlflowClient, name: str) -> None:
    mlflow.genai.register_prompt(name, "Hello {{who}}", commit_message="first")
    second = mlflow.genai.register_prompt(name, "Good day {{who}}")
    assert second.version == 2
    mlflow.genai.set_prompt_alias(name, "production", 1)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@production").format(who="you") == "Hello you"
    assert name in [prompt.name for prompt in mlflow.genai.search_prompts(f"name = '{name}'")]
    assert name not in [model.name for model in client.search_registered_models()]
