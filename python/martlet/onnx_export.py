"""Logs a scikit-learn classifier or regressor to MLflow together with its ONNX form.

One logged model then has both: `model.skops` for Python and `model.onnx` for Martlet's native scorer, side by side
with one `MLmodel` file, one signature and one registry version. The two are compared on real rows first, so a version
that exists is a version whose two forms agree.

This module is an MLflow flavour in its own right (it has `save_model`), which is what makes the two forms one model:
`mlflow.models.Model.log` writes everything to one folder, uploads it once and registers it once.
"""

from __future__ import annotations

import pathlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.models.model import ModelInfo

ONNX_FILE = "model.onnx"
TOLERANCE = 1e-5
"""The largest difference between the two forms' answers that is still the same model; of numbers, as a share of the largest."""

_PACKAGES = ("mlflow", "numpy", "pandas", "scikit-learn", "skops")


class ParityError(ValueError):
    """The ONNX form does not give the answers of the model that it was made from."""


def log_model(
    model: Any,
    features: pd.DataFrame,
    *,
    name: str = "model",
    registered_model_name: str | None = None,
    tolerance: float = TOLERANCE,
) -> ModelInfo:
    """Logs a fitted classifier or regressor with its signature, an input example and its ONNX form.

    Args:
        model: a fitted model of scikit-learn: a classifier of two classes or, where they are whole numbers, of
            several, or a regressor. The pyfunc form of a classifier predicts `predict_proba`.
        features: real rows in the columns it was fitted on. All of them are used to compare the two forms, the first
            ones become the input example.
        name: the logged model's name.
        registered_model_name: adds a version to this registered model, which is made when it does not exist.
        tolerance: the largest difference that is accepted: in probability, or as a share of the largest number.

    Returns:
        What MLflow says about the logged model; `registered_model_version` is its number in the registry.

    Raises:
        ParityError: when an answer differs by more than `tolerance`.
        ValueError: when there are more than two classes and they are not whole numbers.
    """
    from mlflow.models import Model, infer_signature

    from martlet import onnx_export

    # Signature in float64: MLflow refuses float64 data for a float32 column, while the reverse is always safe.
    wide = features.astype("float64")
    signature = infer_signature(wide.head(5), _answers(model, features.head(5)))
    return Model.log(
        artifact_path=None,
        name=name,
        flavor=onnx_export,
        registered_model_name=registered_model_name,
        model=model,
        onnx=to_onnx(model, features, tolerance),
        signature=signature,
        input_example=wide.head(5),
        # The example is served by both forms in `to_onnx`; MLflow's own check would load the model a second time.
        validate_serving_input=False,
    )


def save_model(
    path: str,
    mlflow_model: Any,
    model: Any,
    onnx: bytes,
    signature: ModelSignature,
    input_example: pd.DataFrame,
    validate_serving_input: bool = True,
) -> None:
    """Writes both forms to a folder; called by MLflow with the model that is being logged."""
    import mlflow.sklearn
    import onnx as onnx_package
    from mlflow.models.model import MLMODEL_FILE_NAME

    mlflow.sklearn.save_model(
        model,
        path,
        mlflow_model=mlflow_model,
        signature=signature,
        input_example=input_example,
        pyfunc_predict_fn="predict_proba" if hasattr(model, "classes_") else "predict",
        skops_trusted_types=_types_of(model),
        # Named here: MLflow would find them by loading the model in another process, which takes seconds.
        pip_requirements=[f"{package}=={version(package)}" for package in _PACKAGES],
    )
    folder = pathlib.Path(path)
    (folder / ONNX_FILE).write_bytes(onnx)
    mlflow_model.add_flavor(
        "onnx",
        onnx_version=onnx_package.__version__,
        data=ONNX_FILE,
        providers=["CPUExecutionProvider"],
        onnx_session_options=None,
        code=None,
    )
    mlflow_model.model_size_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    mlflow_model.save(str(folder / MLMODEL_FILE_NAME))


def to_onnx(model: Any, features: pd.DataFrame, tolerance: float = TOLERANCE) -> bytes:
    """Converts a fitted model to ONNX: one float32 tensor in; classes and a tensor of probabilities, or numbers, out.

    A first step `FunctionTransformer(np.float32)` of a pipeline is left out: ONNX values are float32 already.

    Raises:
        ParityError: when an answer on `features` differs by more than `tolerance`.
        ValueError: when there are more than two classes and they are not whole numbers.
    """
    import skl2onnx

    rows = features.to_numpy(dtype=np.float32)
    known = {"features": ",".join(features.columns)}
    options = None
    if hasattr(model, "classes_"):
        if len(model.classes_) > 2 and not np.issubdtype(np.asarray(model.classes_).dtype, np.integer):
            raise ValueError(
                f"the classes are {', '.join(map(str, model.classes_[:5]))}: train on whole numbers instead"
            )
        known["classes"] = ",".join(map(str, model.classes_))
        options = {"zipmap": False}
    converted = skl2onnx.to_onnx(_without_rounding(model), rows[:1], options=options)
    for key, value in known.items():
        entry = converted.metadata_props.add()
        entry.key, entry.value = key, value
    serialized = converted.SerializeToString()
    check_parity(serialized, model, features, tolerance)
    return serialized


def check_parity(onnx: bytes, model: Any, features: pd.DataFrame, tolerance: float = TOLERANCE) -> float:
    """The largest difference between the two forms over `features`: in probability, or as a share of the largest number.

    Raises:
        ParityError: when it is more than `tolerance`, naming the row.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    rows = features.to_numpy(dtype=np.float32)
    found = session.run(None, {session.get_inputs()[0].name: rows})[-1]
    expected = _answers(model, features).reshape(len(rows), -1)
    scale = 1.0 if hasattr(model, "classes_") else max(1.0, float(np.abs(expected).max()))
    differences = np.abs(found.reshape(len(rows), -1) - expected).max(axis=1) / scale
    worst = int(differences.argmax())
    if not differences[worst] <= tolerance:
        raise ParityError(
            f"the ONNX form differs by {differences[worst]:.2e} at row {worst}, more than {tolerance:.0e}: "
            "begin the model with FunctionTransformer(np.float32), so that both forms compare the same numbers"
        )
    return float(differences[worst])


def _answers(model: Any, features: pd.DataFrame) -> np.ndarray:
    """Probabilities of a classifier, numbers of a regressor."""
    return model.predict_proba(features) if hasattr(model, "classes_") else np.asarray(model.predict(features))


def _without_rounding(model: Any) -> Any:
    """The model without a first step that only rounds to float32."""
    from sklearn.pipeline import Pipeline

    if isinstance(model, Pipeline) and len(model) > 1 and getattr(model[0], "func", None) is np.float32:
        return model[1:]
    return model


def _types_of(model: Any) -> list[str]:
    """The types beyond skops' own list that the model is made of: what a reader must trust to load it."""
    import skops.io

    return skops.io.get_untrusted_types(data=skops.io.dumps(model))
