"""A small project whose world changes: for each task a model that a retraining must mend, within seconds."""

from __future__ import annotations

import pathlib
import shutil
from typing import Any

import numpy as np
import pandas as pd
import yaml

from martlet_server import ROOT

TRAINED = 300
"""Rows that version 1 is trained on."""
CHANGED = 600
"""The row from which on the label follows from the features in another way."""
ROWS = 1_400
LIMITS: dict[str, dict[str, Any]] = {
    "binary": {"metric": "auc", "below": 0.7},
    "multiclass": {"metric": "f1", "below": 0.7},
    "regression": {"metric": "mae", "drop": 2},
}


def world(task: str) -> pd.DataFrame:
    random = np.random.default_rng(11)
    rows = pd.DataFrame({"second": np.arange(ROWS), "x": random.normal(size=ROWS), "z": random.normal(size=ROWS)})
    turned = rows.index >= CHANGED
    if task == "regression":
        rows["y"] = np.where(turned, 3 * rows.z - rows.x, 2 * rows.x + rows.z) + random.normal(scale=0.05, size=ROWS)
    elif task == "multiclass":
        classes = np.digitize(rows.x, [-0.5, 0.5])
        rows["y"] = np.where(turned, (classes + 1) % 3, classes)
    else:
        rows["y"] = ((rows.x + random.normal(scale=0.1, size=ROWS) > 0) ^ turned).astype(int)
    return rows


def changing_world(folder: pathlib.Path, task: str, partitions: int = 1, labels: int = 1, **policy: Any) -> str:
    """Writes the project to a new folder and returns its path; `policy` adds to its retraining policy."""
    shutil.copytree(ROOT / "contract/training/world", folder)
    world(task).to_csv(folder / "world.csv", index=False)
    topics = {"world": partitions, "answers": partitions, "truth": labels}
    content = {
        "metadata": {"version": 2.0, "name": "world"},
        "topics": [{"name": name, "configuration": {"partitions": count}} for name, count in topics.items()],
        "datasets": [{"name": "world", "path": "world.csv", "rows": {"from": 0, "to": TRAINED}, "label": "y"}],
        "training": [{"name": "fit", "application": ".", "dataset": "world", "model": "oracle"}],
        "models": [{"name": "oracle", "training": "fit", "aliases": {"champion": 1}}],
        "deployments": [
            {
                "name": "source",
                "deploymentType": "Managed",
                "configuration": {
                    **{"kind": "replay", "path": "world.csv", "firstRow": TRAINED, "output": "world"},
                    **{"timeColumn": "second", "timeUnit": "second", "label": "y", "labels": "truth"},
                    **{"labelDelayRows": 5, "rowsPerSecond": 400, "holdWhileRetraining": True},
                },
            },
            {
                "name": "oracle-champion",
                "deploymentType": "Managed",
                "configuration": {
                    **{"kind": "model", "model": "oracle@champion", "input": "world", "output": "answers"},
                },
            },
        ],
        "monitors": [
            {
                **{"name": "watch", "model": "oracle", "task": task, "input": "world", "labels": "truth"},
                "predictions": {"champion": "answers"},
                "window": {"size": 100, "firstRow": TRAINED},
                "columns": ["x", "z"],
                "quality": {"severity": "info"},
                "evaluation": {"rows": 100, "every": 20, "minimumRows": 60},
                "performance": [{**LIMITS[task], "severity": "page"}],
            }
        ],
        "retraining": [
            {
                **{"name": "mend", "monitor": "watch", "training": "fit", "model": "oracle"},
                "trigger": {"alerts": ["performance"], "newLabels": 200, "coolDownRows": 300, "requireQuality": True},
                "dataset": {"name": "world", "rows": 300},
                "holdOut": {"rows": 80},
                **policy,
            }
        ],
        "checks": [{"name": "every-row-scored", "metric": "lost", "atMost": 0}],
    }
    (folder / "martlet.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    return str(folder)
