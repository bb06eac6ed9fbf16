"""Monitors declared by API and by command, on a real server, with their numbers computed anew by SciPy."""

from __future__ import annotations

import hashlib
import hmac
import json
import pathlib
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from confluent_kafka import Consumer, Producer
from scipy.stats import chi2_contingency, ks_2samp
from sklearn import metrics

from martlet_server import Server, binary
from monitoring.receivers import MailRelay, Webhook, wait_for

MakeServer = Callable[..., Server]
ROWS = 400
REFERENCE = "machine@v1"


def rows(count: int, seed: int, shift: float = 0.0, mix: tuple[float, float, float] = (0.5, 0.3, 0.2)) -> list[dict]:
    """Rows of a machine: two numbers, of which `shift` moves the first, and a category."""
    random = np.random.default_rng(seed)
    return [
        {
            "load": float(random.normal() + shift),
            "heat": float(random.gamma(2.0)),
            "mode": str(random.choice(list("abc"), p=mix)),
        }
        for _ in range(count)
    ]


def send(server: Server, topic: str, records: list[Any], first_time: int = 0) -> None:
    producer = Producer({"bootstrap.servers": server.bootstrap, "enable.idempotence": True})
    for index, record in enumerate(records):
        value = record if isinstance(record, bytes) else json.dumps(record).encode()
        producer.produce(topic, value, timestamp=first_time + index * 1000 + 1_000_000)
    assert producer.flush(30) == 0


def martlet(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(binary()), *arguments, "--server", server.url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def reference(tmp_path: pathlib.Path) -> list[dict]:
    data = rows(3000, seed=1)
    lines = ["load,heat,mode"] + [f"{row['load']!r},{row['heat']!r},{row['mode']}" for row in data]
    (tmp_path / "machine.csv").write_text("\n".join(lines) + "\n")
    return data


def start(make_server: MakeServer, tmp_path: pathlib.Path, *arguments: str) -> Server:
    server = make_server("data", "--allow-private-webhooks", *arguments)
    server.post("/api/v1/datasets/machine/import", {"path": str(tmp_path / "machine.csv")})
    server.post("/api/v1/topics", {"name": "machine", "partitions": 1})
    return server


def declaration(**more: Any) -> dict[str, Any]:
    return {
        "name": "machine-input",
        "input": "machine",
        "reference": REFERENCE,
        "window": {"size": ROWS},
        "columns": ["load", {"name": "heat", "minimum": 0}, {"name": "mode", "type": "categorical"}],
        "drift": {"persistence": {"windows": 1, "of": 1}},
        "quality": {},
        **more,
    }


def windows(server: Server, name: str = "machine-input") -> list[dict[str, Any]]:
    return server.get(f"/api/v1/monitors/{name}/windows")["items"]


def test_a_shift_is_found_told_and_looked_after(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]
) -> None:
    with Webhook(failures=1) as hook, MailRelay() as relay:
        server = start(make_server, tmp_path, "--smtp", relay.url, "--mail-from", "martlet@example.org")
        server.post("/api/v1/topics", {"name": "pages", "partitions": 1})
        routes = [
            {"name": "hook", "webhook": hook.url, "secret": "sesame"},
            {"name": "chat", "slack": hook.url},
            {"name": "mail", "email": ["ann@example.org", "bob@example.org"]},
            {"name": "gone", "email": ["nobody@example.org"]},
            {"name": "log", "topic": "pages"},
            {"name": "loud", "webhook": hook.url, "severity": "page"},
        ]
        made = server.post("/api/v1/monitors", declaration(notify=routes))
        assert made["reference"] == REFERENCE
        assert made["declaration"]["notify"][0]["secret"] == "***"
        same, moved = rows(ROWS, seed=2), rows(ROWS, seed=3, shift=1.0, mix=(0.1, 0.1, 0.8))
        send(server, "machine", same + moved)
        found = wait_for("both windows", lambda: windows(server), lambda all: len(all) == 2)
        assert [window["drifted_columns"] for window in found] == [[], ["load", "mode"]]

        window = server.get("/api/v1/monitors/machine-input/windows/1")
        columns = {column["column"]: column for column in window["columns"]}
        for name in ("load", "heat"):
            expected = ks_2samp([row[name] for row in reference], [row[name] for row in moved])
            assert columns[name]["drift"]["ks"] == pytest.approx(expected.statistic, rel=1e-9)
            assert columns[name]["drift"]["ks_p"] == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
            assert columns[name]["summary"]["mean"] == pytest.approx(np.mean([row[name] for row in moved]), rel=1e-9)
        counts = [[sum(row["mode"] == mode for row in side) for mode in "abc"] for side in (reference, moved)]
        assert columns["mode"]["drift"]["statistic"] == pytest.approx(chi2_contingency(counts)[0], rel=1e-9)
        assert sum(columns["load"]["histogram"]["current"]) == ROWS

        [alert] = server.get("/api/v1/alerts?monitor=machine-input")["items"]
        assert (alert["kind"], alert["status"], alert["window"]) == ("drift", "open", 1)
        assert alert["message"] == "2 of 3 columns differ from machine@v1: load, mode"
        sent = wait_for(
            "every route is done",
            lambda: server.get(f"/api/v1/alerts/{alert['id']}")["deliveries"],
            lambda sent: sent and all(delivery["state"] != "pending" for delivery in sent),
        )
        states = {delivery["route"]: delivery["state"] for delivery in sent}
        assert states == {"hook": "sent", "chat": "sent", "mail": "sent", "gone": "failed", "log": "sent"}
        assert hook.refused == 1
        [(headers, body)] = [request for request in hook.requests if "x-martlet-signature" in request[0]]
        assert headers["x-martlet-signature"] == "sha256=" + hmac.new(b"sesame", body, hashlib.sha256).hexdigest()
        message = json.loads(body)
        assert message["event"] == "opened"
        assert message["link"].endswith("/monitoring?monitor=machine-input&window=1")
        assert any(message.get("text", "").startswith("[warn] Opened: machine-input") for message in hook.messages)
        [(receivers, mail)] = relay.mails
        assert receivers == ["ann@example.org", "bob@example.org"]
        assert mail["Subject"] == f"[warn] Opened: machine-input: {alert['message']}"
        assert message["link"] in mail.get_content()
        consumer = Consumer(
            {"bootstrap.servers": server.bootstrap, "group.id": "pager", "auto.offset.reset": "earliest"}
        )
        consumer.subscribe(["pages"])
        record = wait_for("the record", lambda: consumer.poll(1.0))
        consumer.close()
        assert record.key() == b"machine-input.drift"
        assert json.loads(record.value())["alert"]["id"] == alert["id"]

        taken = martlet(server, "monitor", "acknowledge", alert["id"], "--actor", "ann", "--note", "new machine")
        assert taken.returncode == 0, taken.stderr
        assert server.get(f"/api/v1/alerts/{alert['id']}")["acknowledged"]["actor"] == "ann"
        assert server.get("/api/v1/alerts?status=open")["items"] == []
        silenced = martlet(server, "monitor", "silence", "machine-input", "--minutes", "5", "--reason", "tests")
        assert silenced.returncode == 0, silenced.stderr
        send(server, "machine", rows(ROWS, seed=4), first_time=10_000_000)
        wait_for("it resolves", lambda: server.get(f"/api/v1/alerts/{alert['id']}")["status"] == "resolved")
        held = wait_for(
            "the end is put off",
            lambda: server.get(f"/api/v1/alerts/{alert['id']}")["deliveries"],
            lambda all: sum(delivery["state"] == "suppressed" for delivery in all) == 5,
        )
        assert {delivery["event"] for delivery in held if delivery["state"] == "suppressed"} == {"resolved"}


def test_reports_of_a_window(make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]) -> None:
    server = start(make_server, tmp_path)
    server.post("/api/v1/monitors", declaration())
    send(server, "machine", rows(ROWS, seed=2, shift=2.0))
    wait_for("a window", lambda: windows(server))
    report = server.get("/api/v1/monitors/machine-input/windows/0/report")
    assert report["current"] == {"name": "machine-input, window 0", "rows": ROWS}
    assert report["columns"][0]["column"] == "load" and report["columns"][0]["drifted"]
    summary = server.get("/api/v1/monitors/machine-input/windows/latest/report?kind=summary")
    assert summary["kind"] == "summary"
    page = tmp_path / "report.html"
    made = martlet(server, "monitor", "report", "machine-input", "0", "--html", str(page))
    assert made.returncode == 0, made.stderr
    assert page.stat().st_size < 200_000
    assert "load" in page.read_text() and "http" not in page.read_text().partition("<style>")[0]
    assert martlet(server, "monitor", "report", "machine-input", "9").returncode == 3


def predictions(version: int, says: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Predictions of the rows of topic `machine`, in order."""
    return [
        {
            "prediction_id": f"machine-0-{index}",
            "model": "wear",
            "version": version,
            "source": {"topic": "machine", "partition": 0, "offset": index},
            **said,
        }
        for index, said in enumerate(says)
    ]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_performance_of_a_window_is_that_of_scikit_learn(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict], task: str
) -> None:
    random = np.random.default_rng(3)
    score = random.random(ROWS)
    if task == "binary":
        truth: list[Any] = [int(value) for value in random.random(ROWS) < score]
        says = [{"probability": float(value), "prediction": int(value >= 0.5)} for value in score]
        expected = {"RocAuc": metrics.roc_auc_score(truth, score), "F1Score": metrics.f1_score(truth, score >= 0.5)}
    elif task == "multiclass":
        said = random.choice(list("abc"), ROWS)
        truth = [str(value) for value in np.where(random.random(ROWS) < 0.7, said, random.choice(list("abc"), ROWS))]
        says = [{"prediction": str(value)} for value in said]
        expected = {"F1Score": metrics.f1_score(truth, said, average="macro")}
    else:
        truth = [float(value) for value in 10 * score + random.normal(size=ROWS)]
        says = [{"value": float(10 * value)} for value in score]
        expected = {"MAE": metrics.mean_absolute_error(truth, 10 * score)}
    server = start(make_server, tmp_path)
    for topic in ("wear.predictions", "wear.labels"):
        server.post("/api/v1/topics", {"name": topic, "partitions": 1})
    server.post(
        "/api/v1/monitors",
        declaration(model="wear", task=task, predictions={"champion": "wear.predictions"}, labels="wear.labels"),
    )
    labels = [{"prediction_id": f"machine-0-{index}", "label": value} for index, value in enumerate(truth)]
    send(server, "machine", rows(ROWS, seed=2))
    send(server, "wear.predictions", predictions(1, says))
    send(server, "wear.labels", labels)
    wait_for("the labels", lambda: windows(server), lambda all: bool(all) and all[0]["labelled"] == ROWS)
    report = server.get("/api/v1/monitors/machine-input/windows/0/report?kind=performance")
    found = {metric["name"]: metric["current"] for metric in report["comparison"]}
    assert report["rows"] == ROWS and report["unlabelled"] == 0
    for name, value in expected.items():
        assert abs(found[name] - value) < 1e-9, (name, found[name], value)
    page = tmp_path / "performance.html"
    made = martlet(server, "monitor", "report", "machine-input", "0", "--kind", "performance", "--html", str(page))
    assert made.returncode == 0, made.stderr
    assert next(iter(expected)) in page.read_text()


def test_bad_values_are_counted_and_told(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]
) -> None:
    server = start(make_server, tmp_path)
    server.post("/api/v1/monitors", declaration())
    records: list[Any] = rows(ROWS - 1, seed=2)
    for index in range(0, 120):
        del records[index]["load"]
    records[200]["load"], records[201]["load"], records[202]["load"] = "NaN", "Infinity", [1]
    records[203]["heat"] = -5
    for index in range(210, 250):
        records[index]["mode"] = "new"
    records[300] = records[301]
    send(server, "machine", [*records, b"not json", {"load": 1, "heat": 1, "mode": "a"}])
    [window] = wait_for("the window", lambda: windows(server))
    details = server.get(f"/api/v1/monitors/machine-input/windows/{window['index']}")
    load, heat, mode = details["columns"]
    assert (load["missing"], load["non_finite"], load["mistyped"]) == (120, 2, 1)
    assert heat["out_of_range"] == 1
    assert (mode["unseen"], mode["unseen_categories"]) == (40, ["new"])
    assert details["duplicates"] >= 1
    alerts = server.get("/api/v1/alerts")["items"]
    kinds = {alert["fingerprint"] for alert in alerts if alert["kind"] == "quality"}
    assert kinds == {f"machine-input.quality.{check}" for check in ("missing", "types", "range", "categories")}
    assert server.get("/api/v1/monitors/machine-input")["counters"]["undecodable"] == 1


def test_what_does_not_exist_is_refused_with_what_does(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]
) -> None:
    server = start(make_server, tmp_path)
    file = tmp_path / "monitor.json"
    file.write_text(json.dumps(declaration(columns=["load", "speed"])))
    refused = martlet(server, "monitor", "create", str(file))
    assert refused.returncode == 5
    assert "there is no column 'speed' in machine@v1; it has heat, load, mode" in refused.stderr
    send(server, "machine", rows(5, seed=1))
    plain = declaration(columns=["speed"])
    del plain["reference"]
    file.write_text(json.dumps(plain))
    assert (
        "in the newest records of topic machine; it has heat, load, mode"
        in martlet(server, "monitor", "create", str(file)).stderr
    )
    for change, problem in [
        ({"window": {}}, "window: needs one of size (rows), seconds (event time) and labels"),
        ({"window": {"size": 0}}, "window.size: must be from 1"),
        ({"colums": []}, "colums: is not a field of a monitor"),
        ({"reference": "machine"}, "reference must be a dataset version"),
        ({"columns": [{"name": "mode"}]}, "holds VARCHAR, not numbers"),
        ({"labels": "machine-labels"}, "predictions is empty"),
        ({"notify": [{"email": ["x"]}]}, "'x' is no mail address"),
        ({"notify": [{"webhook": "ftp://x"}]}, "needs an address that begins with https:// or http://"),
    ]:
        file.write_text(json.dumps(declaration(**change)))
        answer = martlet(server, "monitor", "create", str(file))
        assert problem in answer.stderr, (change, answer.stderr)
        assert answer.returncode == 5
    assert martlet(server, "monitor", "show", "none").returncode == 3
    assert server.get("/api/v1/monitors")["items"] == []


def test_killed_in_the_middle_it_finds_the_same(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]
) -> None:
    server = start(make_server, tmp_path)
    for name in ("a", "b"):
        server.post("/api/v1/topics", {"name": f"{name}.scored", "partitions": 1})
        server.post("/api/v1/topics", {"name": f"{name}.labels", "partitions": 1})
    random = np.random.default_rng(5)
    truth = random.random(5 * ROWS) < 0.4
    inputs = rows(5 * ROWS, seed=6)
    scored = [
        {
            "prediction_id": f"p{row}",
            "probability": float(np.clip(0.3 + 0.4 * truth[row] + 0.2 * random.normal(), 0, 1)),
            "version": 1,
            "source": {"topic": "machine", "partition": 0, "offset": row},
        }
        for row in range(5 * ROWS)
    ]
    labels = [
        {"prediction_id": f"p{row}", "label": int(truth[row]), "event_time": 1_000_000 + row * 1000}
        for row in range(5 * ROWS)
        if row < 2 * ROWS or row % 2 == 0
    ]

    def declare(name: str) -> None:
        more = {
            "model": "m",
            "predictions": {"champion": f"{name}.scored"},
            "labels": f"{name}.labels",
            "estimated": {},
        }
        server.post("/api/v1/monitors", declaration(name=name, evaluation={"rows": 300, "minimumRows": 100}, **more))

    def findings(name: str) -> list[dict[str, Any]]:
        all = [server.get(f"/api/v1/monitors/{name}/windows/{index}") for index in range(5)]
        return [{key: value for key, value in window.items() if key not in ("monitor", "closed_at")} for window in all]

    def filled(name: str) -> Callable[[list[dict[str, Any]]], bool]:
        return lambda all: [window["labelled"] for window in all] == [ROWS, ROWS, ROWS // 2, ROWS // 2, ROWS // 2]

    declare("a")
    declare("b")
    send(server, "machine", inputs)
    send(server, "a.scored", scored)
    send(server, "a.labels", labels)
    whole = wait_for("all windows", lambda: windows(server, "a"), filled("a"))
    for part in range(4):
        send(server, "b.scored", scored[part * 500 : (part + 1) * 500])
        send(server, "b.labels", labels[part * 350 : (part + 1) * 350])
        server.kill()
        server.start()
    send(server, "b.labels", labels[1400:])
    killed = wait_for("all windows again", lambda: windows(server, "b"), filled("b"))
    assert [window["state"] for window in killed] == [window["state"] for window in whole]
    assert [window["coverage"] for window in killed] == [1.0, 1.0, 0.5, 0.5, 0.5]
    assert [window["auc"] for window in killed] == [window["auc"] for window in whole]
    first, second = findings("a"), findings("b")
    for one, other in zip(first[:2], second[:2], strict=True):
        assert one == other
    estimate = server.get("/api/v1/monitors/b/windows/1")["estimated"]["metrics"]["auc"]
    assert estimate["lower"] <= estimate["value"] <= estimate["upper"]
    assert estimate["value"] == pytest.approx(killed[1]["auc"]["champion"], abs=0.05)


def test_a_level_shift_is_found_row_by_row_and_nothing_on_a_stable_stream(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]
) -> None:
    server = start(make_server, tmp_path)
    for topic in ("wear.predictions", "wear.labels"):
        server.post("/api/v1/topics", {"name": topic, "partitions": 1})
    refused = tmp_path / "refused.json"
    refused.write_text(json.dumps(declaration(detectors=[{"column": "load", "method": "ddm"}])))
    said = martlet(server, "monitor", "create", str(refused))
    assert said.returncode != 0 and "use adwin, page_hinkley, kswin" in said.stderr, said.stderr
    refused.write_text(json.dumps(declaration(detectors=[{"column": "load", "detla": 0.1}])))
    assert "no parameter of adwin: it has delta, clock" in martlet(server, "monitor", "create", str(refused)).stderr
    file = tmp_path / "monitor.json"
    detectors = [{"column": "load", "delta": 0.001, "severity": "page"}, {"column": "heat"}, {"of": "errors"}]
    more = {"model": "wear", "predictions": {"champion": "wear.predictions"}, "labels": "wear.labels"}
    file.write_text(json.dumps(declaration(window={"size": 2000}, detectors=detectors, drift=None, **more)))
    made = martlet(server, "monitor", "create", str(file))
    assert made.returncode == 0, made.stderr
    stable = rows(3000, seed=11)
    shifted = rows(1000, seed=12, shift=1.5)
    for row in range(0, 3000, 50):
        stable[row]["load"] = None
    random = np.random.default_rng(13)
    right = random.random(4000) < np.where(np.arange(4000) < 3400, 0.9, 0.5)
    truth = random.random(4000) < 0.5
    says = [{"probability": float(value), "prediction": int(value)} for value in np.where(right, truth, ~truth)]
    labels = [{"prediction_id": f"machine-0-{index}", "label": int(value)} for index, value in enumerate(truth)]

    def changes() -> list[dict[str, Any]]:
        return server.get("/api/v1/monitors/machine-input/changes")["items"]

    def settled(count: int) -> Callable[[dict[str, Any]], bool]:
        return lambda monitor: monitor["counters"]["joined"] == count

    for part in (slice(0, 3000), slice(3000, 4000)):
        send(server, "machine", (stable + shifted)[part], first_time=part.start * 1000)
        send(server, "wear.predictions", predictions(1, says)[part])
        send(server, "wear.labels", labels[part])
        wait_for("labels", lambda: server.get("/api/v1/monitors/machine-input"), settled(part.stop))
        if part.start == 0:
            assert changes() == []
            server.kill()
            server.start()
    found = wait_for("both changes", changes, lambda all: len(all) == 2)
    load, errors = found
    assert (load["column"], load["of"], load["method"], load["window"]) == ("load", None, "adwin", 1)
    assert 3000 <= load["row"] < 3100
    assert load["mean_before"] == pytest.approx(0, abs=0.1) and load["mean_after"] > 0.7
    assert (errors["column"], errors["of"], errors["method"], errors["version"]) == (None, "errors", "hddm_a", 1)
    assert 3400 <= errors["row"] < 3500
    assert errors["mean_before"] == pytest.approx(0.1, abs=0.03)
    assert errors["mean_after"] > 2 * errors["mean_before"]
    assert server.get(f"/api/v1/monitors/machine-input/changes?from={load['row'] + 1}")["items"] == [errors]
    assert server.get("/api/v1/monitors/machine-input/changes?limit=1")["items"] == [errors]
    alerts = {alert["fingerprint"]: alert for alert in server.get("/api/v1/alerts")["items"]}
    opened = alerts["machine-input.change.column.load.adwin"]
    assert (opened["kind"], opened["severity"], opened["row"]) == ("change", "page", load["row"])
    assert opened["message"].startswith(f"load changed at row {load['row']} (adwin): mean ")
    assert alerts["machine-input.change.errors.hddm_a"]["severity"] == "warn"
    shown = martlet(server, "monitor", "show", "machine-input")
    assert "newest changes" in shown.stdout.lower() and "hddm_a" in shown.stdout, shown.stdout
    listed = martlet(server, "monitor", "changes", "machine-input")
    assert "adwin" in listed.stdout and str(load["row"]) in listed.stdout


def test_a_monitor_is_replaced_and_deleted(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]
) -> None:
    server = start(make_server, tmp_path)
    file = tmp_path / "monitor.json"
    file.write_text(json.dumps(declaration()))
    assert martlet(server, "monitor", "create", str(file)).returncode == 0
    again = martlet(server, "monitor", "create", str(file))
    assert again.returncode == 5 and "declare it anew with PUT" in again.stderr
    assert martlet(server, "monitor", "create", str(file), "--replace").returncode == 0
    send(server, "machine", rows(ROWS, seed=2))
    wait_for("a window", lambda: windows(server))
    listed = martlet(server, "monitor", "windows", "machine-input")
    assert "complete" in listed.stdout
    assert "load" in martlet(server, "monitor", "window", "machine-input").stdout
    assert martlet(server, "monitor", "delete", "machine-input").returncode == 0
    assert server.get("/api/v1/monitors")["items"] == []
    server.stop()
    server.start()
    assert server.get("/api/v1/monitors")["items"] == []


def test_a_dataset_is_watched_version_by_version(
    make_server: MakeServer, tmp_path: pathlib.Path, reference: list[dict]
) -> None:
    server = start(make_server, tmp_path)
    made = server.post(
        "/api/v1/monitors",
        {
            "name": "machine-data",
            "dataset": "machine",
            "columns": ["load", "heat"],
            "drift": {"persistence": {"windows": 1, "of": 1}},
        },
    )
    assert made["dataset"] == "machine"
    for shift in (0.0, 1.0):
        lines = ["load,heat,mode"] + [f"{row['load']!r},{row['heat']!r},{row['mode']}" for row in rows(500, 9, shift)]
        file = tmp_path / f"next-{shift}.csv"
        file.write_text("\n".join(lines) + "\n")
        server.post("/api/v1/datasets/machine/import", {"path": str(file)})
    found = wait_for("both versions", lambda: windows(server, "machine-data"), lambda all: len(all) == 2)
    assert [(window["index"], window["drifted_columns"]) for window in found] == [(2, []), (3, ["load"])]
    report = server.get("/api/v1/monitors/machine-data/windows/3/report")
    assert report["columns"][0]["column"] == "load"
    refused = martlet(server, "monitor", "create", str(tmp_path / "none.json"))
    assert refused.returncode == 3
