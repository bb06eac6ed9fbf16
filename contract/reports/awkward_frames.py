"""Frames of awkward shapes, by seed: what `martlet drift` is compared with Evidently on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Pair = tuple[pd.DataFrame, pd.DataFrame]


def plain(seed: int, rows: int, other: int) -> Pair:
    """Numbers, whole numbers, truth values, categories, as most tables have them."""
    return side(seed, rows, 0.0), side(seed + 1_000, other, 0.3)


def side(seed: int, rows: int, shift: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    gaps = random.normal(shift, 1, rows)
    gaps[random.random(rows) < 0.05] = np.nan
    zipf = 1 / np.arange(1, 51)
    cities = random.choice([f"city {n}" for n in range(50)], rows, p=zipf / zipf.sum()).astype(object)
    cities[random.random(rows) < 0.02] = None
    return pd.DataFrame(
        {
            "normal": random.normal(shift, 1 + shift / 2, rows),
            "gaps": gaps,
            "tail": random.lognormal(0, 1 + shift / 2, rows),
            "cents": random.exponential(20 + 5 * shift, rows).round(2),
            "count": random.poisson(30 + 5 * shift, rows),
            "few": random.integers(0, 4, rows),
            "ten": random.integers(0, 10 + int(shift > 0), rows),
            "five_floats": random.integers(0, 5, rows) / 2,
            "two_floats": random.integers(0, 2, rows) * 1.5,
            "letter": random.choice(list("abcde"), rows, p=[0.4 - shift / 5, 0.3, 0.1, 0.1, 0.1 + shift / 5]),
            "pair": random.choice(["no", "yes"], rows, p=[0.7 - shift / 4, 0.3 + shift / 4]),
            "flag": random.random(rows) < 0.5 - shift / 5,
            "city": cities,
        }
    )


def infinities(seed: int) -> Pair:
    before, now = plain(seed, 400, 350)
    random = np.random.default_rng(seed + 7)
    for table in (before, now):
        for name in ("normal", "gaps", "tail"):
            rows = random.choice(len(table), 5, replace=False)
            table.loc[rows[:3], name] = np.inf
            table.loc[rows[3:], name] = -np.inf
    return before, now


def constants(seed: int) -> Pair:
    random = np.random.default_rng(seed)
    before = pd.DataFrame(
        {
            "same": np.full(120, 2.5),
            "moved": np.full(120, 1.0),
            "whole": np.full(120, 7),
            "text": ["only"] * 120,
            "then_varied": np.full(120, 3.0),
            "varied_before": random.normal(0, 1, 120),
            "nearly": np.r_[np.full(119, 1.0), 2.0],
            "truth": np.full(120, True),
            "zero": np.zeros(120),
        }
    )
    now = pd.DataFrame(
        {
            "same": np.full(90, 2.5),
            "moved": np.full(90, 1.0001),
            "whole": np.full(90, 8),
            "text": ["other"] * 90,
            "then_varied": random.normal(3, 1, 90),
            "varied_before": np.full(90, 0.5),
            "nearly": np.full(90, 1.0),
            "truth": np.full(90, False),
            "zero": -np.zeros(90),
        }
    )
    return before, now


def one_row(seed: int) -> Pair:
    before, now = plain(seed, 60, 1)
    return before, now


def one_row_each(seed: int) -> Pair:
    return plain(seed, 1, 1)


def tiny(seed: int) -> Pair:
    return plain(seed, 8, 7)


def missing(seed: int) -> Pair:
    before, now = plain(seed, 300, 200)
    now["gaps"] = np.nan
    now["city"] = None
    before["empty_before"] = np.nan
    now["empty_before"] = np.random.default_rng(seed).normal(0, 1, 200)
    before["empty_both"] = np.nan
    now["empty_both"] = np.nan
    before["half"] = before["normal"].where(before.index % 2 == 0)
    now["half"] = now["normal"].where(now.index % 2 == 0)
    return before, now


def unseen(seed: int) -> Pair:
    random = np.random.default_rng(seed)
    before = pd.DataFrame(
        {
            "new": random.choice(list("abc"), 500),
            "gone": random.choice(list("abc"), 500),
            "apart": random.choice(list("ab"), 500),
            "number": random.integers(0, 6, 500),
            "rare": random.choice(["a", "b", "c"], 500, p=[0.98, 0.015, 0.005]),
            "spaces": random.choice(["a", " a", "A", "", "ä"], 500),
        }
    )
    now = pd.DataFrame(
        {
            "new": random.choice(list("abcd"), 400),
            "gone": random.choice(list("ab"), 400),
            "apart": random.choice(list("xy"), 400),
            "number": random.integers(2, 9, 400),
            "rare": random.choice(["a", "b", "d"], 400, p=[0.97, 0.015, 0.015]),
            "spaces": random.choice(["a", " a", "A", "", "ä"], 400),
        }
    )
    return before, now


def kinds(seed: int) -> Pair:
    """Columns whose type pandas has to guess, or that are not plain numbers and texts."""

    def make(random: np.random.Generator, rows: int, shift: float) -> pd.DataFrame:
        whole = random.integers(0, 5, rows).astype(float)
        whole[0] = np.nan
        many = random.integers(0, 200, rows).astype(float)
        many[1] = np.nan
        return pd.DataFrame(
            {
                "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 400, rows), unit="h"),
                "date_text": [f"2026-0{n}-1{n}" for n in random.integers(1, 9, rows)],
                "note": [f"note {n}" for n in random.permutation(rows)],
                "words": random.choice(["red wine", "white wine", "beer"], rows, p=[0.5 - shift, 0.3, 0.2 + shift]),
                "few_with_gap": whole,
                "many_with_gap": many,
                "int8": random.integers(0, 100, rows).astype("int8"),
                "int32_few": random.integers(0, 3, rows).astype("int32"),
                "uint8": random.integers(0, 100, rows).astype("uint8"),
                "float32": random.normal(shift, 1, rows).astype("float32"),
                "nullable": pd.array(random.integers(0, 50, rows), dtype="Int64"),
                "category": pd.Categorical(random.choice(list("xyz"), rows)),
                "numbers_as_text": random.choice(["1", "2", "x3"], rows),
                "digits": random.choice(["01", "02", "03"], rows),
                "yes_no": random.choice(["yes", "no"], rows),
                "true_false_gap": np.where(random.random(rows) < 0.1, None, random.random(rows) < 0.5),
                "big": random.integers(2**53, 2**60, rows),
                "percent": random.choice(["10%", "20%"], rows),
                "id": np.arange(rows),
                "mixed_case": random.choice(["nan ", "None", "x"], rows),
            }
        )

    return make(np.random.default_rng(seed), 300, 0.0), make(np.random.default_rng(seed + 500), 250, 0.1)


def ties(seed: int) -> Pair:
    random = np.random.default_rng(seed)

    def make(rows: int, shift: float) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "zero_heavy": np.where(random.random(rows) < 0.9 - shift, 0.0, random.exponential(1, rows)),
                "tenths": random.normal(0, 1 + shift, rows).round(1),
                "twenty": random.integers(0, 20, rows).astype(float),
                "twenty_one": random.integers(0, 21, rows).astype(float),
                "twenty_five": random.integers(0, 25, rows),
                "eleven": random.integers(0, 11, rows),
                "huge": 1e12 + random.normal(shift, 1, rows),
                "small": random.normal(shift, 1, rows) * 1e-9,
                "wide": random.normal(0, 1, rows) * 10.0 ** random.integers(-5, 12, rows),
            }
        )

    return make(700, 0.0), make(650, 0.05)


def equal_lengths(seed: int) -> Pair:
    before, now = plain(seed, 400, 400)
    for table in (before, now):
        table["gaps"] = table["gaps"].fillna(0.0)
        table["city"] = table["city"].fillna("city 0")
        table["constant"] = "always"
    return before, now


def unchanged(seed: int) -> Pair:
    """The same rows on both sides."""
    before, _ = plain(seed, 600, 1)
    return before, before.copy()


def clocks(seed: int) -> Pair:
    """Texts that a reader of CSV may take for something else."""

    def make(random: np.random.Generator, rows: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "hour": [f"{hour}:{minute:02}" for hour, minute in random.integers((0, 0), (3, 4), (rows, 2))],
                "letter": random.choice(["t", "f"], rows),
                "answer": random.choice(["yes", "no"], rows),
                "case": random.choice(["True", "TRUE", "false"], rows),
                "padded": [f"{code:03}" for code in random.integers(0, 8, rows)],
                "sign": [f"+{code}" for code in random.integers(0, 30, rows)],
                "exponent": [f"{code}e1" for code in random.integers(0, 30, rows)],
            }
        )

    return make(np.random.default_rng(seed), 260), make(np.random.default_rng(seed + 9), 240)


def single_column(seed: int) -> Pair:
    """In a CSV file of one column a missing value is an empty line."""
    random = np.random.default_rng(seed)
    before, now = random.normal(0, 1, 200), random.normal(0.3, 1, 150)
    before[::9] = np.nan
    now[::7] = np.nan
    return pd.DataFrame({"alone": before}), pd.DataFrame({"alone": now})


def many_categories(seed: int) -> Pair:
    random = np.random.default_rng(seed)

    def make(rows: int, names: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "hundreds": [f"item {n}" for n in random.integers(0, names, rows)],
                "zipf": [f"z{n}" for n in np.minimum(random.zipf(1.5, rows), 500)],
                "codes": random.integers(0, 300, rows),
                "half_distinct": [f"h{n}" for n in random.integers(0, rows // 2, rows)],
            }
        )

    return make(1_500, 300), make(1_200, 310)


SHAPES: dict[str, Callable[[int], Pair]] = {
    "plain": lambda seed: plain(seed, 500, 450),
    "at_1000": lambda seed: plain(seed, 1_000, 1_001),
    "above_1000": lambda seed: plain(seed, 1_001, 1_000),
    "gap_at_1000": lambda seed: plain(seed, 1_040, 990),
    "large": lambda seed: plain(seed, 12_000, 11_000),
    "uneven": lambda seed: plain(seed, 3_000, 40),
    "infinities": infinities,
    "constants": constants,
    "one_row": one_row,
    "one_row_each": one_row_each,
    "tiny": tiny,
    "missing": missing,
    "unseen": unseen,
    "kinds": kinds,
    "ties": ties,
    "many_categories": many_categories,
    "single_column": single_column,
    "equal_lengths": equal_lengths,
    "unchanged": unchanged,
    "clocks": clocks,
}
