"""Calls to the whole REST API are answered as MLflow's own server answered them."""

from __future__ import annotations

import pathlib

import pytest
import recorded_answers

from martlet_server import Server


@pytest.mark.parametrize("name", sorted(path.stem for path in recorded_answers.ANSWERS.glob("*.jsonl")))
def test_answers_are_those_of_mlflow(tmp_path: pathlib.Path, name: str) -> None:
    server = Server(tmp_path / "data", "--allow-private-webhooks").start()
    try:
        found = recorded_answers.differences(server.url, name)
    finally:
        assert server.stop() == 0, server.log_tail()
    assert not found, f"{len(found)} calls are answered otherwise:\n" + "\n".join(found)
