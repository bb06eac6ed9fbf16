"""What the comparisons with the real libraries share: running Martlet, writing tables, and when two numbers are equal."""

from __future__ import annotations

import json
import math
import pathlib
import subprocess
from typing import Any

import numpy as np
import pandas as pd

ROOT = pathlib.Path(__file__).resolve().parents[2]


def martlet(binary: str, *arguments: object) -> tuple[dict[str, Any] | None, str]:
    """The JSON that the command prints, or what it says against it."""
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT)
    return (json.loads(done.stdout), "") if done.returncode in (0, 6) and done.stdout else (None, done.stderr.strip())


def written(table: pd.DataFrame, path: pathlib.Path) -> pd.DataFrame:
    """Writes the table, and reads it as pandas does: what the other library is given."""
    if path.suffix == ".parquet":
        table.to_parquet(path)
        return pd.read_parquet(path)
    table.to_csv(path, index=False)
    return pd.read_csv(path)


def is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def same(ours: Any, theirs: Any, relative: float = 1e-9, absolute: float = 1e-12) -> bool:
    """Whether two statistics are equal; what is not a finite number is null in Martlet's JSON."""
    if is_nothing(ours) or is_nothing(theirs):
        return is_nothing(ours) and is_nothing(theirs)
    if isinstance(theirs, bool | np.bool_):
        return bool(ours) == bool(theirs)
    return abs(ours - theirs) <= max(absolute, relative * abs(theirs))


def same_chance(ours: Any, theirs: Any) -> bool:
    """Whether two p-values are equal."""
    return same(ours, theirs, relative=1e-8, absolute=1e-9)
