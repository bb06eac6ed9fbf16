"""`martlet drift` and the report API against SciPy on random data."""

from __future__ import annotations

import json
import pathlib
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import requests
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scored_frames import COLUMNS, SCORED

from martlet_server import ROOT, Server, binary

DRIFTED = 6


def martlet(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(binary()), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def report(reference: pathlib.Path, current: pathlib.Path, *arguments: object) -> dict[str, Any]:
    done = martlet("drift", reference, current, "--json", *arguments)
    assert done.returncode in (0, DRIFTED), done.stderr
    return json.loads(done.stdout)


def columns(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {column["column"]: column for column in found["columns"]}


def frame(rows: int, seed: int, shift: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    value = random.normal(shift, 1, rows)
    value[random.random(rows) < 0.03] = np.nan
    tail = random.lognormal(0, 1 + shift / 2, rows)
    tail[:3] = [np.inf, -np.inf, np.nan]
    return pd.DataFrame(
        {
            "value": value,
            "tail": tail,
            "count": random.poisson(30 + 5 * shift, rows),
            "few": random.integers(0, 4, rows),
            "letter": random.choice(list("abcde"), rows, p=[0.4 - shift / 5, 0.3, 0.1, 0.1, 0.1 + shift / 5]),
            "flag": random.random(rows) < 0.5,
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(rows), unit="min"),
            "note": [f"note {index}" for index in range(rows)],
        }
    )


def written(folder: pathlib.Path, table: pd.DataFrame, name: str, kind: str) -> pathlib.Path:
    path = folder / f"{name}.{kind}"
    table.to_parquet(path) if kind == "parquet" else table.to_csv(path, index=False)
    return path


def finite(series: pd.Series) -> np.ndarray:
    values = series.to_numpy(dtype=float)
    return values[np.isfinite(values)]


def shares(reference: pd.Series, current: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    names = sorted(set(reference.dropna()) | set(current.dropna()))
    return tuple(side.value_counts().reindex(names).fillna(0).to_numpy() for side in (reference, current))


def agree(value: float, expected: float) -> bool:
    return abs(value - expected) <= max(1e-12, 1e-9 * abs(expected))


@pytest.fixture(scope="module", params=[(800, 700), (24_000, 21_000)], ids=["small", "large"])
def frames(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, pd.DataFrame]:
    reference, current = request.param
    return frame(reference, 11, 0.0), frame(current, 12, 0.2)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_scores_are_those_of_scipy(
    tmp_path: pathlib.Path, frames: tuple[pd.DataFrame, pd.DataFrame], kind: str
) -> None:
    before, now = frames
    paths = written(tmp_path, before, "before", kind), written(tmp_path, now, "now", kind)
    numeric = ["value", "tail", "count"]
    tests: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
        "ks": lambda a, b: stats.ks_2samp(a, b, method="auto").pvalue,
        "wasserstein": lambda a, b: stats.wasserstein_distance(a, b) / max(np.std(a), 0.001),
        "mannw": lambda a, b: stats.mannwhitneyu(a, b).pvalue,
        "t_test": lambda a, b: stats.ttest_ind(a, b, equal_var=False).pvalue,
        "ed": stats.energy_distance,
        "cramer_von_mises": lambda a, b: stats.cramervonmises_2samp(a, b).pvalue,
        "es": lambda a, b: stats.epps_singleton_2samp(a, b).pvalue,
    }
    chosen = [argument for name in numeric for argument in ("--column", name)]
    for method, expected in tests.items():
        found = columns(report(*paths, *chosen, "--method", method, "--compat", "none"))
        for name in numeric:
            value = expected(finite(before[name]), finite(now[name]))
            assert found[name]["method"] == method
            score = found[name]["score"]
            # Above ten million pairs the exact law of Kolmogorov-Smirnov is left for the limit.
            assert agree(score, value) or abs(score - value) < 1e-9, (method, name, score, value)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_categories_are_those_of_scipy(
    tmp_path: pathlib.Path, frames: tuple[pd.DataFrame, pd.DataFrame], kind: str
) -> None:
    before, now = frames
    paths = written(tmp_path, before, "before", kind), written(tmp_path, now, "now", kind)
    names = ["letter", "few"]
    chosen = [argument for name in names for argument in ("--column", name)]
    ours = columns(report(*paths, *chosen, "--method", "chisquare"))
    evidently = columns(report(*paths, *chosen, "--method", "chisquare", "--compat", "evidently-0.7"))
    distance = columns(report(*paths, *chosen, "--method", "jensenshannon"))
    for name in names:
        a, b = shares(before[name], now[name])
        assert agree(ours[name]["score"], stats.chi2_contingency([a, b], correction=False).pvalue)
        assert agree(evidently[name]["score"], stats.chisquare(b, a / a.sum() * b.sum()).pvalue)
        assert agree(distance[name]["score"], jensenshannon(a, b))
        assert ours[name]["type"] == "cat"


def test_defaults_follow_the_rules_of_evidently(
    tmp_path: pathlib.Path, frames: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    before, now = frames
    found = report(written(tmp_path, before, "before", "parquet"), written(tmp_path, now, "now", "parquet"))
    is_small = len(before) <= 1000
    methods = {column["column"]: column["method"] for column in found["columns"]}
    assert methods == {
        "value": "ks" if is_small else "wasserstein",
        "tail": "ks" if is_small else "wasserstein",
        "count": "ks" if is_small else "wasserstein",
        "few": "chisquare" if is_small else "jensenshannon",
        "letter": "chisquare" if is_small else "jensenshannon",
        "flag": "z" if is_small else "jensenshannon",
    }
    assert {column["column"] for column in found["skipped"]} == {"day", "note"}
    tail = columns(found)["tail"]["current"]
    assert (tail["missing"], tail["infinite"]) == (1, 2)
    assert agree(tail["50%"], float(np.median(finite(now["tail"]))))
    order = [column["drifted"] for column in found["columns"]]
    assert order == sorted(order, reverse=True)


def test_the_status_tells_drift(tmp_path: pathlib.Path) -> None:
    same = written(tmp_path, frame(3_000, 1, 0.0), "same", "csv")
    other = written(tmp_path, frame(3_000, 2, 0.0), "other", "csv")
    moved = written(tmp_path, frame(3_000, 3, 1.0), "moved", "csv")
    assert martlet("drift", same, other).returncode == 0
    drifted = martlet("drift", same, moved)
    assert drifted.returncode == DRIFTED
    assert "columns have drifted" in drifted.stderr
    assert martlet("drift", same, moved, "--drift-share", "1").returncode == 0


def test_the_page_needs_nothing_from_outside(tmp_path: pathlib.Path) -> None:
    before = written(tmp_path, frame(2_000, 1, 0.0), "before", "parquet")
    now = written(tmp_path, frame(2_000, 2, 0.5), "now", "parquet")
    page = tmp_path / "report.html"
    martlet("drift", before, now, "--html", page)
    html = page.read_text()
    assert len(page.read_bytes()) < 200_000
    assert "http://" not in html and "https://" not in html and "src=" not in html
    assert "prefers-color-scheme:dark" in html
    assert html.index("letter") > 0 and "<svg" in html


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["missing.csv", "good.csv"], 3, "missing.csv cannot be read: No such file"),
        (["good.csv", "empty.csv"], 1, "empty.csv cannot be read: it is empty"),
        (["good.csv", "header.csv"], 1, "header.csv cannot be read: it has columns and no rows"),
        (["good.csv", "good.csv", "--column", "nope"], 3, "has no column nope: it has a, b"),
        (["good.csv", "mixed.csv"], 1, "column a is BIGINT in"),
        (["good.csv", "other.csv"], 1, "no column of numbers or categories is in both"),
        (["good.csv", "good.xls"], 1, "good.xls is of no known kind"),
        (["good.csv", "broken.parquet"], 1, "broken.parquet cannot be read"),
        (["good.csv", "good.csv", "--method", "a=kss"], 2, "there is no method 'kss'; did you mean ks?"),
    ],
)
def test_bad_input_is_named(tmp_path: pathlib.Path, arguments: list[str], status: int, message: str) -> None:
    (tmp_path / "good.csv").write_text("a,b\n1,x\n2,y\n3,x\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("a,b\n")
    (tmp_path / "mixed.csv").write_text("a,b\none,x\ntwo,y\n")
    (tmp_path / "other.csv").write_text("c\n1\n2\n")
    (tmp_path / "good.xls").write_text("a\n1\n")
    (tmp_path / "broken.parquet").write_text("PAR1 but not really")
    files = [str(tmp_path / name) if "." in name and "=" not in name else name for name in arguments]
    done = martlet("drift", *files)
    assert done.returncode == status, done.stderr
    assert message in done.stderr


def test_a_column_without_values_has_a_reason(tmp_path: pathlib.Path) -> None:
    full = written(tmp_path, pd.DataFrame({"a": [1.5, 2.5, 3.5], "b": [1, 2, 3]}), "full", "parquet")
    nans = pd.DataFrame({"a": [np.nan, np.nan, np.inf], "b": [1, 2, 3]})
    found = columns(report(full, written(tmp_path, nans, "nans", "parquet")))
    assert found["a"]["undefined"]["reason"] == "empty_current"
    assert found["a"]["score"] is None and not found["a"]["drifted"]


def test_a_summary_counts_what_pandas_counts(tmp_path: pathlib.Path) -> None:
    table = frame(5_000, 5, 0.0)
    table = pd.concat([table, table.iloc[:7]])
    table["constant"] = 1.5
    table["twin"] = table["value"]
    path = written(tmp_path, table, "table", "parquet")
    done = martlet("report", path, "--kind", "summary", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["dataset"]["rows"] == len(table)
    assert found["dataset"]["duplicated_rows"] == table.duplicated().sum() == 7
    assert found["dataset"]["constant_columns"] == ["constant"]
    assert [(pair["first"], pair["second"]) for pair in found["dataset"]["duplicated_columns"]] == [("value", "twin")]
    value = columns(found)["value"]["current"]
    assert value["missing"] == table["value"].isna().sum()
    for name, expected in table["value"].describe().items():
        if name != "count":
            assert agree(value[name], expected), name


def test_performance_is_that_of_scikit_learn(tmp_path: pathlib.Path) -> None:
    from sklearn import metrics

    random = np.random.default_rng(4)
    score = random.random(4_000)
    target = (random.random(4_000) < score).astype(int)
    said = random.choice(["a", "b", "c"], 4_000)
    true = np.where(random.random(4_000) < 0.6, said, random.choice(["a", "b", "c"], 4_000))
    number = random.normal(10, 3, 4_000)
    table = pd.DataFrame(
        {"target": target, "score": score, "said": said, "true": true, "number": number, "guess": number + score}
    )
    path = written(tmp_path, table, "scored", "parquet")

    def values(*arguments: str) -> dict[str, float]:
        done = martlet("report", path, "--kind", "performance", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        return {metric["name"]: metric["current"] for metric in json.loads(done.stdout)["comparison"]}

    binary_values = values("--target", "target", "--score", "score")
    assert agree(binary_values["RocAuc"], metrics.roc_auc_score(target, score))
    assert agree(binary_values["LogLoss"], metrics.log_loss(target, score))
    assert agree(binary_values["F1Score"], metrics.f1_score(target, score >= 0.5))
    classes = values("--target", "true", "--prediction", "said")
    assert agree(classes["F1Score"], metrics.f1_score(true, said, average="macro"))
    assert agree(classes["MCC"], metrics.matthews_corrcoef(true, said))
    regression = values("--target", "number", "--prediction", "guess")
    assert agree(regression["R2Score"], metrics.r2_score(number, number + score))
    assert agree(regression["MAE"], metrics.mean_absolute_error(number, number + score))


def test_a_file_without_any_positive_is_scored_too(tmp_path: pathlib.Path) -> None:
    path = written(tmp_path, pd.DataFrame({"target": [0, 0, 0], "score": [0.1, 0.7, 0.2]}), "scored", "csv")
    done = martlet("report", path, "--kind", "performance", "--json", "--target", "target", "--score", "score")
    assert done.returncode == 0, done.stderr
    found = {metric["name"]: metric["current"] for metric in json.loads(done.stdout)["comparison"]}
    assert agree(found["Accuracy"], 2 / 3) and found["RocAuc"] is None and agree(found["FPR"], 1 / 3)


def test_few_whole_numbers_with_predictions_between_them_are_a_regression(tmp_path: pathlib.Path) -> None:
    table = pd.DataFrame({"target": [1, 2, 3, 2], "prediction": [1.5, 2.0, 2.5, 2.0]})
    path = written(tmp_path, table, "rated", "parquet")
    model = ("--target", "target", "--prediction", "prediction")
    done = martlet("report", path, "--kind", "performance", "--json", *model)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["task"] == "regression"
    assert agree({metric["name"]: metric["current"] for metric in found["comparison"]}["MAE"], 0.25)


ASKED: list[tuple[dict[str, Any], list[str]]] = [
    ({"kind": "drift"}, []),
    ({"kind": "drift", "drift": {"compat": "evidently-0.7"}}, ["--compat", "evidently-0.7"]),
    ({"kind": "drift", "drift": {"method": "jensenshannon"}}, ["--method", "jensenshannon"]),
    ({"kind": "summary"}, []),
    ({"kind": "summary", "drift": {"compat": "evidently-0.7"}}, ["--compat", "evidently-0.7"]),
    (
        {"kind": "performance", "model": {"target": "target", "score": "score"}},
        ["--target", "target", "--score", "score"],
    ),
    (
        {
            "kind": "chunks",
            "chunks": {"rows": 150},
            "model": {"target": "target", "score": "score", "prediction": "prediction"},
        },
        ["--chunk-rows", "150", "--target", "target", "--score", "score", "--prediction", "prediction"],
    ),
]


@pytest.fixture(scope="module")
def scored_versions(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, pathlib.Path]:
    """Two files, which are the versions 1 and 2 of dataset `fresh` too."""
    folder = tmp_path_factory.mktemp("fresh")
    paths = []
    for index, (columns, scores) in enumerate(zip(COLUMNS["plain"](71), SCORED["overconfident"](71), strict=True)):
        rows = min(len(columns), len(scores))
        table = pd.concat([columns.head(rows), scores.head(rows)], axis=1)
        paths.append(written(folder, table, f"side{index}", "parquet"))
        body = {"path": str(paths[-1])}
        assert requests.post(f"{server.url}/api/v1/datasets/fresh/import", json=body).status_code == 201
    return paths[0], paths[1]


@pytest.mark.parametrize(("body", "arguments"), ASKED)
def test_the_api_says_what_the_command_says(
    server: Server, scored_versions: tuple[pathlib.Path, pathlib.Path], body: dict[str, Any], arguments: list[str]
) -> None:
    ask = {"reference": "fresh@v1", "current": "fresh@v2", **body}
    found = requests.post(f"{server.url}/api/v1/reports", json=ask)
    assert found.status_code == 200, found.text
    before, now = scored_versions
    kind = ["--kind", body["kind"]]
    done = martlet("report", now, "--reference", before, *kind, "--json", *arguments)
    assert done.returncode in (0, DRIFTED), done.stderr
    one, other = found.json(), json.loads(done.stdout)
    for side in ("reference", "current"):
        assert one.pop(side)["rows"] == other.pop(side)["rows"]
    assert one == other


@pytest.fixture(scope="module")
def parts(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Dataset `parts` in two versions."""
    folder = tmp_path_factory.mktemp("parts")
    for index, table in enumerate([frame(2_000, 1, 0.0), frame(2_000, 2, 0.6)]):
        path = written(folder, table.drop(columns="note"), f"part{index}", "parquet")
        body = {"path": str(path)}
        assert requests.post(f"{server.url}/api/v1/datasets/parts/import", json=body).status_code == 201


@pytest.mark.usefixtures("parts")
def test_the_api_reports_dataset_versions(server: Server) -> None:
    ask = {"kind": "drift", "reference": "parts@v1", "current": "parts", "drift": {"method": "psi", "threshold": 0.2}}
    found = requests.post(f"{server.url}/api/v1/reports", json=ask)
    assert found.status_code == 200, found.text
    assert found.json()["current"]["name"] == "parts@v2"
    assert found.json()["drift"]["detected"] in (True, False)
    assert {column["method"] for column in found.json()["columns"]} == {"psi"}
    page = requests.post(f"{server.url}/api/v1/reports", json={**ask, "format": "html"})
    assert page.headers["Content-Type"].startswith("text/html") and len(page.content) < 200_000
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    same = json.loads(
        martlet(
            "report", "parts@v2", "--reference", "parts@v1", "--kind", "drift", "--method", "psi", "--threshold", "0.2",
            "--json", "--server", server.url,
        ).stdout
    )  # fmt: skip
    assert same["columns"] == found.json()["columns"]


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"kind": "drift", "current": "parts"}, 400, "a drift report needs a reference"),
        (
            {"kind": "gist", "current": "parts"},
            400,
            "'kind' is one of drift, summary, performance, chunks, changes, outliers, profile; not 'gist'",
        ),
        ({"kind": "summary", "current": "nothing"}, 404, "there is no dataset nothing"),
        ({"kind": "summary", "current": "parts@3"}, 400, "such as rain@v3"),
        ({"kind": "drift", "current": "p", "drift": {"metod": "ks"}}, 400, "there is no 'drift.metod'"),
        ({"kind": "summary", "current": "p", "colums": ["a"]}, 400, "'colums' is unknown"),
        ({"kind": "performance", "current": "p", "model": {}}, 400, "'model.target' is needed"),
    ],
)
def test_the_api_names_what_is_wrong(server: Server, body: dict[str, Any], status: int, message: str) -> None:
    found = requests.post(f"{server.url}/api/v1/reports", json=body)
    assert found.status_code == status, found.text
    assert message in found.json()["error"]["message"]
