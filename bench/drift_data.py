"""Tables for bench/drift.py: 25 columns as models have them, and what estimates of performance need."""

from __future__ import annotations

import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SHIFTED = 3
"""Columns that move in the current data."""

PART = 1_000_000
"""Rows that are made at one time."""


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
    return write_side(folder, "reference", rows), write_side(folder, "current", rows)


def write_side(folder: pathlib.Path, side: str, rows: int) -> pathlib.Path:
    """One of the tables, made and written in parts of a million rows at most."""
    path = folder / f"{side}-{rows}.parquet"
    seed, shift = (1, 0.0) if side == "reference" else (2, 0.1)
    if path.exists():
        return path
    if rows <= PART:
        table(rows, seed, shift).to_parquet(path)
        return path
    parts = (
        pa.Table.from_pandas(table(min(PART, rows - start), seed + start, shift), preserve_index=False)
        for start in range(0, rows, PART)
    )
    first = next(parts)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)
    return path


def write_column(path: pathlib.Path, values: np.ndarray) -> pathlib.Path:
    """A column of doubles as they lie in memory."""
    np.ascontiguousarray(values, dtype=np.float64).tofile(path)
    return path
