"""The page at `/`: what it shows, how it is read, and what it does when things go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from martlet_server import Server
from ui.conftest import tell_loops
from ui.loop_snapshots import PARTS, snapshot
from ui.watched_page import WatchedPage

OpenPage = Callable[..., WatchedPage]

STATES = {"empty": {}, "early": {"weather": snapshot(0, "running")}, "finished": {"weather": snapshot()}}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [360, 1000, 1440])
def test_clean_in_every_state(open_page: OpenPage, theme: str, state: str, width: int) -> None:
    watched = open_page(loops=STATES[state], theme=theme, width=width)
    assert watched.accessibility_faults() == []
    assert watched.overflow() <= 0
    assert watched.foreign_requests() == []
    assert watched.problems == []


def test_axe_would_find_a_fault(open_page: OpenPage) -> None:
    watched = open_page(loops=STATES["finished"])
    watched.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(fault.startswith("button-name") for fault in watched.accessibility_faults())


def test_an_empty_server_says_how_to_begin(open_page: OpenPage) -> None:
    watched = open_page()
    expect(watched.page.get_by_role("heading", level=1)).to_have_text("No loop is flying yet")
    expect(watched.page.locator(".command code")).to_have_text("martlet demo")
    assert watched.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_lines_of_the_chart_are_there(open_page: OpenPage, theme: str) -> None:
    watched = open_page(loops=STATES["finished"], theme=theme)
    expect(watched.page.locator("line-chart")).to_have_attribute("data-series", "champion frozen")
    expect(watched.page.locator("line-chart")).to_have_attribute("data-points", "39")
    assert watched.line_pixels("--accent") > 500
    assert watched.line_pixels("--frozen") > 500


def test_the_chart_is_read_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"]).page
    page.keyboard.press("c")
    chart = page.get_by_role("slider")
    expect(chart).to_be_focused()
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("End")
    text = chart.get_attribute("aria-valuetext") or ""
    assert "Champion v2 0.8" in text and "Frozen v1 0.4" in text and "visibility" in text
    expect(page.locator(".chart-tip")).to_contain_text("Champion v2")
    page.keyboard.press("Escape")
    expect(page.locator(".chart-tip")).to_be_hidden()


def test_the_chart_is_read_with_the_mouse(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"]).page
    page.locator("line-chart").hover()
    expect(page.locator(".chart-tip")).to_contain_text("Rows ")
    page.locator("heat-strip").hover()
    expect(page.locator(".chart-tip")).to_contain_text("Rows ")


def test_the_chart_has_a_table_and_its_state_is_in_the_address(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"]).page
    page.get_by_role("button", name="Table").click()
    rows = page.get_by_role("region", name="Windows").locator("tbody tr")
    expect(rows).to_have_count(39)
    expect(rows.first).to_contain_text("visibility")
    page.get_by_role("radio", name="Brier").click()
    expect(page.locator("#quality-title")).to_have_text("Brier over time")
    assert "view=table" in page.url and "metric=brier" in page.url
    page.reload()
    expect(page.get_by_role("region", name="Windows").locator("tbody tr")).to_have_count(39)
    expect(page.locator("#quality-title")).to_have_text("Brier over time")


def test_a_regression_is_shown_by_its_own_metrics(open_page: OpenPage) -> None:
    loop = snapshot()
    numbers = {"mae": 0.25, "rmse": 0.5, "mape": 0.1, "r2": 0.9}
    for window in loop["windows"]:
        for metric in ("auc", "f1", "log_loss", "brier"):
            window[metric] = {"champion": None, "frozen": None}
        window |= {metric: {"champion": value, "frozen": value * 2} for metric, value in numbers.items()}
    verdict = {"task": "regression", "metric": "mae", "champion": {"mae": 0.5}, "challenger": {"mae": 0.25}}
    loop["steps"][-1] = loop["steps"][-1] | {"numbers": verdict}
    watched = open_page(loops={"weather": loop | {"task": "regression", "metric": "mae"}})
    page = watched.page
    expect(page.locator(".figures")).to_contain_text("MAE, last 5 windows0.250")
    expect(page.locator("#quality-title")).to_have_text("MAE over time")
    assert watched.line_pixels("--accent") > 500
    expect(page.get_by_role("radiogroup", name="Metric").get_by_role("radio")).to_have_text(
        ["MAE", "RMSE", "MAPE", "R²"]
    )
    page.get_by_role("radio", name="R²").click()
    assert "metric=r2" in page.url
    page.locator("step-list .step-head").first.click()
    expect(page.locator("step-list tbody tr")).to_have_text(["MAE0.2500.500\u22120.250better"])
    assert watched.problems == []


def test_steps_open_to_their_numbers(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"]).page
    steps = page.locator("step-list .step-head")
    expect(steps.first).to_contain_text("Promoted version 2")
    steps.first.click()
    gate = page.locator("step-list table")
    expect(gate.locator("tbody tr").first).to_contain_text("0.812")
    expect(gate.locator("tbody tr").first).to_contain_text("better")
    expect(page.locator(".reasons")).to_contain_text("a gain of at least 0.02")
    expect(page.locator(".facts").first).to_contain_text("weather@v2")
    page.get_by_role("radio", name="From the start").click()
    expect(steps.first).to_contain_text("Imported weather")
    page.get_by_label("Which steps").select_option("decisions")
    expect(steps).to_have_count(1)


@pytest.mark.parametrize("step", [f"{5:032x}", "5"])
def test_a_step_has_an_address(open_page: OpenPage, step: str) -> None:
    page = open_page(f"/?step={step}", loops=STATES["finished"]).page
    body = page.locator(f"#step-{5:032x}")
    expect(body).to_be_visible()
    expect(body).to_be_in_viewport()
    expect(body).to_contain_text("5,109 to 8,758")


def test_keys_walk_the_steps_and_the_parts(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"]).page
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("step-list .step-head").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("step-list .step-body").nth(1)).to_be_visible()
    page.locator("flow-graph .tile").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("flow-graph .tile:focus")).to_contain_text("rain.predictions")
    page.keyboard.press("Enter")
    expect(page.locator(".flow-detail")).to_contain_text("the topic rain.predictions")


def test_no_tile_lies_on_another_and_no_edge_under_one(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"]).page
    covered = page.evaluate(
        """() => {
          const tiles = [...document.querySelectorAll('.tile')].map((tile) => [tile.dataset.id, tile.getBoundingClientRect()]);
          const origin = document.querySelector('.flow-lines').getBoundingClientRect();
          const inside = (x, y, box) => x > box.left + 2 && x < box.right - 2 && y > box.top + 2 && y < box.bottom - 2;
          const hit = [];
          for (const path of document.querySelectorAll('.edge')) {
            const length = path.getTotalLength();
            for (let at = 0; at <= length; at += 2) {
              const point = path.getPointAtLength(at);
              for (const [id, box] of tiles) if (inside(origin.left + point.x, origin.top + point.y, box)) hit.push(id);
            }
          }
          return hit;
        }"""
    )
    assert covered == []
    assert page.locator(".edge").count() == 12


def test_a_part_that_failed_says_why(open_page: OpenPage) -> None:
    loop = snapshot()
    loop["parts"] = [*PARTS[:-1], {**PARTS[-1], "status": "failed", "detail": "the model does not load"}]
    page = open_page(loops={"weather": loop}).page
    expect(page.locator(".flow-detail")).to_contain_text("the model does not load")


def test_the_key_list_opens_and_gives_the_focus_back(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"]).page
    button = page.get_by_role("button", name="Keys")
    button.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Next step")
    page.get_by_label("Single keys act on the page").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".step-head:focus")).to_have_count(0)


def test_the_theme_is_kept_and_set_before_the_page_is_seen(open_page: OpenPage) -> None:
    page = open_page(loops=STATES["finished"], theme="light").page
    page.get_by_role("radio", name="dark theme").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.add_init_script(
        "new PerformanceObserver((list) => { window.firstColour ??= getComputedStyle(document.body).backgroundColor; })"
        ".observe({ type: 'paint', buffered: true })"
    )
    page.reload()
    page.wait_for_selector("html[data-ready=true]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.evaluate("window.firstColour") == dark
    expect(page.get_by_role("radio", name="dark theme")).to_have_attribute("aria-checked", "true")


def test_a_failing_api_is_shown_and_asked_again(open_page: OpenPage) -> None:
    watched = open_page(loops={"weather": snapshot(5, "running")})
    page = watched.page
    error = {"error": {"code": "internal", "message": "The disk is full", "request_id": "r-77"}}
    page.context.route("**/api/v1/loops", lambda route: route.fulfill(status=500, json=error))
    page.reload()
    fault = page.get_by_role("alert")
    expect(fault).to_contain_text("The disk is full")
    expect(fault).to_contain_text("r-77")
    page.context.unroute("**/api/v1/loops")
    tell_loops(page.context, STATES["finished"])
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("weather")
    expect(fault).to_have_count(0)


def test_data_never_becomes_markup(open_page: OpenPage) -> None:
    loop: dict[str, Any] = snapshot()
    evil = "<img src=x onerror=alert(1)>"
    loop["steps"][0]["title"] = evil
    loop["steps"][0]["numbers"] = {"note": evil, "error": evil}
    loop["parts"] = [{**part, "name": evil} for part in loop["parts"]]
    watched = open_page("/?order=story", loops={"weather": loop})
    page = watched.page
    page.locator("step-list .step-head").first.click()
    expect(page.locator("step-list .step-title").first).to_have_text(evil)
    expect(page.locator("main img")).to_have_count(0)
    assert watched.problems == []


def test_a_lost_connection_is_said_and_found_again(
    make_server: Callable[..., Server], new_context: Callable[..., BrowserContext]
) -> None:
    server = make_server()
    context = new_context()
    page = WatchedPage(context.new_page()).open(server.url).page
    state = page.locator("#link-state")
    expect(state).to_have_text("Live")
    ports = (server.http_port, server.kafka_port)
    assert server.stop() == 0, server.log_tail()
    expect(state).to_have_text("Reconnecting")
    expect(page.locator("#connection-notice")).to_contain_text("connection to the server is lost")
    server.wanted_ports = ports
    server.start()
    expect(state).to_have_text("Live")
    expect(page.locator("#connection-notice")).to_be_empty()


def test_ten_tabs_share_one_event_stream(server: Server, new_context: Callable[..., BrowserContext]) -> None:
    context = new_context()
    pages = [WatchedPage(context.new_page()).open(server.url).page for _ in range(10)]
    for page in pages:
        expect(page.locator("#link-state")).to_have_text("Live")
    assert pages[-1].evaluate("fetch('/api/v1/status').then((answer) => answer.status)") == 200
