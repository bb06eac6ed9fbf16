"""Makes the small ONNX models of the inference tests, and what scikit-learn itself says about the same rows.

Run with scikit-learn, skl2onnx and protobuf below 7 (7 refuses what skl2onnx 1.20 writes for boosted trees):

    python make_fixtures.py
"""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).parent
FEATURES = 8
OPSET = {"": 17, "ai.onnx.ml": 3}

generator = np.random.default_rng(7)
rows = generator.normal(size=(2_000, FEATURES)).astype(np.float32)
rows[::17, 3] = np.nan
signal = rows[:, 0] - 0.7 * rows[:, 1] + np.nan_to_num(rows[:, 3]) * rows[:, 2]
label = (signal + generator.normal(scale=0.5, size=len(rows)) > 0).astype(np.int64)
complete = np.nan_to_num(rows)


def save(name, model, types, options=None):
    onnx_model = to_onnx(model, initial_types=types, options=options, target_opset=OPSET)
    (FOLDER / name).write_bytes(onnx_model.SerializeToString())


matrix = [("features", FloatTensorType([None, FEATURES]))]
boosted = HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=8, random_state=0).fit(rows, label)
save("classifier.onnx", boosted, matrix, {id(boosted): {"zipmap": False}})
save("classifier-zipmap.onnx", boosted, matrix)

words = LogisticRegression().fit(complete, np.where(label == 1, "wet", "dry"))
save("classifier-words.onnx", words, matrix, {id(words): {"zipmap": True}})

regressor = HistGradientBoostingRegressor(max_iter=10, max_leaf_nodes=8, random_state=0).fit(rows, signal)
save("regressor.onnx", regressor, matrix)

pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(complete, label)
save("pipeline.onnx", pipeline, matrix, {id(pipeline): {"zipmap": False}})

columns = [(name, FloatTensorType([None, 1])) for name in ("a", "b")]
two = LogisticRegression().fit(complete[:, :2], label)
concatenated = helper.make_node("Concat", ["a", "b"], ["x"], axis=1)
weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 1], two.coef_.astype(np.float32).ravel())
bias = helper.make_tensor("c", TensorProto.FLOAT, [1], two.intercept_.astype(np.float32))
graph = helper.make_graph(
    [
        concatenated,
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Add", ["m", "c"], ["s"]),
        helper.make_node("Sigmoid", ["s"], ["probability"]),
    ],
    "columns",
    [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in ("a", "b")],
    [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])],
    [weights, bias],
)
by_column = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
by_column.ir_version = 8
onnx.checker.check_model(by_column)
(FOLDER / "columns.onnx").write_bytes(by_column.SerializeToString())

three = LogisticRegression().fit(complete, label + (complete[:, 4] > 1))
save("three-classes.onnx", three, matrix, {id(three): {"zipmap": False}})

three_words = LogisticRegression().fit(complete, np.array(["dry", "wet", "snow"])[three.predict(complete)])
save("three-words.onnx", three_words, matrix, {id(three_words): {"zipmap": False}})

doubles = LogisticRegression().fit(complete.astype(np.float64), label)
save("doubles.onnx", doubles, [("features", DoubleTensorType([None, FEATURES]))], {id(doubles): {"zipmap": False}})

(FOLDER / "broken.onnx").write_bytes(b"this is not a model" * 10)

test = rows[:200]
filled = complete[:200]


def as_list(values):
    return [float(value) for value in values]


golden = {
    "features": FEATURES,
    "rows": [[None if np.isnan(value) else float(value) for value in row] for row in test],
    "classifier": as_list(boosted.predict_proba(test)[:, 1]),
    "regressor": as_list(regressor.predict(test)),
    "words": as_list(words.predict_proba(filled)[:, 1]),
    "pipeline": as_list(pipeline.predict_proba(filled)[:, 1]),
    "three": as_list(three.predict(filled)),
    "columns": as_list(two.predict_proba(filled[:, :2])[:, 1]),
}
(FOLDER / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
