"""Frames of awkward shapes in the order of time, with and without a model's scores, by seed: what reports by chunks are
compared with NannyML on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Pair = tuple[pd.DataFrame, pd.DataFrame]


def columns(seed: int, rows: int, shift: float) -> pd.DataFrame:
    """Columns as most tables have them; the distributions move slowly."""
    random = np.random.default_rng(seed)
    slow = np.linspace(0, shift, rows)
    gaps = random.normal(slow, 1, rows)
    gaps[random.random(rows) < 0.07] = np.nan
    city = random.choice(["Quito", "Lima", "Bern", "Oslo"], rows, p=[0.5, 0.3, 0.15, 0.05]).astype(object)
    city[random.random(rows) < 0.04] = None
    return pd.DataFrame(
        {
            "normal": random.normal(slow, 1, rows),
            "gaps": gaps,
            "tail": random.lognormal(slow, 1, rows),
            "tenths": random.normal(slow, 1, rows).round(1),
            "count": random.poisson(20 + 5 * slow, rows),
            "few": random.integers(0, 4, rows),
            "huge": 1e9 + (random.normal(slow, 1, rows) * 16).round() / 16,
            "city": city,
            "pair": random.choice(["no", "yes"], rows),
            "flag": random.random(rows) < 0.5 - shift / 6,
        }
    )


def plain(seed: int, rows: int, other: int) -> Pair:
    return columns(seed, rows, 0.0), columns(seed + 1_000, other, 0.6)


def awkward(seed: int) -> Pair:
    """Constants, a chunk without values, categories that the reference does not know, and values outside of its range."""
    before, now = plain(seed, 900, 700)
    random = np.random.default_rng(seed)
    for table in (before, now):
        table["constant"] = 2.5
        table["same"] = "only"
    now["moved"] = 1.25
    before["moved"] = 1.0
    now.loc[200:299, "gaps"] = np.nan
    now.loc[200:299, "city"] = None
    now.loc[400:420, "city"] = "Rome"
    now.loc[400:410, "pair"] = "maybe"
    now.loc[500:599, "normal"] += 40
    before["late"] = np.where(before.index < 300, np.nan, random.normal(0, 1, len(before)))
    now["late"] = random.normal(0.2, 1, len(now))
    return before, now


COLUMNS: dict[str, Callable[[int], Pair]] = {
    "plain": lambda seed: plain(seed, 1_500, 1_140),
    "few": lambda seed: plain(seed, 23, 17),
    "awkward": awkward,
    "below_10000": lambda seed: plain(seed, 9_999, 2_000),
    "at_10000": lambda seed: plain(seed, 10_000, 2_037),
    "large": lambda seed: plain(seed, 12_345, 3_000),
}


def scored(seed: int, rows: int, shift: float, slope: float, share: float = 0.0) -> pd.DataFrame:
    """Scores whose log-odds are `slope` times the true ones; `share` moves the share of positives."""
    random = np.random.default_rng(seed)
    logit = random.normal(shift, 1.7, rows) + share
    score = 1 / (1 + np.exp(-slope * logit))
    target = (random.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    return pd.DataFrame({"score": score, "prediction": (score >= 0.5).astype(int), "target": target})


def scored_pair(seed: int, rows: int, other: int, slope: float, share: float = 0.0) -> Pair:
    return scored(seed, rows, 0.0, slope, share), scored(seed + 1_000, other, 0.5, slope, share)


def one_class_chunks(seed: int) -> Pair:
    """Chunks with one class of truth, or of prediction, only."""
    before, now = scored_pair(seed, 1_000, 800, 1.4)
    before.loc[0:99, "target"] = 0
    now.loc[100:199, "target"] = 1
    now.loc[200:299, "target"] = 0
    now.loc[300:399, "score"] = now.loc[300:399, "score"] * 0.4
    now.loc[400:499, "score"] = 0.6 + now.loc[400:499, "score"] * 0.4
    for table in (before, now):
        table["prediction"] = (table["score"] >= 0.5).astype(int)
    return before, now


def rounded(seed: int) -> Pair:
    before, now = scored_pair(seed, 1_200, 900, 1.5)
    for table in (before, now):
        table["score"] = table["score"].round(1)
    return before, now


def without_truth(seed: int) -> Pair:
    before, now = scored_pair(seed, 1_000, 700, 1.5)
    return before, now.drop(columns="target")


def late_truth(seed: int) -> Pair:
    """The truth of the newest rows is not known yet."""
    before, now = scored_pair(seed, 1_000, 700, 1.5)
    now["target"] = now["target"].astype(float)
    now.loc[350:, "target"] = np.nan
    return before, now


def separated(seed: int) -> Pair:
    """Scores that tell the classes apart: no calibration is needed."""
    before, now = scored_pair(seed, 800, 600, 1.0)
    for table in (before, now):
        table["score"] = np.where(table["target"] == 1, 0.55 + 0.4 * table["score"], 0.4 * table["score"])
        table["prediction"] = (table["score"] >= 0.5).astype(int)
    return before, now


SCORED: dict[str, Callable[[int], Pair]] = {
    "overconfident": lambda seed: scored_pair(seed, 2_000, 1_530, 1.8),
    "calibrated": lambda seed: scored_pair(seed, 3_000, 1_500, 1.0),
    "timid": lambda seed: scored_pair(seed, 1_500, 1_000, 0.4),
    "mostly_positive": lambda seed: scored_pair(seed, 1_500, 1_000, 1.5, 1.5),
    "rare": lambda seed: scored_pair(seed, 2_500, 1_500, 1.5, -3.0),
    "few": lambda seed: scored_pair(seed, 60, 45, 1.5),
    "large": lambda seed: scored_pair(seed, 12_000, 6_000, 1.3),
    "one_class_chunks": one_class_chunks,
    "rounded": rounded,
    "without_truth": without_truth,
    "late_truth": late_truth,
    "separated": separated,
}

CLASSES = ("basic", "gold", "plus")


def classed(seed: int, rows: int, shift: float, slope: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 1.5, (rows, len(CLASSES))) + shift * np.arange(len(CLASSES)) / 2
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    said = np.exp(slope * logits) / np.exp(slope * logits).sum(axis=1, keepdims=True)
    target = [random.choice(CLASSES, p=chances) for chances in true]
    table = pd.DataFrame({f"p_{name}": said[:, index] for index, name in enumerate(CLASSES)})
    table["prediction"] = [CLASSES[index] for index in said.argmax(axis=1)]
    table["target"] = target
    return table


def missing_class(seed: int) -> Pair:
    """Chunks in which a class never comes, or is the only one."""
    before, now = classed(seed, 1_000, 0, 1.5), classed(seed + 1_000, 800, 0.5, 1.5)
    before.loc[100:199, "target"] = "basic"
    now.loc[0:99, "target"] = [name if name != "plus" else "gold" for name in now.loc[0:99, "target"]]
    now.loc[200:299, "target"] = "gold"
    now.loc[300:399, "prediction"] = "gold"
    now.loc[400:499, "prediction"] = [name if name != "plus" else "gold" for name in now.loc[400:499, "prediction"]]
    return before, now


CLASSED: dict[str, Callable[[int], Pair]] = {
    "overconfident": lambda seed: (classed(seed, 2_000, 0, 1.8), classed(seed + 1_000, 1_530, 0.6, 1.8)),
    "calibrated": lambda seed: (classed(seed, 3_000, 0, 1.0), classed(seed + 1_000, 1_500, 0.6, 1.0)),
    "few": lambda seed: (classed(seed, 90, 0, 1.5), classed(seed + 1_000, 60, 0.6, 1.5)),
    "missing_class": missing_class,
}


def measured(seed: int, rows: int, shift: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    first, second = random.normal(shift, 1, rows), random.exponential(1 + shift, rows)
    truth = np.exp(0.4 * first) + second + random.normal(0, 0.1 + 0.2 * second, rows) ** 2
    table = pd.DataFrame({"first": first, "second": second, "kind": random.choice(list("ab"), rows)})
    table["prediction"] = np.exp(0.4 * first) + second + 0.05
    table["target"] = truth
    return table


def measured_with_gaps(seed: int) -> Pair:
    before, now = measured(seed, 1_500, 0.0), measured(seed + 1_000, 900, 0.4)
    now.loc[300:599, "target"] = np.nan
    now.loc[650:699, "target"] = np.nan
    return before, now


MEASURED: dict[str, Callable[[int], Pair]] = {
    "plain": lambda seed: (measured(seed, 2_000, 0.0), measured(seed + 1_000, 1_130, 0.4)),
    "gaps": measured_with_gaps,
    "few": lambda seed: (measured(seed, 60, 0.0), measured(seed + 1_000, 40, 0.4)),
}
