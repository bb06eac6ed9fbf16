"""Frames of predictions and of columns of awkward shapes, by seed: what `martlet report --kind performance` and
`martlet drift` are compared with scikit-learn, SciPy and Evidently on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Pair = tuple[pd.DataFrame, pd.DataFrame]


def binary(seed: int, rows: int, digits: int | None = None, share: float | None = None) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    score = random.random(rows) if share is None else random.beta(20 * share, 20 * (1 - share), rows)
    target = (random.random(rows) < score).astype(int)
    if digits is not None:
        score = score.round(digits)
    return pd.DataFrame({"score": score, "target": target})


def with_gaps(seed: int) -> pd.DataFrame:
    table = binary(seed, 600)
    table.loc[::7, "score"] = np.nan
    table["target"] = table["target"].astype(float)
    table.loc[::11, "target"] = np.nan
    return table


BINARY: dict[str, Callable[[int], pd.DataFrame]] = {
    "plain": lambda seed: binary(seed, 800),
    "ties": lambda seed: binary(seed, 700, digits=1),
    "certain": lambda seed: binary(seed, 500, digits=0),
    "rare": lambda seed: binary(seed, 900, share=0.03),
    "few": lambda seed: binary(seed, 9),
    "one_row": lambda seed: binary(seed, 1),
    "all_positive": lambda seed: binary(seed, 50).assign(target=1),
    "all_negative": lambda seed: binary(seed, 50).assign(target=0),
    "gaps": with_gaps,
    "truth_values": lambda seed: binary(seed, 300).assign(target=lambda table: table["target"] == 1),
    "large": lambda seed: binary(seed, 60_000),
}


def classes(seed: int, rows: int, names: list[object], right: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    weights = np.arange(1, len(names) + 1, dtype=float)
    target = random.choice(len(names), rows, p=weights / weights.sum())
    said = np.where(random.random(rows) < right, target, random.integers(0, len(names), rows))
    return pd.DataFrame({"target": [names[n] for n in target], "prediction": [names[n] for n in said]})


CLASSES: dict[str, Callable[[int], pd.DataFrame]] = {
    "plain": lambda seed: classes(seed, 600, ["a", "b", "c"], 0.6),
    "many": lambda seed: classes(seed, 2_000, [f"class {n}" for n in range(40)], 0.5),
    "numbers": lambda seed: classes(seed, 400, [0, 1, 2, 10], 0.7),
    "two": lambda seed: classes(seed, 300, ["no", "yes"], 0.7),
    "never_said": lambda seed: classes(seed, 300, ["a", "b", "c"], 0.6).replace({"prediction": {"c": "a"}}),
    "never_true": lambda seed: classes(seed, 300, ["a", "b", "c"], 0.6).replace({"target": {"c": "a"}}),
    "one": lambda seed: classes(seed, 30, ["only"], 1.0),
    "one_row": lambda seed: classes(seed, 1, ["a", "b"], 0.0),
}


def numbers(seed: int, rows: int, shift: float = 0.0, scale: float = 1.0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    target = shift + scale * random.normal(0, 1, rows)
    return pd.DataFrame({"target": target, "prediction": target + scale * random.normal(0.1, 0.4, rows)})


def numbers_with_gaps(seed: int) -> pd.DataFrame:
    table = numbers(seed, 500, 3.0)
    table.loc[::5, "target"] = np.nan
    table.loc[::6, "prediction"] = np.nan
    table.loc[1::17, "prediction"] = np.inf
    return table


NUMBERS: dict[str, Callable[[int], pd.DataFrame]] = {
    "positive": lambda seed: numbers(seed, 700, 10.0),
    "mixed_signs": lambda seed: numbers(seed, 600),
    "negative": lambda seed: numbers(seed, 500, -20.0),
    "zeros": lambda seed: numbers(seed, 300, 5.0).assign(
        target=lambda table: table["target"].where(table.index % 3 > 0, 0.0)
    ),
    "offset": lambda seed: 1e9 + (numbers(seed, 400) * 16).round() / 16,
    "small": lambda seed: numbers(seed, 400, 1e-9, 1e-10),
    "one_row": lambda seed: numbers(seed, 1, 2.0),
    "two_rows": lambda seed: numbers(seed, 2, 2.0),
    "constant": lambda seed: numbers(seed, 40, 2.0).assign(target=2.5),
    "perfect": lambda seed: numbers(seed, 40, 2.0).assign(prediction=lambda table: table["target"]),
    "gaps": numbers_with_gaps,
    "whole": lambda seed: numbers(seed, 500, 100.0, 30.0).round().astype(int),
    "ratings": lambda seed: numbers(seed, 300, 3.0).assign(
        target=lambda table: table["target"].round().clip(1, 5).astype(int)
    ),
}


def drift_plain(seed: int, rows: int, other: int) -> Pair:
    random = np.random.default_rng(seed)

    def side(count: int, shift: float) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "normal": random.normal(shift, 1, count),
                "tail": random.lognormal(shift, 1.5, count),
                "ties": random.normal(shift, 2, count).round(),
                "tenths": random.normal(shift, 1, count).round(1),
                "heavy": random.standard_t(1.1, count) + shift,
                "offset": 1e9 + (random.normal(shift, 1, count) * 16).round() / 16,
                "small": random.normal(shift, 1, count) * 1e-9,
                "counts": random.poisson(30 + 3 * shift, count),
                "letter": random.choice(list("abcd"), count, p=[0.4, 0.3 - shift / 10, 0.2, 0.1 + shift / 10]),
                "pair": random.choice(["x", "y"], count, p=[0.4 + shift / 5, 0.6 - shift / 5]),
            }
        )

    return side(rows, 0.0), side(other, 0.2)


def drift_edges(seed: int) -> Pair:
    """Numbers at the ends of what a double holds, and whole ones beyond 2^53."""
    random = np.random.default_rng(seed)

    def side(count: int, shift: float) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "subnormal": random.integers(1, 1_000, count) * 5e-324,
                "tiny": random.normal(shift, 1, count) * 1e-300,
                "great": random.normal(shift, 1, count) * 1e150,
                "beyond_2_53": 2**53 + 1_024 * random.integers(0, 100_000, count),
                "negative_zero": random.choice([0.0, -0.0, 1.0], count),
                "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 300, count), unit="h"),
                "same_here": np.full(count, 3.0),
            }
        )

    return side(260, 0.0), side(240, 0.3)


DRIFT: dict[str, Callable[[int], Pair]] = {
    "plain": lambda seed: drift_plain(seed, 500, 430),
    "uneven": lambda seed: drift_plain(seed, 900, 25),
    "twenty": lambda seed: drift_plain(seed, 20, 18),
    "eight": lambda seed: drift_plain(seed, 8, 30),
    "five": lambda seed: drift_plain(seed, 5, 6),
    "two": lambda seed: drift_plain(seed, 2, 3),
    "one": lambda seed: drift_plain(seed, 1, 1),
    "large": lambda seed: drift_plain(seed, 30_000, 22_000),
    "edges": drift_edges,
}
