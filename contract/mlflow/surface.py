"""Which methods of the stock client a test calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

COVERED: set[str] = set()

Test = TypeVar("Test", bound=Callable[..., Any])


def covers(*methods: str) -> Callable[[Test], Test]:
    """Says which methods of `MlflowClient` a test calls; its fixture `recorded` holds it to that."""

    def mark(test: Test) -> Test:
        COVERED.update(methods)
        test.covered_methods = methods  # type: ignore[attr-defined]
        return test

    return mark


class Recorded:
    """A client that remembers which of its methods were called."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.called.add(name)
        return getattr(self._client, name)
