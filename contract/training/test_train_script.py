"""The training script as a job runs it: good data, bad data, and a model whose two forms agree."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import numpy
import onnxruntime
import pandas
import pytest

from martlet_server import ROOT

FOLDER = ROOT / "examples/weather"


@pytest.fixture(scope="module")
def weather() -> pandas.DataFrame:
    return pandas.read_csv(FOLDER / "data/noaa-rain.csv.gz")


@pytest.fixture
def store(tmp_path: pathlib.Path) -> str:
    """A tracking store of mlflow's own, so that the script is tested without our server."""
    return f"sqlite:///{tmp_path}/mlflow.db"


def train(store: str, dataset: pathlib.Path, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "MLFLOW_TRACKING_URI": store,
        "MLFLOW_REGISTRY_URI": store,
        "MARTLET_DATASET": str(dataset),
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, str(FOLDER / "train.py")],
        env={**os.environ, **settings, **environment},
        cwd=dataset.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_version_has_both_forms_and_they_agree_on_every_row(
    store: str, tmp_path: pathlib.Path, weather: pandas.DataFrame
) -> None:
    import mlflow

    mlflow.set_registry_uri(store)  # which another test of the same process may have pointed elsewhere
    client = mlflow.MlflowClient(store, store)
    artifacts = (tmp_path / "artifacts").as_uri()
    given = client.create_run(client.create_experiment("weather", artifact_location=artifacts)).info.run_id
    dataset = tmp_path / "cut.parquet"
    weather.head(3650).assign(prediction_id="weather-0-1").to_parquet(dataset)
    settings = {"MARTLET_MODEL": "storm", "MARTLET_HOLDOUT_ROWS": "150"}
    done = train(store, dataset, MLFLOW_RUN_ID=given, MLFLOW_EXPERIMENT_NAME="weather", **settings)
    assert done.returncode == 0, done.stderr
    assert "storm version 1: trained on 3500 rows" in done.stdout

    mlflow.set_tracking_uri(store)
    version = client.get_model_version("storm", "1")
    run = client.get_run(given)
    assert version.run_id == given and run.info.status == "FINISHED"
    assert run.data.params["holdout_rows"] == "150" and run.data.metrics["holdout_auc"] > 0.7
    files = pathlib.Path(mlflow.artifacts.download_artifacts("models:/storm/1"))
    assert {"MLmodel", "model.onnx", "model.skops"} <= {file.name for file in files.iterdir()}

    rows = weather.drop(columns=["rain", "day"])
    session = onnxruntime.InferenceSession(files / "model.onnx")
    names = [entry.name for entry in mlflow.models.Model.load(str(files)).signature.inputs]
    assert names == list(rows.columns) == session.get_modelmeta().custom_metadata_map["features"].split(",")
    _, native = session.run(None, {session.get_inputs()[0].name: rows.to_numpy("float32")})
    for width in ("float64", "float32"):
        python = mlflow.pyfunc.load_model("models:/storm/1").predict(rows.astype(width))
        numpy.testing.assert_allclose(native, python, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda rows: rows.drop(columns="dew_point"), "has no column dew_point"),
        (lambda rows: rows.head(20), "20 rows are too few"),
        (lambda rows: rows.assign(rain=0), "all labels are 0"),
        (lambda rows: rows.assign(rain=rows.rain + 1), "must be 0 or 1; it also holds 2"),
        (lambda rows: rows.assign(visibility="far"), "column visibility holds"),
        (lambda rows: rows.assign(visibility=numpy.inf), "column visibility holds an infinite value"),
    ],
)
def test_bad_data_is_refused_with_the_reason(
    store: str, tmp_path: pathlib.Path, weather: pandas.DataFrame, spoil, message: str
) -> None:
    dataset = tmp_path / "bad.parquet"
    spoil(weather.head(1000)).to_parquet(dataset)
    done = train(store, dataset)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_is_no_table_is_refused(store: str, tmp_path: pathlib.Path) -> None:
    dataset = tmp_path / "noise.parquet"
    dataset.write_bytes(b"not a table")
    done = train(store, dataset)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert train(store, tmp_path / "absent.parquet").returncode == 2
