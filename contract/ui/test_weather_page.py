"""The page at `/` while the weather project runs for real."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from martlet_server import ROOT, Server
from ui.watched_page import WatchedPage

MEASURED_WITHIN = 240
WINDOWS = 3


@pytest.fixture(scope="module")
def weather(server: Server) -> dict[str, Any]:
    """The loop of the weather project once some windows are measured."""
    server.post("/api/v1/projects", {"path": str(ROOT / "examples" / "weather")})
    deadline = time.monotonic() + MEASURED_WITHIN
    while time.monotonic() < deadline:
        loop = server.get("/api/v1/loops/weather")
        if len(loop["windows"]) >= WINDOWS or loop["state"] == "failed":
            assert loop["state"] != "failed", loop
            return loop
        time.sleep(0.5)
    raise AssertionError(f"no {WINDOWS} windows after {MEASURED_WITHIN} s:\n{server.log_tail()}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_loop_is_shown_live(weather: dict[str, Any], open_page: Callable[..., WatchedPage], theme: str) -> None:
    watched = open_page(theme=theme)
    page = watched.page
    expect(page.get_by_role("heading", level=1)).to_have_text("weather")
    expect(page.locator("#link-state")).to_have_text("Live")
    expect(page.locator("line-chart")).to_have_attribute("data-series", "champion frozen")
    assert int(page.locator("line-chart").get_attribute("data-points") or 0) >= WINDOWS
    assert watched.line_pixels("--accent") > 50
    assert watched.line_pixels("--frozen") > 50
    assert page.locator("flow-graph .tile").count() >= len(weather["parts"])
    assert page.locator("step-list .step").count() >= len(weather["steps"])
    assert watched.accessibility_faults() == []
    assert watched.foreign_requests() == []
    assert watched.problems == []


def test_rows_come_in_while_one_looks(weather: dict[str, Any], open_page: Callable[..., WatchedPage]) -> None:
    page = open_page().page
    expect(page.locator(".progress")).not_to_have_attribute("aria-valuenow", str(weather["progress"]["rows_scored"]))


def test_each_step_opens(weather: dict[str, Any], open_page: Callable[..., WatchedPage]) -> None:
    watched = open_page("/?order=story")
    for step in weather["steps"]:
        item = watched.page.locator(f"[data-id='{step['id']}']")
        item.locator(".step-head").click()
        expect(item.locator(".facts")).to_be_visible()
    assert watched.accessibility_faults() == []
    assert watched.problems == []
