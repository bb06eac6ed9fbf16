"""The weather project over some years only, without a retraining: a loop that tests can play in seconds."""

from __future__ import annotations

import pathlib
import shutil

import yaml

from martlet_server import ROOT

FIRST_ROW = 3_650


def short_weather(folder: pathlib.Path, rows: int, rows_per_second: int, partitions: int = 1, labels: int = 1) -> str:
    """Writes the project to a new folder and returns its path."""
    shutil.copytree(ROOT / "examples/weather", folder)
    file = folder / "martlet.yaml"
    content = yaml.safe_load(file.read_text())
    for topic in content["topics"]:
        topic["configuration"]["partitions"] = labels if topic["name"] == "weather.labels" else partitions
    for deployment in content["deployments"]:
        if deployment["configuration"]["kind"] == "replay":
            deployment["configuration"].update(rowsPerSecond=rows_per_second, endRow=FIRST_ROW + rows)
    del content["retraining"]
    content["checks"] = content["checks"][:2]
    file.write_text(yaml.safe_dump(content))
    return str(folder)
