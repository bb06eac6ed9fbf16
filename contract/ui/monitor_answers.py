"""What `/api/v1/monitors` and `/api/v1/alerts` say of a monitor whose inputs have moved."""

from __future__ import annotations

from typing import Any

COLUMNS = ["temperature", "dew_point", "visibility", "mode"]
DRIFTED = ["visibility"]
WINDOWS = 12


def window(index: int) -> dict[str, Any]:
    """A window in short; the newest two wait for labels."""
    filling = index >= WINDOWS - 2
    return {
        "monitor": "rain-quality",
        "index": index,
        "first_row": index * 100,
        "last_row": index * 100 + 99,
        "rows": 100,
        "labelled": 50 if filling else 100,
        "unscored": 0,
        "state": "filling" if filling else "complete",
        "coverage": 0.5 if filling else 1.0,
        "auc": {"champion": 0.84 - index / 100},
        "f1": {"champion": 0.6},
        "accuracy": {"champion": 0.8},
        "champion_version": 1,
        "drifted_columns": DRIFTED if index >= 8 else [],
        "reference": "weather@v1",
        "duplicates": 3,
        "outlier_rows": 2,
        "missing_share": 0.01,
        "predictions_drifted": False,
        "from_time": "2026-01-02T03:04:05.678Z",
        "to_time": "2026-01-02T04:04:05.678Z",
        "estimated": {
            "version": 1,
            "rows": 100,
            "calibration_rows": 300,
            "metrics": {"auc": {"value": 0.8, "lower": 0.74, "upper": 0.86}},
            "undefined": None,
        },
    }


def details(index: int) -> dict[str, Any]:
    """All that is known of a window."""
    return {
        **window(index),
        "columns": [_column(name, index) for name in COLUMNS],
        "outliers": [{"row": index * 100 + 7, "column": "visibility", "value": 99.0, "distance": 12.5}],
        "predictions": {"version": 1, "rows": 100, "drifted": False, "undefined": None},
    }


def _column(name: str, index: int) -> dict[str, Any]:
    moved = name in DRIFTED and index >= 8
    categorical = name == "mode"
    summary = {"min": 0, "q25": 1, "median": 2, "q75": 3, "max": 4, "mean": 2.0, "std": 1.0}
    bins = {"categories": ["a", "b", "(other)"]} if categorical else {"edges": [0, 1, 2, 3]}
    return {
        "column": name,
        "type": "categorical" if categorical else "numeric",
        "rows": 100,
        "missing": 1,
        "missing_share": 0.01,
        "reference_missing_share": 0.0,
        "mistyped": 0,
        "non_finite": 0,
        "out_of_range": 2 if moved else 0,
        "unseen": 0,
        "unseen_categories": [],
        "outliers": 1,
        "distinct": 50,
        "constant": False,
        "summary": None if categorical else summary,
        "reference_summary": None if categorical else {**summary, "mean": 1.0},
        "histogram": {**bins, "reference": [50, 30, 20], "current": [10, 20, 70] if moved else [49, 31, 20]},
        "drift": {
            "drifted": moved,
            "rows": 99,
            "missing": 1,
            "undefined": None,
            "test": "chi_squared" if categorical else "ks",
            "p_adjusted": 1e-9 if moved else 0.7,
            "psi": 1.2 if moved else 0.01,
            "wasserstein_normed": None if categorical else 0.5,
            "jensen_shannon": 0.02 if categorical else None,
        },
    }


MONITOR = {
    "name": "rain-quality",
    "project": "weather",
    "model": "rain",
    "input": "weather",
    "reference": "weather@v1",
    "problem": None,
    "columns": len(COLUMNS),
    "open_alerts": 1,
    "latest_window": window(WINDOWS - 1),
    "counters": {"rows": 1200, "joined": 1100},
}


CHANGES = [
    {
        "monitor": "rain-quality",
        "row": 855,
        "time": "2026-01-02T04:03:05.678Z",
        "window": 8,
        "column": "visibility",
        "of": None,
        "method": "adwin",
        "version": None,
        "values": 856,
        "mean_before": 1.25,
        "mean_after": 2.5,
    },
    {
        "monitor": "rain-quality",
        "row": 931,
        "time": "2026-01-02T04:03:55.678Z",
        "window": 9,
        "column": None,
        "of": "errors",
        "method": "hddm_a",
        "version": 1,
        "values": 932,
        "mean_before": 0.2,
        "mean_after": 0.4,
    },
]


def alert(status: str = "open") -> dict[str, Any]:
    """An alert of drift."""
    who = {"actor": "page", "note": "", "at": "2026-01-02T05:04:05.678Z"}
    return {
        "id": "rain-quality.drift.weather@v1.899",
        "monitor": "rain-quality",
        "kind": "drift",
        "fingerprint": "rain-quality.drift",
        "severity": "warn",
        "status": status,
        "state": "open",
        "message": "1 of 4 columns differ from weather@v1: visibility",
        "value": 1,
        "limit": 1,
        "window": 8,
        "row": 899,
        "opened_at": "2026-01-02T04:04:05.678Z",
        "resolved_at": None,
        "acknowledged": who if status == "acknowledged" else None,
        "silenced_until": None,
    }
