"""Traces through the stock client."""

from __future__ import annotations

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


@mlflow.trace(name="outer", span_type="CHAIN")
def outer(question: str) -> dict[str, object]:
    with mlflow.start_span("inner", span_type="LLM") as span:
        span.set_inputs({"prompt": question})
        span.set_attribute("temperature", 0.5)
        span.set_outputs({"text": "żółć"})
    return {"answer": 42}


def test_a_trace_comes_back_with_its_spans(client: MlflowClient, experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    outer("what?")
    mlflow.flush_trace_async_logging()
    trace_id = mlflow.get_last_active_trace_id()
    trace = client.get_trace(trace_id)
    assert trace.info.state == "OK"
    assert {span.name: span.span_type for span in trace.data.spans} == {"outer": "CHAIN", "inner": "LLM"}
    inner = next(span for span in trace.data.spans if span.name == "inner")
    assert (inner.inputs, inner.outputs) == ({"prompt": "what?"}, {"text": "żółć"})
    assert inner.get_attribute("temperature") == 0.5
    assert inner.parent_id == next(span for span in trace.data.spans if span.name == "outer").span_id


def test_traces_are_found_and_removed(client: MlflowClient, experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    for index in range(3):
        outer(f"q{index}")
    with pytest.raises(ZeroDivisionError), mlflow.start_span("broken"):
        1 / 0  # noqa: B018 - the division is what fails
    mlflow.flush_trace_async_logging()
    found = mlflow.search_traces(locations=[experiment], return_type="list")
    assert len(found) == 4
    assert all(trace.data.spans for trace in found)

    def names(text: str) -> list[str]:
        # Sorted: traces of one millisecond come in the order of their random ids.
        traces = mlflow.search_traces(locations=[experiment], filter_string=text, return_type="list")
        return sorted(trace.info.tags["mlflow.traceName"] for trace in traces)

    assert names("trace.status = 'ERROR'") == ["broken"]
    assert names("span.name = 'inner' AND span.type = 'LLM'") == ["outer"] * 3
    assert names("span.name = 'inner' AND span.type = 'CHAIN'") == []
    assert names("span.attributes.temperature = '0.5' OR status = 'ERROR'") == ["broken"] + ["outer"] * 3
    # What was said, not the words that the protocol puts around it.
    assert names("trace.text LIKE '%temperature%'") == ["outer"] * 3
    assert names("trace.text LIKE '%żółć%'") == ["outer"] * 3
    assert names("trace.text LIKE '%value%'") == names("trace.text LIKE '%\"key\"%'") == []
    first = found[0].info.trace_id
    client.set_trace_tag(first, "k", "v")
    assert names("tags.k = 'v'") == [found[0].info.tags["mlflow.traceName"]]
    client.delete_trace_tag(first, "k")
    assert names("tags.k = 'v'") == []
    assert client.delete_traces(experiment, trace_ids=[first]) == 1
    with pytest.raises(MlflowException):
        client.get_trace(first)
    assert len(mlflow.search_traces(locations=[experiment], return_type="list")) == 3
