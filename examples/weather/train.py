"""Trains a classifier that tells whether it will rain from the day's weather, and logs it to MLflow.

By hand:      python train.py data/noaa-rain.csv.gz --rows 3650
By Martlet:   the environment says what to train on (MARTLET_DATASET, MARTLET_HOLDOUT_ROWS), what to add the model to
              (MARTLET_MODEL) and which run it is (MLFLOW_TRACKING_URI, MLFLOW_RUN_ID).
"""

import argparse
import os
import sys

import numpy as np
import pandas as pd

FEATURES = [
    "temperature",
    "dew_point",
    "sea_level_pressure",
    "visibility",
    "average_wind_speed",
    "max_sustained_wind_speed",
    "minimum_temperature",
    "maximum_temperature",
]  # `day` only counts up: no value of it is ever seen again
LABEL = "rain"
PARAMETERS = {"learning_rate": 0.1, "max_iter": 100, "max_leaf_nodes": 31, "random_state": 0}
HALF_LIFE = 1000  # rows after which a day counts half: weather stations are moved and get new instruments
LEAST_ROWS = 200


class BadData(Exception):
    """The data cannot be trained on; the message says why."""


def main() -> int:
    arguments = parse_arguments()
    try:
        rows = load(arguments.dataset, arguments.rows)
        held_out = rows.tail(arguments.holdout) if arguments.holdout else rows.head(0)
        rows = rows.head(len(rows) - len(held_out))
        check(rows)
    except (BadData, OSError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    train(rows, held_out, arguments)
    return 0


def parse_arguments() -> argparse.Namespace:
    environment = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="?", default=environment("MARTLET_DATASET"), help="Parquet or CSV file")
    parser.add_argument("--rows", type=int, help="use only the first ROWS rows")
    parser.add_argument("--holdout", type=int, default=int(environment("MARTLET_HOLDOUT_ROWS") or 0), metavar="ROWS",
                        help="keep the last ROWS rows out of training")  # fmt: skip
    parser.add_argument("--model", default=environment("MARTLET_MODEL") or "rain", help="registered model")
    arguments = parser.parse_args()
    if not arguments.dataset:
        parser.error("say what to train on: a file, or MARTLET_DATASET")
    return arguments


def load(path: str, first: int | None) -> pd.DataFrame:
    wanted = [*FEATURES, LABEL]
    try:
        rows = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
    except ValueError as error:
        raise BadData(f"{path} is neither Parquet nor CSV: {error}") from error
    if missing := [column for column in wanted if column not in rows.columns]:
        raise BadData(f"{path} has no column {', '.join(missing)}; it has {', '.join(rows.columns)}")
    return rows.loc[: first - 1 if first else None, wanted]


def check(rows: pd.DataFrame) -> None:
    if len(rows) < LEAST_ROWS:
        raise BadData(f"{len(rows)} rows are too few to train on: at least {LEAST_ROWS} are needed")
    for column in FEATURES:
        if not pd.api.types.is_numeric_dtype(rows[column]):
            raise BadData(f"column {column} holds {rows[column].dtype}, not numbers")
        if np.isinf(rows[column]).any():
            raise BadData(f"column {column} holds an infinite value")
    if found := set(rows[LABEL].unique()) - {0, 1}:
        raise BadData(f"label {LABEL} must be 0 or 1; it also holds {', '.join(map(str, list(found)[:5]))}")
    if rows[LABEL].nunique() < 2:
        raise BadData(f"all labels are {rows[LABEL].iloc[0]}: there is nothing to tell apart")


def fit(rows: pd.DataFrame):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    classifier = HistGradientBoostingClassifier(**PARAMETERS)
    # Rounded to float32 first, as the ONNX form is: else a value that lies on a threshold may fall to either side.
    model = Pipeline([("float32", FunctionTransformer(np.float32)), ("classifier", classifier)])
    age = np.arange(len(rows))[::-1]
    return model.fit(rows[FEATURES], rows[LABEL].astype(int), classifier__sample_weight=0.5 ** (age / HALF_LIFE))


def quality(model, rows: pd.DataFrame) -> dict[str, float]:
    from sklearn.metrics import log_loss, roc_auc_score

    probabilities = model.predict_proba(rows[FEATURES])[:, 1]
    scores = {"log_loss": log_loss(rows[LABEL], probabilities, labels=[0, 1])}
    if rows[LABEL].nunique() == 2:
        scores["auc"] = roc_auc_score(rows[LABEL], probabilities)
    return scores


def train(rows: pd.DataFrame, held_out: pd.DataFrame, arguments: argparse.Namespace) -> None:
    import mlflow

    import martlet

    with mlflow.start_run():
        mlflow.log_params(
            {
                **PARAMETERS,
                "half_life": HALF_LIFE,
                "algorithm": "HistGradientBoostingClassifier",
                "features": ",".join(FEATURES),
                "dataset": arguments.dataset,
                "rows": len(rows),
                "holdout_rows": len(held_out),
            }
        )
        # How well it does on days it has not seen: the last tenth, by a model of the nine before. Then all for real.
        newest = max(len(rows) // 10, 1)
        scores = quality(fit(rows.head(len(rows) - newest)), rows.tail(newest))
        mlflow.log_metrics({f"validation_{name}": value for name, value in scores.items()})
        model = fit(rows)
        if len(held_out):
            mlflow.log_metrics({f"holdout_{name}": value for name, value in quality(model, held_out).items()})
        logged = martlet.log_model(model, rows[FEATURES], name="model", registered_model_name=arguments.model)
        print(f"{arguments.model} version {logged.registered_model_version}: trained on {len(rows)} rows, "
              f"validation AUC {scores.get('auc', float('nan')):.3f}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
