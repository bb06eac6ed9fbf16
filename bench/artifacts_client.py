"""Sends a file through the stock mlflow client and gets it back; prints the seconds of each. For bench/artifacts.py."""

from __future__ import annotations

import pathlib
import sys
import time

from mlflow import MlflowClient

url, file, back = sys.argv[1:]
client = MlflowClient(url, url)
run_id = client.create_run("0").info.run_id
begun = time.perf_counter()
client.log_artifact(run_id, file)
uploaded = time.perf_counter()
target = pathlib.Path(back)
target.mkdir(exist_ok=True)
client.download_artifacts(run_id, pathlib.Path(file).name, back)
print(uploaded - begun, time.perf_counter() - uploaded)
