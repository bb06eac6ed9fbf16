"""The export refuses a model whose ONNX form would not score as it does."""

from __future__ import annotations

import numpy
import pandas
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from martlet.onnx_export import ParityError, check_parity, to_onnx
from martlet_server import ROOT


@pytest.fixture(scope="module")
def rows() -> pandas.DataFrame:
    return pandas.read_csv(ROOT / "examples/weather/data/noaa-rain.csv.gz").head(3650)


def test_a_model_that_rounds_first_converts(rows: pandas.DataFrame) -> None:
    model = make_pipeline(FunctionTransformer(numpy.float32), HistGradientBoostingClassifier(max_iter=50))
    features = rows.drop(columns=["day", "rain"])
    onnx = to_onnx(model.fit(features, rows.rain), features)
    assert check_parity(onnx, model, features) < 1e-6


def test_a_pipeline_without_trees_converts(rows: pandas.DataFrame) -> None:
    features = rows.drop(columns=["day", "rain"])
    model = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())]).fit(features, rows.rain)
    assert check_parity(to_onnx(model, features), model, features) < 1e-5


def test_a_model_whose_forms_differ_is_refused(rows: pandas.DataFrame) -> None:
    # Fitted on float32, asked in float64: values on a threshold fall to different sides.
    features = rows.drop(columns=["day", "rain"])
    model = HistGradientBoostingClassifier(max_iter=50).fit(features.astype("float32"), rows.rain)
    with pytest.raises(ParityError, match=r"differs by .* at row \d+.*FunctionTransformer\(np.float32\)"):
        to_onnx(model, features)


def test_a_regressor_converts(rows: pandas.DataFrame) -> None:
    features = rows.drop(columns=["day", "rain", "sea_level_pressure"])
    model = make_pipeline(FunctionTransformer(numpy.float32), HistGradientBoostingRegressor(max_iter=50))
    onnx = to_onnx(model.fit(features, rows.sea_level_pressure), features)
    assert check_parity(onnx, model, features) < 1e-6


def test_several_classes_convert_where_they_are_whole_numbers(rows: pandas.DataFrame) -> None:
    features = rows.drop(columns=["day", "rain"])
    classes = pandas.cut(rows.temperature, 3, labels=False)
    model = make_pipeline(FunctionTransformer(numpy.float32), HistGradientBoostingClassifier(max_iter=20))
    assert check_parity(to_onnx(model.fit(features, classes), features), model, features) < 1e-6
    words = model.fit(features, numpy.array(["cold", "mild", "hot"])[classes])
    with pytest.raises(ValueError, match="the classes are cold, hot, mild: train on whole numbers"):
        to_onnx(words, features)
