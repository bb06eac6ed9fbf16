"""A page of the UI that keeps account of everything that goes wrong in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# The pixels of a canvas that are drawn in the colour of a token, give or take smoothing.
COUNT_PIXELS = """([selector, token]) => {
  const canvas = document.querySelector(selector);
  const probe = document.createElement('span');
  document.body.append(probe);
  probe.style.color = `var(${token})`;
  const wanted = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
  probe.remove();
  // A copy is read, so that the page's own canvas stays as it is and the browser does not warn of it.
  const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 200 && wanted.every((value, part) => Math.abs(data[at + part] - value) < 12)) count += 1;
  }
  return count;
}"""


class WatchedPage:
    """Wraps a Playwright page: collects console errors, script errors, policy violations and foreign requests."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def open(self, address: str) -> WatchedPage:
        self.page.goto(address)
        self.page.wait_for_selector("html[data-ready=true]")
        return self

    def foreign_requests(self) -> list[str]:
        """Requests to another host than the page's own."""
        own = urlsplit(self.page.url).netloc
        return [url for url in self.requests if urlsplit(url).netloc != own]

    def accessibility_faults(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA and its own good practice."""
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
        return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]

    def line_pixels(self, token: str) -> int:
        """How much of the chart is drawn in the colour of a token."""
        return self.page.evaluate(COUNT_PIXELS, ["line-chart canvas", token])

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
