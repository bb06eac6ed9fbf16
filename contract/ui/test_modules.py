"""The pure modules of web/ under their own tests, in the browser that runs them."""

from __future__ import annotations

import pathlib

import pytest
from playwright.sync_api import Page

TESTS = sorted((pathlib.Path(__file__).resolve().parents[2] / "web" / "test").glob("*.test.js"))


@pytest.mark.parametrize("name", [path.name for path in TESTS])
def test_module(blank_page: Page, name: str) -> None:
    results = blank_page.evaluate(
        "async (name) => { await import(`/test/${name}`); return (await import('/test/harness.js')).run(); }", name
    )
    assert results, f"{name} has no tests"
    assert [result for result in results if result["error"]] == []
