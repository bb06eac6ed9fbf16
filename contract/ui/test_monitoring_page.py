"""The page of monitors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from martlet_server import Server
from ui.monitor_answers import CHANGES, COLUMNS, MONITOR, WINDOWS, alert, details, window
from ui.watched_page import WatchedPage


class Answers:
    """Stands in for the API of monitors, and takes note of what the page asks it to do."""

    def __init__(self) -> None:
        self.status = "open"
        self.silences: list[dict[str, Any]] = []
        self.sent: list[tuple[str, str, Any]] = []

    def answer(self, route: Route) -> None:
        request = route.request
        path = request.url.partition("/api/v1/")[2].partition("?")[0]
        if request.method != "GET":
            self.sent.append((request.method, path, json.loads(request.post_data or "null")))
            self._act(request.method, path)
        route.fulfill(body=json.dumps(self._body(path)), content_type="application/json")

    def _act(self, method: str, path: str) -> None:
        if path.endswith("/acknowledge"):
            self.status = "acknowledged"
        elif path == "silences":
            self.status = "silenced"
            self.silences = [
                {
                    "id": "s1",
                    "monitor": "rain-quality",
                    "fingerprint": "rain-quality.drift",
                    "until": "2026-01-02T06:04:05.678Z",
                    "actor": "page",
                    "reason": "silenced on the page",
                }
            ]
        elif method == "DELETE":
            self.status = "open"
            self.silences = []

    def _body(self, path: str) -> Any:
        number = path.rpartition("/")[2]
        if path == "monitors":
            return {"items": [MONITOR, {**MONITOR, "name": "other"}], "next": None}
        if path.endswith("/windows"):
            return {"items": [window(index) for index in range(WINDOWS)], "next": None}
        if path.endswith("/changes"):
            return {"items": CHANGES if path == "monitors/rain-quality/changes" else [], "next": None}
        if "/windows/" in path:
            return details(int(number))
        if path == "alerts":
            return {"items": [alert(self.status)], "next": None}
        return {"items": self.silences, "next": None}


@pytest.fixture
def open_monitoring(server: Server, new_context: Callable[..., BrowserContext]) -> Callable[..., WatchedPage]:
    """Opens the page over given answers."""

    def open(answers: Answers, query: str = "", **options: Any) -> WatchedPage:
        context = new_context(**options)
        for pattern in ("monitors*", "monitors/**", "alerts*", "alerts/**", "silences*", "silences/**"):
            context.route(f"**/api/v1/{pattern}", answers.answer)
        return WatchedPage(context.new_page()).open(server.url + "/monitoring" + query)

    return open


OpenMonitoring = Callable[..., WatchedPage]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_clean_in_both_themes_and_on_a_phone(open_monitoring: OpenMonitoring, width: int, theme: str) -> None:
    watched = open_monitoring(Answers(), theme=theme, width=width)
    expect(watched.page.locator(".histogram")).to_have_count(len(COLUMNS))
    assert watched.accessibility_faults() == []
    assert watched.overflow() <= 0
    assert watched.problems == []
    assert watched.foreign_requests() == []


def test_columns_stand_worst_first_with_both_distributions(open_monitoring: OpenMonitoring) -> None:
    page = open_monitoring(Answers()).page
    table = page.get_by_role("region", name="Columns, table")
    expect(table.locator("tbody th").first).to_have_text("visibility")
    expect(table.locator("tbody tr").first).to_contain_text("drifted")
    expect(table.locator("tbody tr").first).to_contain_text("2 out of range")
    drawing = table.locator("tbody tr").first.get_by_role("img")
    expect(drawing).to_have_attribute(
        "aria-label", "visibility: most values are from 2 now, and were below 1 in the reference"
    )
    expect(drawing.locator(".bar-reference")).to_have_count(3)
    expect(drawing.locator(".bar-current")).to_have_count(3)
    table.get_by_role("button", name="Column").click()
    expect(table.locator("tbody th").first).to_have_text("dew_point")


def test_a_window_is_chosen_and_kept_in_the_address(open_monitoring: OpenMonitoring) -> None:
    page = open_monitoring(Answers()).page
    expect(page.locator(".facts")).to_contain_text("waiting for labels")
    expect(page.locator(".facts")).to_contain_text("50 %")
    expect(page.locator(".facts")).to_contain_text("0.800 (0.740 to 0.860)")
    page.get_by_label("Window", exact=True).select_option("3")
    expect(page.locator(".facts")).to_contain_text("300 to 399")
    expect(page.locator(".facts")).to_contain_text("complete")
    assert "window=3" in page.url
    page.reload()
    expect(page.locator(".facts")).to_contain_text("300 to 399")
    expect(page.locator("line-chart")).to_have_attribute("data-series", "realised estimated")


def test_alerts_are_acknowledged_silenced_and_heard_again(open_monitoring: OpenMonitoring) -> None:
    answers = Answers()
    page = open_monitoring(answers).page
    alerts = page.get_by_role("region", name="Alerts, table")
    expect(alerts).to_contain_text("1 of 4 columns differ from weather@v1: visibility")
    alerts.get_by_role("button", name="Acknowledge").click()
    expect(alerts).to_contain_text("Acknowledged by page")
    alerts.get_by_role("button", name="Silence for 1 h").click()
    expect(alerts).to_contain_text("Silenced")
    page.get_by_role("button", name="End the silence").click()
    expect(alerts).to_contain_text("Open")
    expect(page.get_by_text("The silence has ended.")).to_be_visible()
    assert [(method, path) for method, path, _ in answers.sent] == [
        ("POST", "alerts/rain-quality.drift.weather%40v1.899/acknowledge"),
        ("POST", "silences"),
        ("DELETE", "silences/s1"),
    ]
    assert answers.sent[1][2]["fingerprint"] == "rain-quality.drift"
    assert answers.sent[1][2]["seconds"] == 3600


def test_changes_stand_newest_first_and_nowhere_without_any(open_monitoring: OpenMonitoring) -> None:
    page = open_monitoring(Answers()).page
    table = page.get_by_role("region", name="Changes, table")
    expect(table.locator("tbody th")).to_have_text(["Errors", "visibility"])
    expect(table.locator("tbody tr").first).to_contain_text("hddm_a")
    expect(table.locator("tbody tr").last.locator("td")).to_have_text(
        ["855", re.compile("2026"), "adwin", re.compile("^.$"), "1.25", "2.5"]
    )
    page.get_by_role("button", name="other").click()
    expect(table).to_be_hidden()


def test_another_monitor_is_chosen(open_monitoring: OpenMonitoring) -> None:
    page = open_monitoring(Answers()).page
    page.get_by_role("button", name="other").click()
    expect(page.get_by_role("button", name="other")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("None so far.")).to_be_visible()
    assert "monitor=other" in page.url


def test_without_monitors_it_says_how_to_make_one(server: Server, open_page: Callable[..., WatchedPage]) -> None:
    watched = open_page("/monitoring")
    expect(watched.page.get_by_role("heading", level=1)).to_have_text("Nothing is monitored yet")
    assert watched.accessibility_faults() == []
    assert watched.problems == []
