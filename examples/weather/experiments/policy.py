"""Plays the whole loop of martlet.yaml offline, in seconds: what would this retraining policy have done?

    python experiments/policy.py                                    the settings of martlet.yaml
    python experiments/policy.py --set retraining.holdOut.rows=180  with one of them changed
    python experiments/policy.py --perturb                          many small changes: is the result luck?

The rows, labels, monitor, trigger, hold-out and gate follow the server's rules; train.py is the one that is run.
"""

from __future__ import annotations

import argparse
import copy
import pathlib
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import yaml
from sklearn.metrics import roc_auc_score

FOLDER = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FOLDER))

import train  # noqa: E402

BREAK = 12_410
"""The first window that lies wholly after the change of the world begins here."""


@dataclass
class Settings:
    """The parts of martlet.yaml that decide what happens."""

    project: dict[str, Any]
    rows_until_held: int = 0
    """Rows that are still played between the label that triggers a retraining and the stop of the replay."""
    dropped: int = 0
    """A number other than 0 leaves out three of a hundred training rows, chosen by it."""

    def __post_init__(self) -> None:
        self.replay = next(d["configuration"] for d in self.project["deployments"]
                           if d.get("configuration", {}).get("kind") == "replay")  # fmt: skip
        self.monitor = self.project["monitors"][0]
        self.retraining = self.project["retraining"][0]


@dataclass
class Outcome:
    """What happened, by row of the file."""

    windows: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[tuple[int, float]] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def mean_auc(self, role: str) -> float:
        return float(np.mean([window[role] for window in self.windows if window["first"] >= BREAK]))

    @property
    def promotions(self) -> list[dict[str, Any]]:
        return [attempt for attempt in self.attempts if attempt["promoted"]]

    def worst_promotion(self) -> dict[str, float]:
        """The least gain of a window after a promotion, by what it is compared with."""
        gains: dict[str, list[float]] = {"its own window": [], "the window before": [], "the old champion": []}
        for promotion in self.promotions:
            at = sum(window["last"] < promotion["row"] for window in self.windows)
            if at + 1 >= len(self.windows):
                continue
            after = self.windows[at + 1]
            gains["its own window"].append(after["champion"] - self.windows[at]["champion"])
            gains["the window before"].append(after["champion"] - self.windows[at - 1]["champion"])
            gains["the old champion"].append(after["champion"] - promotion["old"](after["first"], after["last"] + 1))
        return {name: min(values, default=0.0) for name, values in gains.items()}


class Loop:
    """The stream, the monitor, the trigger and the gate, row by row."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rows = pd.read_csv(FOLDER / settings.replay["path"])
        self.labels = self.rows[train.LABEL].to_numpy()
        self.first = settings.replay["firstRow"]
        self.versions = [self.fit(0, self.first)]
        self.frozen = self.versions[0]
        self.served = self.frozen.copy()
        self.champion_since = self.first
        self.estimates: list[float] = []
        self.open_since: int | None = None
        self.tried_at: int | None = None
        self.outcome = Outcome()

    def fit(self, begin: int, end: int) -> np.ndarray:
        """Probabilities for every row by a model trained on some."""
        rows = self.rows.iloc[begin:end]
        if self.settings.dropped:
            kept = np.random.default_rng(self.settings.dropped).choice(len(rows), int(len(rows) * 0.97), replace=False)
            rows = rows.iloc[np.sort(kept)]
        return train.fit(rows).predict_proba(self.rows[train.FEATURES])[:, 1]

    def auc(self, scores: np.ndarray, begin: int, end: int) -> float:
        return float(roc_auc_score(self.labels[begin:end], scores[begin:end]))

    def run(self) -> Outcome:
        evaluation = self.settings.monitor["evaluation"]
        lag = self.settings.replay["labelDelayRows"]
        for row in range(self.first, len(self.rows)):
            labelled = row - lag + 1  # rows before this one have their label
            if (labelled - self.first) % evaluation["every"] == 0 and labelled > self.first:
                self.estimate(labelled, evaluation)
                self.consider(row, labelled)
        self.close_windows()
        return self.outcome

    def estimate(self, labelled: int, evaluation: dict[str, int]) -> None:
        begin = max(labelled - evaluation["rows"], self.champion_since)
        if labelled - begin < evaluation["minimumRows"]:
            return
        limit = self.settings.monitor["performance"][0]
        needed, looked_at = limit["persistence"]["windows"], limit["persistence"]["of"]
        self.estimates.append(self.auc(self.served, begin, labelled))
        if self.open_since is None:
            if sum(value < limit["below"] for value in self.estimates[-looked_at:]) >= needed:
                self.open_since = labelled
                self.outcome.alerts.append((labelled, self.estimates[-1]))
        elif all(value >= limit["below"] + limit["recoveryMargin"] for value in self.estimates[-needed:]):
            self.open_since = None

    def consider(self, row: int, labelled: int) -> None:
        trigger = self.settings.retraining["trigger"]
        tried = self.tried_at if self.tried_at is not None else -len(self.rows)
        if labelled - tried < trigger["coolDownRows"]:
            return
        if self.open_since is not None and labelled - max(self.open_since, tried) >= trigger["newLabels"]:
            self.retrain(row, labelled)

    def retrain(self, row: int, labelled: int) -> None:
        self.tried_at = labelled
        gate = self.settings.retraining["gate"]
        held_out = labelled - self.settings.retraining["holdOut"]["rows"]
        challenger = self.fit(labelled - self.settings.retraining["dataset"]["rows"], held_out)
        champion = self.versions[-1]
        numbers = {
            "challenger": self.auc(challenger, held_out, labelled),
            "champion": self.auc(champion, held_out, labelled),
        }
        promoted = numbers["challenger"] >= max(gate["atLeast"], numbers["champion"] + gate["margin"])
        swapped = row + self.settings.rows_until_held + 1
        self.outcome.attempts.append({
            "row": swapped, "labelled": labelled, "promoted": promoted, **numbers,
            "old": lambda begin, end: self.auc(champion, begin, end),
        })  # fmt: skip
        if promoted:
            self.versions.append(challenger)
            self.served[swapped:] = challenger[swapped:]
            self.champion_since, self.estimates, self.open_since = swapped, [], None

    def close_windows(self) -> None:
        size = self.settings.monitor["window"]["size"]
        for begin in range(self.first, len(self.rows), size):
            end = min(begin + size, len(self.rows))
            self.outcome.windows.append({
                "first": begin, "last": end - 1,
                "champion": self.auc(self.served, begin, end), "frozen": self.auc(self.frozen, begin, end),
            })  # fmt: skip


PERTURBATIONS = [
    *({"rows_until_held": rows} for rows in (10, 30, 100, 200)),
    *({"dropped": seed} for seed in (1, 2, 3, 4)),
    *({"retraining.holdOut.rows": rows} for rows in (120, 135, 165, 180)),
    *({"retraining.trigger.newLabels": rows} for rows in (255, 285, 300)),
    *({"retraining.trigger.coolDownRows": rows} for rows in (300, 420)),
    *({"retraining.gate.margin": margin} for margin in (0.015, 0.025)),
    *({"monitors.performance.recoveryMargin": margin} for margin in (0.07, 0.09)),
    *({"monitors.evaluation.rows": rows} for rows in (330, 400)),
    *({"monitors.evaluation.every": rows} for rows in (10, 20)),
]


def changed(project: dict[str, Any], changes: dict[str, Any]) -> Settings:
    """The settings with some of them changed; a path names a key, lists stand for their first entry."""
    project = copy.deepcopy(project)
    beside = {key: value for key, value in changes.items() if "." not in key}
    for path, value in changes.items():
        if "." not in path:
            continue
        *way, last = path.split(".")
        place: Any = project
        for step in way:
            place = place[step]
            place = place[0] if isinstance(place, list) else place
        if last not in place:
            raise SystemExit(f"policy.py: martlet.yaml has no {path}")
        place[last] = value
    return Settings(project, **beside)


def line(outcome: Outcome) -> str:
    worst = outcome.worst_promotion()
    return (
        f"champion {outcome.mean_auc('champion'):.3f}  frozen {outcome.mean_auc('frozen'):.3f}  "
        f"first alert {outcome.alerts[0][0] if outcome.alerts else '-'}  "
        f"trainings {len(outcome.attempts)}  promotions {len(outcome.promotions)}  "
        f"least gain {min(worst.values()):+.3f}"
    )


def tell(outcome: Outcome) -> None:
    for window in outcome.windows:
        print(
            f"rows {window['first']:6}-{window['last']:<6} champion {window['champion']:.3f}  frozen {window['frozen']:.3f}"
        )
    for labelled, value in outcome.alerts:
        print(f"alert at row {labelled}: AUC {value:.3f}")
    for attempt in outcome.attempts:
        print(
            f"trained at row {attempt['labelled']}: challenger {attempt['challenger']:.3f}, "
            f"champion {attempt['champion']:.3f}: {'promoted' if attempt['promoted'] else 'refused'}"
        )
    for name, gain in outcome.worst_promotion().items():
        print(f"least gain of the window after a promotion, against {name}: {gain:+.3f}")
    print(line(outcome))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change a setting")
    parser.add_argument("--perturb", action="store_true", help="try many small changes")
    arguments = parser.parse_args()
    project = yaml.safe_load((FOLDER / "martlet.yaml").read_text())
    changes = {path: yaml.safe_load(value) for path, _, value in (entry.partition("=") for entry in arguments.set)}
    tell(Loop(changed(project, changes)).run())
    for perturbation in PERTURBATIONS if arguments.perturb else []:
        print(f"{perturbation!s:42}", line(Loop(changed(project, changes | perturbation)).run()), flush=True)


if __name__ == "__main__":
    main()
