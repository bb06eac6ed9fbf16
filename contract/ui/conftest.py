"""A real browser: Debian's Chromium through Playwright."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from martlet_server import Server
from ui.watched_page import WatchedPage

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    if not pathlib.Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is not installed: run make setup-test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts, each with its own storage, closed at the end."""
    contexts: list[BrowserContext] = []

    def make(theme: str = "light", width: int = 1440, height: int = 900, **options: Any) -> BrowserContext:
        context = browser.new_context(
            color_scheme=theme, viewport={"width": width, "height": height}, locale="en-GB", **options
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(server: Server, new_context: Callable[..., BrowserContext]) -> Callable[..., WatchedPage]:
    """Opens an address of the server; `loops` stands in for what its loop API would say."""

    def open(address: str = "/", loops: dict[str, Any] | None = None, **options: Any) -> WatchedPage:
        context = new_context(**options)
        if loops is not None:
            tell_loops(context, loops)
        return WatchedPage(context.new_page()).open(server.url + address)

    return open


def tell_loops(context: BrowserContext, loops: dict[str, Any]) -> None:
    """Answers the loop API with given snapshots: states that a real loop takes minutes to come to."""

    def answer(route: Route) -> None:
        project = route.request.url.partition("/api/v1/loops")[2].strip("/")
        body = loops[project] if project else {"items": [{"project": name} for name in loops], "next": None}
        route.fulfill(body=json.dumps(body), content_type="application/json")

    context.route("**/api/v1/loops", answer)
    context.route("**/api/v1/loops/*", answer)


@pytest.fixture
def blank_page(new_context: Callable[..., BrowserContext]) -> Page:
    """An empty page at the root of the folder web/, served from disk."""
    root = pathlib.Path(__file__).resolve().parents[2] / "web"
    types = {".js": "text/javascript", ".css": "text/css"}

    def serve(route: Route) -> None:
        path = root / route.request.url.split("/", 3)[3]
        if path.is_file():
            route.fulfill(body=path.read_text(), content_type=types.get(path.suffix, "text/plain"))
        else:
            route.fulfill(body="<!doctype html><title>empty</title>", content_type="text/html")

    page = new_context().new_page()
    page.route("http://modules.test/**", serve)
    page.goto("http://modules.test/")
    return page
