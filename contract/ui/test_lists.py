"""The pages of lists."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from martlet_server import Server
from ui.watched_page import WatchedPage

OpenPage = Callable[..., WatchedPage]

PAGES = ["/topics", "/datasets", "/runs", "/monitoring", "/models"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("address", PAGES)
def test_clean_and_reached_from_the_bar(open_page: OpenPage, address: str, width: int, theme: str) -> None:
    watched = open_page(theme=theme, width=width)
    watched.page.locator(f".nav a[href='{address}']").click()
    expect(watched.page).to_have_url(re.compile(f"{address}$"))
    expect(watched.page.get_by_role("heading", level=1)).to_be_focused()
    assert watched.accessibility_faults() == []
    assert watched.overflow() <= 0
    assert watched.problems == []


def test_topics_are_listed_and_sorted(server: Server, open_page: OpenPage) -> None:
    for name, partitions in [("ui-a", 1), ("ui-b", 3)]:
        server.post("/api/v1/topics", {"name": name, "partitions": partitions})
    page = open_page("/topics").page
    names = page.locator("tbody th")
    expect(names.filter(has_text="ui-")).to_have_text(["ui-a", "ui-b"])
    page.get_by_role("button", name="Partitions").click()
    expect(page.locator("tbody th").first).to_have_text("ui-b")
    expect(page.get_by_role("columnheader", name="Partitions")).to_have_attribute("aria-sort", "descending")


def test_an_address_without_a_page_says_so(open_page: OpenPage) -> None:
    watched = open_page()
    watched.page.evaluate("history.pushState(null, '', '/nowhere'); dispatchEvent(new PopStateEvent('popstate'))")
    expect(watched.page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    assert watched.accessibility_faults() == []
