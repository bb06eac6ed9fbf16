"""Tables for bench/drift.py: 25 columns as models have them, and what estimates of performance need."""

from __future__ import annotations

import pathlib

import numpy as np
import pandas as pd

SHIFTED = 3
"""Columns that move in the current data."""


def table(rows: int, seed: int, shift: float) -> pd.DataFrame:
    """20 columns of numbers (normal, exponential, whole, two with gaps) and five of 2 to 200 categories (Zipf)."""
    random = np.random.default_rng(seed)
    columns: dict[str, np.ndarray] = {}
    for index in range(20):
        moved = shift if index in (0, 8, 14)[:SHIFTED] else 0.0
        if index < 8:
            values = random.normal(moved, 1, rows)
        elif index < 14:
            values = random.exponential(1 + moved, rows)
        elif index < 18:
            values = random.poisson(40 * (1 + moved / 4), rows).astype(float)
        else:
            values = random.normal(0, 1, rows)
            values[random.random(rows) < 0.05] = np.nan
        columns[f"n{index:02}"] = values
    for index, count in enumerate((2, 3, 10, 50, 200)):
        weights = 1 / np.arange(1, count + 1)
        codes = random.choice(count, rows, p=weights / weights.sum())
        columns[f"c{index}"] = np.array([f"value {code}" for code in range(count)])[codes]
    return pd.DataFrame(columns)


def scored(rows: int, seed: int, shift: float) -> pd.DataFrame:
    """Scores of an overconfident classifier with the class that it says and what was true."""
    random = np.random.default_rng(seed)
    logit = random.normal(shift, 2, rows)
    score = 1 / (1 + np.exp(-1.5 * logit))
    target = (random.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    return pd.DataFrame({"score": score, "prediction": (score >= 0.5).astype(int), "target": target})


def write(folder: pathlib.Path, rows: int) -> tuple[pathlib.Path, pathlib.Path]:
    """Reference and current table of so many rows each, as Parquet."""
    paths = folder / f"reference-{rows}.parquet", folder / f"current-{rows}.parquet"
    for path, seed, shift in zip(paths, (1, 2), (0.0, 0.1), strict=True):
        if not path.exists():
            table(rows, seed, shift).to_parquet(path)
    return paths


def write_column(path: pathlib.Path, values: np.ndarray) -> pathlib.Path:
    """A column of doubles as they lie in memory."""
    np.ascontiguousarray(values, dtype=np.float64).tofile(path)
    return path
