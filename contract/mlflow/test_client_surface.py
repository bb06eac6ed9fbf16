"""Every public method of the stock `MlflowClient`, called at least once."""

from __future__ import annotations

import inspect
import io
import pathlib
from collections.abc import Iterator

import matplotlib

matplotlib.use("Agg")

import mlflow
import numpy
import pandas
import pytest
from matplotlib import pyplot
from mlflow import MlflowClient
from mlflow.entities import (
    Dataset,
    DatasetInput,
    LoggedModelOutput,
    LoggedModelStatus,
    Metric,
    Param,
    RunTag,
    ViewType,
    WebhookStatus,
)
from mlflow.exceptions import MlflowException
from surface import COVERED, Recorded, covers

# Families that this server does not have; the client says so.
NOT_SERVED = {
    "mcp": "the registry of MCP servers",
    "workspace": "workspaces",
}


@pytest.fixture
def recorded(request: pytest.FixtureRequest, client: MlflowClient) -> Iterator[Recorded]:
    """The client, held to calling what the test says that it covers."""
    recorded = Recorded(client)
    yield recorded
    assert set(request.function.covered_methods) <= recorded.called


def test_every_public_method_is_covered_or_known_to_be_missing() -> None:
    public = {name for name, _ in inspect.getmembers(MlflowClient, inspect.isfunction) if not name.startswith("_")}
    missing = {name for name in public - COVERED if not any(family in name for family in NOT_SERVED)}
    assert missing == set()
    assert public >= COVERED


@covers(
    "create_experiment",
    "get_experiment",
    "get_experiment_by_name",
    "search_experiments",
    "rename_experiment",
    "set_experiment_tag",
    "delete_experiment_tag",
    "delete_experiment",
    "restore_experiment",
)
def test_experiments(recorded: Recorded, name: str) -> None:
    identifier = recorded.create_experiment(name, tags={"team": "rain"})
    assert recorded.get_experiment(identifier).tags == {"team": "rain"}
    assert recorded.get_experiment_by_name(name).experiment_id == identifier
    assert recorded.get_experiment_by_name(name + "-none") is None
    recorded.rename_experiment(identifier, name + "-new")
    recorded.set_experiment_tag(identifier, "k", "v")
    recorded.delete_experiment_tag(identifier, "team")
    found = recorded.search_experiments(filter_string=f"name = '{name}-new' AND tags.k = 'v'")
    assert [(e.experiment_id, e.tags) for e in found] == [(identifier, {"k": "v"})]
    recorded.delete_experiment(identifier)
    assert recorded.get_experiment(identifier).lifecycle_stage == "deleted"
    deleted = recorded.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string=f"name = '{name}-new'")
    assert len(deleted) == 1
    recorded.restore_experiment(identifier)
    assert recorded.get_experiment(identifier).lifecycle_stage == "active"


@covers(
    "create_run",
    "get_run",
    "get_parent_run",
    "update_run",
    "set_terminated",
    "delete_run",
    "restore_run",
    "search_runs",
    "log_metric",
    "log_param",
    "set_tag",
    "delete_tag",
    "log_batch",
    "get_metric_history",
    "log_inputs",
    "log_outputs",
)
def test_runs(recorded: Recorded, experiment: str) -> None:
    parent = recorded.create_run(experiment, run_name="parent")
    run = recorded.create_run(experiment, tags={"mlflow.parentRunId": parent.info.run_id}, run_name="child")
    identifier = run.info.run_id
    assert recorded.get_parent_run(identifier).info.run_id == parent.info.run_id
    recorded.log_metric(identifier, "m", 0.5, step=1)
    recorded.log_param(identifier, "p", 3)
    recorded.set_tag(identifier, "t", "x")
    recorded.log_batch(identifier, [Metric("m", 0.25, 7, 2)], [Param("q", "4")], [RunTag("u", "y")])
    recorded.delete_tag(identifier, "t")
    recorded.log_inputs(identifier, [DatasetInput(Dataset("d", "1", "local", "{}"))])
    recorded.log_outputs(identifier, [LoggedModelOutput("m-1", 3)])
    recorded.update_run(identifier, name="renamed")
    recorded.set_terminated(identifier)
    run = recorded.get_run(identifier)
    assert (run.data.metrics, run.data.params) == ({"m": 0.25}, {"p": "3", "q": "4"})
    assert (run.data.tags["u"], "t" in run.data.tags) == ("y", False)
    assert (run.info.run_name, run.info.status) == ("renamed", "FINISHED")
    assert [i.dataset.name for i in run.inputs.dataset_inputs] == ["d"]
    assert [(o.model_id, o.step) for o in run.outputs.model_outputs] == [("m-1", 3)]
    assert {(m.step, m.value) for m in recorded.get_metric_history(identifier, "m")} == {(1, 0.5), (2, 0.25)}
    assert [r.info.run_id for r in recorded.search_runs([experiment], "params.q = '4'")] == [identifier]
    recorded.delete_run(identifier)
    assert recorded.search_runs([experiment], "params.q = '4'") == []
    recorded.restore_run(identifier)
    assert recorded.get_run(identifier).info.lifecycle_stage == "active"


@covers(
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_table",
    "load_table",
    "log_text",
    "log_stream",
    "list_artifacts",
    "download_artifacts",
)
def test_artifacts(recorded: Recorded, experiment: str, tmp_path: pathlib.Path) -> None:
    run = recorded.create_run(experiment).info.run_id
    (tmp_path / "tree/deep").mkdir(parents=True)
    (tmp_path / "tree/deep/b.txt").write_text("b")
    (tmp_path / "one.bin").write_bytes(bytes(range(256)))
    recorded.log_artifact(run, str(tmp_path / "one.bin"), "files")
    recorded.log_artifacts(run, str(tmp_path / "tree"))
    recorded.log_dict(run, {"k": [1, 2]}, "d.json")
    recorded.log_text(run, "żółć", "t.txt")
    recorded.log_stream(run, io.BytesIO(b"streamed"), "s.bin")
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    recorded.log_figure(run, figure, "f.png")
    pyplot.close(figure)
    recorded.log_image(run, numpy.zeros((4, 4, 3), dtype=numpy.uint8), artifact_file="i.png")
    recorded.log_image(run, numpy.zeros((4, 4, 3), dtype=numpy.uint8), key="step", step=3, synchronous=True)
    recorded.log_table(run, {"a": [1, 2], "b": ["x", "y"]}, "table.json")
    recorded.log_table(run, pandas.DataFrame({"a": [3], "b": ["z"]}), "table.json")
    assert list(recorded.load_table(experiment, "table.json")["a"]) == [1, 2, 3]
    listed = {file.path: file.file_size for file in recorded.list_artifacts(run)}
    assert set(listed) >= {"deep", "files", "d.json", "t.txt", "s.bin", "f.png", "i.png", "images", "table.json"}
    assert listed["t.txt"] == len("żółć".encode())
    folder = pathlib.Path(recorded.download_artifacts(run, "", str(tmp_path)))
    assert (folder / "deep/b.txt").read_text() == "b"
    assert (folder / "files/one.bin").read_bytes() == bytes(range(256))
    assert (folder / "s.bin").read_bytes() == b"streamed"
    assert (folder / "f.png").read_bytes().startswith(b"\x89PNG")


@covers(
    "create_logged_model",
    "finalize_logged_model",
    "get_logged_model",
    "log_model_params",
    "set_logged_model_tags",
    "delete_logged_model_tag",
    "search_logged_models",
    "log_model_artifact",
    "log_model_artifacts",
    "list_logged_model_artifacts",
    "delete_logged_model",
)
def test_logged_models(recorded: Recorded, experiment: str, tmp_path: pathlib.Path) -> None:
    model = recorded.create_logged_model(experiment, "net", params={"a": "1"}, tags={"t": "x"}, model_type="kind")
    identifier = model.model_id
    recorded.log_model_params(identifier, {"b": "2"})
    recorded.set_logged_model_tags(identifier, {"u": "y"})
    recorded.delete_logged_model_tag(identifier, "t")
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/w.bin").write_bytes(b"w")
    (tmp_path / "MLmodel").write_text("flavors: {}")
    recorded.log_model_artifact(identifier, str(tmp_path / "MLmodel"))
    recorded.log_model_artifacts(identifier, str(tmp_path / "weights"), "weights")
    assert {f.path for f in recorded.list_logged_model_artifacts(identifier)} == {"MLmodel", "weights"}
    assert [f.path for f in recorded.list_logged_model_artifacts(identifier, "weights")] == ["weights/w.bin"]
    recorded.finalize_logged_model(identifier, LoggedModelStatus.READY)
    model = recorded.get_logged_model(identifier)
    assert (model.status, model.params) == (LoggedModelStatus.READY, {"a": "1", "b": "2"})
    assert (model.tags["u"], "t" in model.tags) == ("y", False)
    found = recorded.search_logged_models([experiment], "params.b = '2' AND name = 'net'")
    assert [m.model_id for m in found] == [identifier]
    recorded.delete_logged_model(identifier)
    assert list(recorded.search_logged_models([experiment])) == []


@covers(
    "create_registered_model",
    "get_registered_model",
    "update_registered_model",
    "rename_registered_model",
    "search_registered_models",
    "set_registered_model_tag",
    "delete_registered_model_tag",
    "set_registered_model_alias",
    "delete_registered_model_alias",
    "delete_registered_model",
    "create_model_version",
    "get_model_version",
    "get_model_version_by_alias",
    "get_model_version_download_uri",
    "get_model_version_stages",
    "get_latest_versions",
    "update_model_version",
    "transition_model_version_stage",
    "search_model_versions",
    "copy_model_version",
    "set_model_version_tag",
    "delete_model_version_tag",
    "delete_model_version",
)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_registry(recorded: Recorded, experiment: str, name: str) -> None:
    recorded.create_registered_model(name, {"t": "x"}, "first")
    recorded.update_registered_model(name, "second")
    recorded.set_registered_model_tag(name, "u", "y")
    recorded.delete_registered_model_tag(name, "t")
    model = recorded.get_registered_model(name)
    assert (model.description, model.tags) == ("second", {"u": "y"})
    run = recorded.create_run(experiment).info
    source = f"{run.artifact_uri}/model"
    version = recorded.create_model_version(name, source, run.run_id, tags={"a": "b"})
    assert (version.version, version.status) == ("1", "READY")
    recorded.update_model_version(name, "1", "described")
    recorded.set_model_version_tag(name, "1", "c", "d")
    recorded.delete_model_version_tag(name, "1", "a")
    recorded.set_registered_model_alias(name, "champion", "1")
    version = recorded.get_model_version(name, "1")
    assert (version.description, version.tags, version.aliases) == ("described", {"c": "d"}, ["champion"])
    assert recorded.get_model_version_by_alias(name, "champion").version == "1"
    assert recorded.get_model_version_download_uri(name, "1") == source
    assert "Production" in recorded.get_model_version_stages(name, "1")
    recorded.transition_model_version_stage(name, "1", "Production")
    assert [v.version for v in recorded.get_latest_versions(name, ["Production"])] == ["1"]
    assert [v.run_id for v in recorded.search_model_versions(f"name = '{name}'")] == [run.run_id]
    copied = recorded.copy_model_version(f"models:/{name}/1", name + "-copy")
    assert (copied.name, copied.version, copied.source) == (name + "-copy", "1", f"models:/{name}/1")
    assert recorded.get_model_version_download_uri(name + "-copy", "1") == source
    recorded.delete_registered_model_alias(name, "champion")
    with pytest.raises(MlflowException, match="alias champion not found"):
        recorded.get_model_version_by_alias(name, "champion")
    recorded.delete_model_version(name, "1")
    recorded.rename_registered_model(name, name + "-new")
    assert [m.name for m in recorded.search_registered_models(f"name = '{name}-new'")] == [name + "-new"]
    recorded.delete_registered_model(name + "-new")
    with pytest.raises(MlflowException, match="not found"):
        recorded.get_registered_model(name + "-new")


@covers(
    "create_prompt",
    "create_prompt_version",
    "register_prompt",
    "load_prompt",
    "get_prompt",
    "get_prompt_version",
    "get_prompt_version_by_alias",
    "search_prompts",
    "search_prompt_versions",
    "set_prompt_tag",
    "delete_prompt_tag",
    "set_prompt_version_tag",
    "delete_prompt_version_tag",
    "set_prompt_alias",
    "delete_prompt_alias",
    "parse_prompt_uri",
    "delete_prompt_version",
    "delete_prompt",
)
def test_prompts(recorded: Recorded, name: str) -> None:
    recorded.create_prompt(name, "greets", {"t": "x"})
    recorded.create_prompt_version(name, "Hi {{who}}", "first")
    prompt = recorded.register_prompt(name, "Hello {{who}}", commit_message="politer", tags={"a": "b"})
    assert prompt.version == 2
    recorded.set_prompt_tag(name, "u", "y")
    recorded.delete_prompt_tag(name, "t")
    recorded.set_prompt_version_tag(name, 2, "c", "d")
    recorded.delete_prompt_version_tag(name, 2, "a")
    recorded.set_prompt_alias(name, "live", 2)
    tags = recorded.get_prompt(name).tags
    assert (tags["u"], "t" in tags) == ("y", False)
    assert recorded.get_prompt_version(name, 1).template == "Hi {{who}}"
    version = recorded.get_prompt_version_by_alias(name, "live")
    assert (version.template, version.tags["c"], "a" in version.tags) == ("Hello {{who}}", "d", False)
    assert recorded.load_prompt(f"prompts:/{name}@live").format(who="you") == "Hello you"
    assert recorded.parse_prompt_uri(f"prompts:/{name}/2") == (name, "2")
    assert [p.name for p in recorded.search_prompts(f"name = '{name}'")] == [name]
    assert recorded._client.search_registered_models(f"name = '{name}'") == []
    assert {v.version for v in recorded.search_prompt_versions(name)} == {1, 2}
    recorded.delete_prompt_alias(name, "live")
    recorded.delete_prompt_version(name, "1")
    recorded.delete_prompt(name)
    assert recorded.get_prompt(name) is None


@covers(
    "link_prompt_version_to_run",
    "link_prompt_version_to_model",
    "link_prompt_versions_to_trace",
    "list_logged_prompts",
    "detach_prompt_from_run",
)
def test_prompts_are_linked(recorded: Recorded, experiment: str, name: str) -> None:
    prompt = recorded._client.register_prompt(name, "Hi {{who}}")
    run = recorded._client.create_run(experiment).info.run_id
    recorded.link_prompt_version_to_run(run, prompt)
    assert name in recorded._client.get_run(run).data.tags["mlflow.linkedPrompts"]
    # These two read a tag that only older clients write.
    recorded._client.set_prompt_version_tag(name, 1, "mlflow.prompt.associatedRunIds", run)
    assert [(p.name, p.version) for p in recorded.list_logged_prompts(run)] == [(name, 1)]
    recorded.detach_prompt_from_run(run, prompt.uri)
    assert recorded.list_logged_prompts(run) == []
    model = recorded._client.create_logged_model(experiment, "m").model_id
    recorded.link_prompt_version_to_model(name, "1", model)
    assert name in recorded._client.get_logged_model(model).tags["mlflow.linkedPrompts"]
    span = recorded._client.start_trace("t", experiment_id=experiment)
    recorded._client.end_trace(span.trace_id)
    mlflow.flush_trace_async_logging()
    recorded.link_prompt_versions_to_trace([prompt], span.trace_id)
    found = recorded._client.search_traces(locations=[experiment], filter_string=f"prompt = '{name}/1'")
    assert [t.info.trace_id for t in found] == [span.trace_id]


@covers(
    "start_trace",
    "start_span",
    "end_span",
    "end_trace",
    "get_trace",
    "search_traces",
    "set_trace_tag",
    "delete_trace_tag",
    "link_traces_to_run",
    "unlink_traces_from_run",
    "delete_traces",
)
def test_traces(recorded: Recorded, experiment: str) -> None:
    root = recorded.start_trace("outer", inputs={"q": 1}, tags={"t": "x"}, experiment_id=experiment)
    span = recorded.start_span("inner", root.trace_id, root.span_id, inputs={"x": 2})
    recorded.end_span(root.trace_id, span.span_id, outputs={"y": 3})
    recorded.end_trace(root.trace_id, outputs={"a": 4})
    mlflow.flush_trace_async_logging()
    trace = recorded.get_trace(root.trace_id)
    assert [s.name for s in trace.data.spans] == ["outer", "inner"]
    assert trace.data.spans[1].outputs == {"y": 3}
    assert trace.info.tags["t"] == "x"
    recorded.set_trace_tag(root.trace_id, "k", "v")
    recorded.delete_trace_tag(root.trace_id, "t")
    found = recorded.search_traces(locations=[experiment], filter_string="tags.k = 'v' AND tags.t IS NULL")
    assert [t.info.trace_id for t in found] == [root.trace_id]
    run = recorded._client.create_run(experiment).info.run_id
    recorded.link_traces_to_run([root.trace_id], run)
    assert len(recorded.search_traces(locations=[experiment], run_id=run)) == 1
    with pytest.raises(NotImplementedError):  # the client has no call for it
        recorded.unlink_traces_from_run([root.trace_id], run)
    assert recorded.delete_traces(experiment, trace_ids=[root.trace_id]) == 1


@covers(
    "create_dataset",
    "get_dataset",
    "search_datasets",
    "set_dataset_tags",
    "delete_dataset_tag",
    "add_dataset_to_experiments",
    "remove_dataset_from_experiments",
    "delete_dataset",
)
def test_evaluation_datasets(recorded: Recorded, experiment: str, name: str) -> None:
    dataset = recorded.create_dataset(name, experiment, {"t": "x"})
    dataset.merge_records([{"inputs": {"q": "a"}, "expectations": {"e": 1}}, {"inputs": {"q": "b"}}])
    dataset.merge_records([{"inputs": {"q": "a"}, "expectations": {"f": 2}, "tags": {"k": "v"}}])
    dataset = recorded.get_dataset(dataset.dataset_id)
    rows = {row["inputs"]["q"]: row for row in dataset.to_df().to_dict("records")}
    assert rows["a"]["expectations"] == {"e": 1, "f": 2}
    assert rows["a"]["tags"]["k"] == "v"
    assert set(rows) == {"a", "b"}
    recorded.set_dataset_tags(dataset.dataset_id, {"u": "y"})
    recorded.delete_dataset_tag(dataset.dataset_id, "t")
    other = recorded._client.create_experiment(name + "-other")
    recorded.add_dataset_to_experiments(dataset.dataset_id, [other])
    found = recorded.search_datasets([other], f"name = '{name}' AND tags.u = 'y'")
    assert [(d.dataset_id, d.tags["u"], "t" in d.tags) for d in found] == [(dataset.dataset_id, "y", False)]
    assert set(recorded.get_dataset(dataset.dataset_id).experiment_ids) == {experiment, other}
    recorded.remove_dataset_from_experiments(dataset.dataset_id, [other])
    assert list(recorded.search_datasets([other])) == []
    recorded.delete_dataset(dataset.dataset_id)
    with pytest.raises(MlflowException, match="not found"):
        recorded.get_dataset(dataset.dataset_id)


@covers("create_webhook", "get_webhook", "list_webhooks", "update_webhook", "test_webhook", "delete_webhook")
def test_webhooks(recorded: Recorded, name: str) -> None:
    url = "https://receiver.invalid/hook"
    webhook = recorded.create_webhook(name, url, ["model_version.created", "prompt_tag.set"], "tells", "secret")
    identifier = webhook.webhook_id
    assert {str(event) for event in webhook.events} == {"model_version.created", "prompt_tag.set"}
    recorded.update_webhook(identifier, description="told", status=WebhookStatus.DISABLED)
    webhook = recorded.get_webhook(identifier)
    assert (webhook.description, webhook.status, webhook.url) == ("told", WebhookStatus.DISABLED, url)
    assert identifier in {w.webhook_id for w in recorded.list_webhooks()}
    result = recorded.test_webhook(identifier, "model_version.created")
    assert (result.success, result.response_status) == (False, None)
    assert "receiver.invalid" in result.error_message
    recorded.delete_webhook(identifier)
    with pytest.raises(MlflowException, match="not found"):
        recorded.get_webhook(identifier)


def test_what_is_not_served_is_known_as_such(client: MlflowClient) -> None:
    with pytest.raises(MlflowException) as missing:
        client.search_mcp_servers()
    assert missing.value.error_code in {"ENDPOINT_NOT_FOUND", "NOT_FOUND"}
    with pytest.raises(MlflowException, match=r"[Ww]orkspace"):
        client.list_workspaces()
