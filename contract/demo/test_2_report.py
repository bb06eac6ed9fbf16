"""What the demonstration leaves behind, and whether it is true: every number again, from the topics."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import pytest

from demo.conftest import LONGEST_DEMO, Demo
from martlet_server import Server
from topics import by_offset, read_all

FIRST_ROW = 3650
AFTER_THE_BREAK = 12_410
ROWS = 14_509
FEATURES = [
    *("temperature", "dew_point", "sea_level_pressure", "visibility", "average_wind_speed"),
    *("max_sustained_wind_speed", "minimum_temperature", "maximum_temperature"),
]


@pytest.fixture(scope="session")
def report(finished: Demo) -> dict[str, Any]:
    return finished.report()


def test_nothing_is_lost_or_scored_twice(report: dict[str, Any]) -> None:
    assert (report["rows_scored"], report["lost"], report["duplicates"]) == (ROWS, 0, 0)
    assert report["seconds"] < LONGEST_DEMO
    assert 0 < report["latency_ms"]["p50"] <= report["latency_ms"]["p99"]


def test_the_champion_stays_useful_and_the_frozen_model_does_not(report: dict[str, Any]) -> None:
    late = [window for window in report["windows"] if window["first_row"] >= AFTER_THE_BREAK]
    assert len(late) == 16
    assert numpy.mean([window["auc"]["frozen"] for window in late]) < 0.5
    assert numpy.mean([window["auc"]["champion"] for window in late]) >= 0.75


def test_the_first_alert_comes_soon_after_the_break(report: dict[str, Any]) -> None:
    pages = [alert for alert in report["alerts"] if alert["kind"] == "performance"]
    assert 12_000 < pages[0]["row"] <= 12_400


def test_no_promotion_made_the_next_window_worse(report: dict[str, Any]) -> None:
    windows = report["windows"]
    assert report["promotions"]
    for promotion in report["promotions"]:
        at = sum(window["last_row"] < promotion["row"] for window in windows)
        for before in (at - 1, at):
            if at + 1 < len(windows):
                gain = windows[at + 1]["auc"]["champion"] - windows[before]["auc"]["champion"]
                assert gain >= -0.05, promotion


def test_every_promotion_says_what_it_rests_on(report: dict[str, Any]) -> None:
    for promotion in report["promotions"]:
        assert promotion["run_id"] and promotion["dataset"].startswith("weather@v") and promotion["commit"]
        gate = promotion["gate"]
        assert gate["challenger"] >= gate["champion"] + 0.02
        assert gate["challenger"] >= 0.60


def test_every_row_is_scored_once_by_champion_and_frozen_model(reopened: Server) -> None:
    rows = read_all(reopened.bootstrap, "weather")
    assert len(rows) == ROWS
    for topic in ("rain.predictions", "rain.shadow"):
        assert sorted(by_offset(read_all(reopened.bootstrap, topic))) == list(range(ROWS))
    labels = read_all(reopened.bootstrap, "weather.labels")
    assert len({label["prediction_id"] for label in labels}) == len(labels)


def test_a_finished_loop_still_tells_its_latency_after_a_restart(reopened: Server, report: dict[str, Any]) -> None:
    latency = reopened.get("/api/v1/loops/weather")["latency_ms"]
    assert 0 < latency["p50"] <= latency["p99"]
    # what was measured last may have been stored some messages before the report was made
    assert latency == pytest.approx(report["latency_ms"], rel=0.5)


def test_window_numbers_equal_scikit_learn(reopened: Server, report: dict[str, Any]) -> None:
    from sklearn import metrics

    labels = {label["prediction_id"]: label["label"] for label in read_all(reopened.bootstrap, "weather.labels")}
    roles = {"champion": "rain.predictions", "frozen": "rain.shadow"}
    predictions = {role: by_offset(read_all(reopened.bootstrap, topic)) for role, topic in roles.items()}
    windows = reopened.get("/api/v1/loops/weather")["windows"]
    assert len(windows) == len(report["windows"]) == 40
    for window in windows:
        for role in roles:
            rows = [predictions[role][row - FIRST_ROW] for row in range(window["first_row"], window["last_row"] + 1)]
            rows = [row for row in rows if row["prediction_id"] in labels]
            truth = [labels[row["prediction_id"]] for row in rows]
            scores = [row["probability"] for row in rows]
            assert window["labelled"] == len(rows)
            expected = {
                "auc": metrics.roc_auc_score(truth, scores),
                "f1": metrics.f1_score(truth, [row["prediction"] for row in rows], zero_division=0),
                "log_loss": metrics.log_loss(truth, scores),
                "brier": metrics.brier_score_loss(truth, scores),
            }
            found = {name: window[name][role] for name in expected}
            assert found == pytest.approx(expected, abs=1e-9), window["index"]


def test_drift_numbers_equal_scipy(reopened: Server, weather: pandas.DataFrame) -> None:
    from scipy import stats

    windows = reopened.get("/api/v1/loops/weather")["windows"]
    reference = weather.iloc[:FIRST_ROW]
    for window in windows:
        if window["champion_version"] != 1 or window["rows"] < 365:
            continue
        current = weather.iloc[window["first_row"] : window["last_row"] + 1]
        for column in FEATURES:
            found = window["drift"][column]
            expected = stats.ks_2samp(reference[column], current[column])
            distance = stats.wasserstein_distance(reference[column], current[column])
            assert found["ks"] == pytest.approx(expected.statistic, abs=1e-12)
            assert found["ks_p"] == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-15)
            assert found["wasserstein"] == pytest.approx(distance, rel=1e-9)


def test_training_data_is_the_labelled_rows_of_the_topics(reopened: Server, weather: pandas.DataFrame) -> None:
    versions = reopened.get("/api/v1/datasets/weather")["versions"]
    cut = [version for version in versions if version["source"]["kind"] == "topic"]
    assert cut
    for version in cut:
        offsets = version["source"]["slice"]["range"]
        begin, end = offsets["from"], offsets["to"]
        assert end - begin == version["rows"] == 3650
        rows = pandas.read_parquet(version["path"])
        expected = weather.iloc[FIRST_ROW + begin : FIRST_ROW + end]
        numpy.testing.assert_allclose(rows[[*FEATURES, "rain"]].to_numpy(), expected[[*FEATURES, "rain"]].to_numpy())
