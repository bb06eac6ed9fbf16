"""Fixtures for the contract tests with the stock mlflow client."""

from __future__ import annotations

import uuid

import mlflow
import pytest
from mlflow import MlflowClient

from martlet_server import Server


@pytest.fixture
def client(server: Server) -> MlflowClient:
    """The stock client, set up as a user would."""
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    return MlflowClient(server.url, server.url)


@pytest.fixture
def name() -> str:
    """A name that nothing else has."""
    return f"contract-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def experiment(client: MlflowClient, name: str) -> str:
    """The id of an experiment of the test's own."""
    return client.create_experiment(name)
