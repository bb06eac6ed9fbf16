"""One trash: what was deleted can be restored, and what a purge says it frees is freed."""

from __future__ import annotations

import json
import pathlib
import subprocess
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from martlet_server import ROOT, Server, binary


def martlet(server: Server, *arguments: str, status: int = 0) -> str:
    """What a command prints."""
    ended = subprocess.run(
        [str(binary()), *arguments, "--server", server.url], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == status, ended.stderr
    return ended.stdout


def trash(server: Server) -> dict[str, dict[str, Any]]:
    """What is in the trash, by kind and name."""
    items = json.loads(martlet(server, "trash", "list", "--json"))["items"]
    return {f"{item['kind']} {item['name']}": item for item in items}


def stored_bytes(server: Server) -> int:
    return sum(path.stat().st_size for path in (server.data / "artifacts/blobs").glob("*/*"))


def test_runs_come_back_or_go_for_good(server: Server, client: MlflowClient, experiment: str) -> None:
    shared, own = "s" * 5_000, "o" * 300
    living = client.create_run(experiment).info.run_id
    client.log_text(living, shared, "a.txt")
    doomed = client.create_run(experiment, run_name="doomed").info.run_id
    client.log_text(doomed, shared, "a.txt")
    client.log_text(doomed, own, "b.txt")
    client.log_metric(doomed, "m", 1.0)
    martlet(server, "runs", "delete", doomed)
    item = trash(server)["run doomed"]
    assert (item["id"], item["bytes"], item["frees_bytes"]) == (f"run-{doomed}", 5_300, 300)
    assert item["expires_at"] > item["deleted_at"]
    martlet(server, "trash", "restore", item["id"])
    assert client.get_run(doomed).data.metrics == {"m": 1.0}
    client.delete_run(doomed)
    before = stored_bytes(server)
    assert "freed 300 bytes" in martlet(server, "trash", "purge", item["id"])
    assert stored_bytes(server) == before - 300
    with pytest.raises(MlflowException):
        client.get_run(doomed)
    assert mlflow.artifacts.load_text(f"runs:/{living}/a.txt") == shared
    martlet(server, "trash", "purge", item["id"], status=3)
    martlet(server, "trash", "restore", item["id"], status=3)


def test_an_experiment_takes_its_runs_along(server: Server, client: MlflowClient, name: str) -> None:
    experiment = client.create_experiment(name)
    runs = [client.create_run(experiment).info.run_id for _ in range(3)]
    for run_id in runs:
        client.log_text(run_id, run_id, "own.txt")
    client.delete_experiment(experiment)
    item = trash(server)[f"experiment {name}"]
    assert (item["count"], item["frees_bytes"]) == (3, 96)
    with pytest.raises(MlflowException):
        client.create_experiment(name)
    martlet(server, "trash", "purge", item["id"])
    assert client.create_experiment(name) != ""
    with pytest.raises(MlflowException):
        client.get_run(runs[0])


def test_models_are_final_for_mlflow_and_come_back_for_us(server: Server, client: MlflowClient, name: str) -> None:
    client.create_registered_model(name, tags={"team": "weather"})
    for index in range(3):
        client.create_model_version(name, f"s3://bucket/{index}")
    client.set_registered_model_alias(name, "champion", "2")
    client.delete_model_version(name, "3")
    client.delete_registered_model(name)
    with pytest.raises(MlflowException) as gone:
        client.get_registered_model(name)
    assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    client.create_registered_model(name)
    item = trash(server)[f"registered_model {name}"]
    martlet(server, "trash", "restore", item["id"], status=5)
    martlet(server, "trash", "restore", item["id"], "--as", f"{name}-old")
    restored = client.get_registered_model(f"{name}-old")
    assert (restored.tags, restored.aliases) == ({"team": "weather"}, {"champion": "2"})
    versions = client.search_model_versions(f"name = '{name}-old'")
    assert sorted(version.version for version in versions) == ["1", "2"]
    version = trash(server)[f"model_version {name}-old version 3"]
    martlet(server, "trash", "restore", version["id"])
    assert client.get_model_version(f"{name}-old", "3").source == "s3://bucket/2"
    history = json.loads(martlet(server, "models", "history", f"{name}-old", "champion", "--json"))["items"]
    assert history[0]["reason"] == "the model was restored"


def test_a_registered_version_keeps_the_files_of_a_purged_run(
    server: Server, client: MlflowClient, name: str, tmp_path: pathlib.Path
) -> None:
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "model" * 20, "model/MLmodel")
    client.log_text(run_id, "log" * 10, "log.txt")
    client.create_registered_model(name)
    client.create_model_version(name, f"runs:/{run_id}/model", run_id)
    client.delete_run(run_id)
    assert trash(server)[f"run {client.get_run(run_id).info.run_name}"]["frees_bytes"] == 30
    assert "freed 30 bytes" in martlet(server, "trash", "purge", f"run-{run_id}")
    uri = client.get_model_version_download_uri(name, "1")
    path = f"{uri.removeprefix('mlflow-artifacts:/')}/MLmodel"
    answer = subprocess.run(
        ["curl", "-sSf", f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{path}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout == "model" * 20
    client.delete_registered_model(name)
    item = trash(server)[f"registered_model {name}"]
    assert (item["bytes"], item["frees_bytes"]) == (100, 100)
    before = stored_bytes(server)
    assert "freed 100 bytes" in martlet(server, "trash", "purge", item["id"])
    assert stored_bytes(server) == before - 100


def test_everything_can_be_purged_at_once(server: Server, client: MlflowClient) -> None:
    client.delete_run(client.create_run("0").info.run_id)
    martlet(server, "trash", "purge", status=2)
    assert "purged 0" in martlet(server, "trash", "purge", "--older-than", "1")
    assert "purged 0" not in martlet(server, "trash", "purge", "--all")
    assert martlet(server, "trash") == "the trash is empty\n"
