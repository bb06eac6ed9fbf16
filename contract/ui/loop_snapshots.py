"""Snapshots of a loop as `/api/v1/loops/<project>` gives them, for states that take a real loop minutes."""

from __future__ import annotations

import math
from typing import Any

COLUMNS = ["temperature", "dew_point", "visibility", "average_wind_speed"]
ROWS_PER_WINDOW = 365
FIRST_ROW = 3650
TOTAL_ROWS = 14_509
PROMOTED_AFTER = 24


def snapshot(windows: int = 39, state: str = "finished") -> dict[str, Any]:
    """A loop that has measured so many windows; from window 24 on the frozen model fails and version 2 serves."""
    rows = min(TOTAL_ROWS, max(120, windows * ROWS_PER_WINDOW))
    return {
        "project": "weather",
        "state": state,
        "progress": {"rows_total": TOTAL_ROWS, "rows_replayed": rows, "rows_scored": rows, "labels": rows - 7},
        "parts": PARTS,
        "edges": [{"from": source, "to": target} for source, target in EDGES],
        "champion": {
            "model": "rain",
            "version": 2 if windows > PROMOTED_AFTER else 1,
            "since": "2026-01-02T03:04:05.678Z",
            "run_id": "a" * 32,
        },
        "windows": [_window(index) for index in range(windows)],
        "alerts": [ALERT] if windows > PROMOTED_AFTER else [],
        "steps": _steps(windows),
        "latency_ms": {"p50": 1.24, "p99": 4.51},
    }


def _window(index: int) -> dict[str, Any]:
    champion = 0.84 + 0.02 * math.sin(index)
    frozen = champion if index < PROMOTED_AFTER else 0.4 + 0.02 * math.cos(index)
    if index == PROMOTED_AFTER:
        champion = frozen
    drifted = ["visibility", "average_wind_speed"] if index >= PROMOTED_AFTER else []

    def both(number: Any) -> dict[str, float]:
        return {"champion": number(champion), "frozen": number(frozen)}

    return {
        "index": index,
        "first_row": FIRST_ROW + index * ROWS_PER_WINDOW,
        "last_row": FIRST_ROW + (index + 1) * ROWS_PER_WINDOW - 1,
        "rows": ROWS_PER_WINDOW,
        "labelled": ROWS_PER_WINDOW,
        "auc": both(lambda auc: auc),
        "f1": both(lambda auc: auc - 0.3),
        "log_loss": both(lambda auc: 1 - auc / 2),
        "brier": both(lambda auc: 0.4 - auc / 4),
        "champion_version": 2 if index > PROMOTED_AFTER else 1,
        "drifted_columns": drifted,
        "drift": {
            name: {
                "ks": 0.1,
                "ks_p": 0.2,
                "psi": 0.4 if name in drifted else 0.02,
                "wasserstein": 0.1,
                "drifted": name in drifted,
            }
            for name in COLUMNS
        },
    }


def _steps(windows: int) -> list[dict[str, Any]]:
    steps = [
        ("imported", "Imported weather version 1: 3,650 rows", FIRST_ROW, {"rows": 3650, "hash": "b" * 64}, {}),
        ("trained", "Trained rain version 1 on weather@v1", FIRST_ROW, {"seconds": 4.2}, {"model": "rain@1"}),
    ]
    if windows > PROMOTED_AFTER:
        row = FIRST_ROW + (PROMOTED_AFTER + 1) * ROWS_PER_WINDOW
        steps += [
            ("alert", ALERT["message"], row, {"value": 0.4, "limit": 0.72}, {}),
            ("triggered", "Retraining: the AUC is too low", row, {"labelled_rows": 9000}, {}),
            ("dataset_cut", "Cut weather@v2: 3,650 labelled rows", row, CUT, {"dataset": "weather@v2"}),
            ("judged", "Compared version 2 with champion 1 on 180 rows", row, VERDICT, LINKS),
            ("promoted", "Promoted version 2 to champion", row, VERDICT, LINKS),
        ]
    return [
        {
            "id": f"{number:032x}",
            "number": number,
            "kind": kind,
            "title": title,
            "at": "2026-01-02T03:04:05.678Z",
            "row": row,
            "numbers": numbers,
            "links": links,
        }
        for number, (kind, title, row, numbers, links) in enumerate(steps, 1)
    ]


def _part(kind: str, name: str, rate: float = 0.0) -> dict[str, Any]:
    status = "running" if rate > 0 else "idle"
    return {
        "id": f"{kind}:{name}",
        "kind": kind,
        "name": name,
        "status": status,
        "rate_per_second": rate,
        "detail": f"the {kind} {name}",
    }


PARTS = [
    _part("source", "noaa-rain", 210.5),
    _part("topic", "weather", 210.5),
    _part("deployment", "rain-champion", 209.8),
    _part("deployment", "rain-frozen", 209.8),
    _part("topic", "rain.predictions", 209.8),
    _part("topic", "rain.shadow", 209.8),
    _part("topic", "weather.labels", 210.1),
    _part("monitor", "rain", 209.8),
    _part("policy", "rain-retrain"),
    _part("registry", "rain"),
]
EDGES = [
    ("source:noaa-rain", "topic:weather"),
    ("source:noaa-rain", "topic:weather.labels"),
    ("topic:weather", "deployment:rain-champion"),
    ("topic:weather", "deployment:rain-frozen"),
    ("deployment:rain-champion", "topic:rain.predictions"),
    ("deployment:rain-frozen", "topic:rain.shadow"),
    ("topic:rain.predictions", "monitor:rain"),
    ("topic:rain.shadow", "monitor:rain"),
    ("topic:weather.labels", "monitor:rain"),
    ("monitor:rain", "policy:rain-retrain"),
    ("policy:rain-retrain", "registry:rain"),
    ("registry:rain", "deployment:rain-champion"),
]
ALERT = {
    "id": "c" * 32,
    "window": PROMOTED_AFTER,
    "monitor": "rain",
    "kind": "performance",
    "severity": "page",
    "message": "AUC 0.400 is below the limit 0.72",
    "value": 0.4,
    "limit": 0.72,
    "opened_at": "2026-01-02T03:04:05.678Z",
    "state": "resolved",
}
CUT = {
    "dataset": "weather",
    "version": 2,
    "hash": "d" * 64,
    "topic": "weather",
    "from_offset": 5109,
    "to_offset": 8759,
    "rows": 3650,
}
VERDICT = {
    "passed": True,
    "reasons": ["challenger AUC 0.812, champion 0.400: a gain of at least 0.02"],
    "rows": 180,
    "champion": {"auc": 0.4, "f1": 0.1, "log_loss": 0.9, "brier": 0.3},
    "challenger": {"auc": 0.812, "f1": 0.58, "log_loss": 0.49, "brier": 0.16},
}
LINKS = {"run_id": "e" * 32, "dataset": "weather@v2", "model": "rain@2", "commit": "f" * 40}
