"""The demonstration seen from outside while it runs: kcat, the stock mlflow client, a browser."""

from __future__ import annotations

import json
import subprocess

import numpy
import pandas
import pytest

from demo.conftest import Demo

FIRST_ROW = 3650
LOOKED_AT = 18
"""Rows whose predictions are compared with the model that was loaded from the registry."""


def test_kcat_lists_and_reads_the_topics(demo: Demo) -> None:
    demo.wait_until("rows are scored", lambda: demo.loop()["progress"]["rows_scored"] > 100)
    listed = json.loads(kcat("-b", demo.bootstrap, "-L", "-J"))
    assert {"weather", "rain.predictions", "rain.shadow", "weather.labels"} <= {t["topic"] for t in listed["topics"]}
    lines = kcat("-b", demo.bootstrap, "-C", "-t", "rain.predictions", "-o", "beginning", "-c", "5", "-e", "-q")
    predictions = [json.loads(line) for line in lines.splitlines()]
    assert [p["prediction_id"] for p in predictions] == [f"weather-0-{offset}" for offset in range(5)]
    assert all(0 <= p["probability"] <= 1 and p["version"] == 1 for p in predictions)


def test_mlflow_finds_the_runs_and_its_champion_equals_the_topic(demo: Demo, weather: pandas.DataFrame) -> None:
    import mlflow

    from topics import by_offset, read_all

    demo.wait_until("a retrained champion has scored", lambda: rows_of_newest(demo) > LOOKED_AT)
    mlflow.set_tracking_uri(demo.url)
    runs = mlflow.search_runs(search_all_experiments=True)
    assert len(runs) >= 2 and (runs["metrics.validation_auc"] > 0.5).all()

    for _ in range(3):  # a promotion between the two looks is another champion: look again
        version = int(mlflow.MlflowClient().get_model_version_by_alias("rain", "champion").version)
        model = mlflow.pyfunc.load_model("models:/rain@champion")
        predictions = by_offset(read_all(demo.bootstrap, "rain.predictions"))
        own = [offset for offset, p in sorted(predictions.items()) if p["version"] == version][-LOOKED_AT:]
        if len(own) == LOOKED_AT:
            break
    assert len(own) == LOOKED_AT
    rows = weather.iloc[[FIRST_ROW + offset for offset in own]].drop(columns=["rain", "day"])
    expected = numpy.asarray(model.predict(rows))[:, 1]
    found = numpy.array([predictions[offset]["probability"] for offset in own])
    numpy.testing.assert_allclose(found, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_shows_both_lines_without_an_error(demo: Demo, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    demo.wait_until("there are windows", lambda: len(demo.loop()["windows"]) >= 3)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            page = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900}).new_page()
            complaints: list[str] = []
            page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(demo.url + "/")
            chart = page.get_by_role("slider").first
            chart.wait_for()
            page.wait_for_function(
                "e => /champion/i.test(e.ariaValueText) && /frozen/i.test(e.ariaValueText)",
                arg=chart.element_handle(),
                timeout=30_000,
            )
            tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
            assert found.violations_count == 0, found.generate_report()
            assert complaints == []
        finally:
            browser.close()


def kcat(*arguments: str) -> str:
    return subprocess.run(["kcat", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


def rows_of_newest(demo: Demo) -> int:
    """Rows scored since the last promotion, roughly; 0 before the first."""
    loop = demo.loop()
    promoted = [step["row"] for step in loop["steps"] if step["kind"] == "promoted"]
    return FIRST_ROW + loop["progress"]["rows_scored"] - promoted[-1] if promoted else 0
