"""Rows a second and latency from topic to topic: Martlet's native scorer beside consumers in Python, in one run.

The same broker, rows and model for all. The peers are what one would write: confluent-kafka, and the registered model
with scikit-learn, row by row and in batches; with ONNX Runtime in batches too, so that the ratio says what the language
around the model costs. Results and ratios go to bench/results.json.

    .venv/bin/python bench/scoring.py [--rows 300000] [--seconds 8]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import numpy
import pandas
import yaml
from confluent_kafka import Consumer, Producer, TopicPartition

from bench_server import ROOT, Server, wait_for, write_results

# In the peers' favour: scikit-learn's threads wait for each other as soon as a core is busy, and cost it most of its speed.
os.environ.setdefault("OMP_NUM_THREADS", "1")

WEATHER = ROOT / "examples/weather"
LATENCY_RATE = 50
"""Rows a second when latency is measured: far from the limit of every contestant."""

Score = Callable[[list[dict[str, Any]]], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300_000, help="rows that wait for the native scorer")
    parser.add_argument("--seconds", type=float, default=8, help="how long each consumer in Python is measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started(pathlib.Path(folder)) as server:
        results = measure(server, pathlib.Path(folder), arguments)
    write_results("scoring", results)
    tell(results)


@contextlib.contextmanager
def started(folder: pathlib.Path) -> Iterator[Server]:
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


def measure(server: Server, folder: pathlib.Path, arguments: argparse.Namespace) -> dict[str, Any]:
    rows = messages()
    print(f"producing {arguments.rows} rows", flush=True)
    produce(server.bootstrap, "weather", rows, arguments.rows)
    apply_project(server, folder)
    throughput = {"martlet": native_throughput(server, arguments.rows)}
    latency = {"martlet": latency_of(server, rows, "weather", "rain.predictions")}
    for name, (score, batch) in peers(server).items():
        throughput[name] = python_throughput(server, score, batch, arguments.seconds)
        print(f"{name}: {throughput[name]:,.0f} rows/s", flush=True)
    for name, (score, batch) in peers(server).items():
        with consumer_process(server, score, batch):
            latency[name] = latency_of(server, rows, "bench.rows", "bench.scores")
    return {
        "what": "topic to topic: JSON row in, prediction out, same broker, same model, same run",
        "versions": {name: version(name) for name in ("confluent-kafka", "scikit-learn", "onnxruntime")},
        "rows": arguments.rows,
        "rows_per_second": {name: round(value, 1) for name, value in throughput.items()},
        "latency_ms": latency,
        "latency_rows_per_second": LATENCY_RATE,
        "ratios": {
            f"martlet / {name}": round(throughput["martlet"] / value, 2)
            for name, value in throughput.items()
            if name != "martlet"
        },
    }


def messages() -> list[bytes]:
    rows = pandas.read_csv(WEATHER / "data/noaa-rain.csv.gz").drop(columns="rain")
    return [json.dumps(row).encode() for row in rows.to_dict("records")]


def produce(bootstrap: str, topic: str, rows: list[bytes], count: int) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "queue.buffering.max.messages": 1_000_000})
    for index in range(count):
        producer.produce(topic, rows[index % len(rows)], partition=0)
        if index % 10_000 == 0:
            producer.poll(0)
    left = producer.flush(120)
    assert left == 0, f"{left} rows were not taken"


def apply_project(server: Server, folder: pathlib.Path) -> None:
    """The weather project without its replay: a model between two topics."""
    project = folder / "project"
    shutil.copytree(WEATHER, project)
    content = yaml.safe_load((WEATHER / "martlet.yaml").read_text())
    content["topics"] += [{"name": name, "configuration": {"partitions": 1}} for name in ("bench.rows", "bench.scores")]
    content["deployments"] = [d for d in content["deployments"] if d["name"] == "rain-champion"]
    for section in ("monitors", "retraining", "checks"):
        content[section] = []
    (project / "martlet.yaml").write_text(yaml.safe_dump(content))
    call(server, "/api/v1/projects", {"path": str(project)})


def call(server: Server, path: str, body: dict[str, Any] | None = None) -> Any:
    import requests

    answer = requests.post(server.url + path, json=body) if body else requests.get(server.url + path)
    answer.raise_for_status()
    return answer.json()


def native_throughput(server: Server, rows: int) -> float:
    """From the moment when the first prediction is seen to the last: the backlog is there before the model is."""
    consumer = Consumer({"bootstrap.servers": server.bootstrap, "group.id": "watch"})
    place = TopicPartition("rain.predictions", 0)

    def end() -> int:
        with contextlib.suppress(Exception):
            return consumer.get_watermark_offsets(place, timeout=5)[1]
        return 0

    wait_for("the first prediction", lambda: end() > 0, 120)
    begun, before = time.perf_counter(), end()
    scored = lambda: call(server, "/api/v1/deployments")["items"][0]["rows"]  # noqa: E731
    wait_for("the last prediction", lambda: end() >= rows and scored() >= rows, 300)
    rate = (rows - before) / (time.perf_counter() - begun)
    consumer.close()
    print(f"martlet: {rate:,.0f} rows/s", flush=True)
    return rate


def peers(server: Server) -> dict[str, tuple[str, int]]:
    """How the consumers in Python score, and how many rows at a time."""
    return {
        "scikit-learn, row by row": ("sklearn", 1),
        "scikit-learn, batches of 500": ("sklearn", 500),
        "onnxruntime in Python, batches of 500": ("onnx", 500),
    }


def scorer(url: str, kind: str) -> Score:
    import mlflow

    mlflow.set_tracking_uri(url)
    folder = mlflow.artifacts.download_artifacts("models:/rain@champion")
    names = [entry.name for entry in mlflow.models.Model.load(folder).signature.inputs]
    if kind == "sklearn":
        model = mlflow.sklearn.load_model(folder)
        return lambda rows: model.predict_proba(pandas.DataFrame(rows)[names])[:, 1]
    import onnxruntime

    session = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name
    return lambda rows: session.run(
        None, {entry: numpy.array([[row[name] for name in names] for row in rows], numpy.float32)}
    )[1][:, 1]


def reader(bootstrap: str, topic: str, from_end: bool) -> Consumer:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": str(uuid.uuid4())})
    end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)[1]
    consumer.assign([TopicPartition(topic, 0, end if from_end else 0)])
    return consumer


def consume(
    bootstrap: str, consumer: Consumer, score: Score, batch: int, target: str, until: Callable[[int], bool]
) -> int:
    """What one would write: read, score, write, commit now and then. Returns the rows scored."""
    producer = Producer({"bootstrap.servers": bootstrap})
    done = 0
    while not until(done):
        read = [m for m in consumer.consume(batch, timeout=0.05 if batch > 1 else 1) if not m.error()]
        if not read:
            continue
        rows = [json.loads(message.value()) for message in read]
        for message, probability in zip(read, score(rows), strict=True):
            prediction = {
                "prediction_id": f"{message.topic()}-0-{message.offset()}", "event_time": message.timestamp()[1],
                "probability": float(probability), "prediction": int(probability >= 0.5), "model": "rain",
            }  # fmt: skip
            producer.produce(target, json.dumps(prediction).encode(), partition=0)
        producer.poll(0)
        done += len(read)
    producer.flush(30)
    consumer.close()
    return done


def python_throughput(server: Server, kind: str, batch: int, seconds: float) -> float:
    score = scorer(server.url, kind)
    begun: list[float] = []

    def until(done: int) -> bool:
        if done and not begun:
            begun.append(time.perf_counter())  # the first fetch is not counted
        return bool(begun) and time.perf_counter() - begun[0] >= seconds

    consumer = reader(server.bootstrap, "weather", from_end=False)
    done = consume(server.bootstrap, consumer, score, batch, "bench.scores", until)
    return (done - batch) / (time.perf_counter() - begun[0])


@contextlib.contextmanager
def consumer_process(server: Server, kind: str, batch: int) -> Iterator[None]:
    """A consumer in Python as a process of its own, as it would run."""
    command = [sys.executable, __file__, "consume", server.url, server.bootstrap, kind, str(batch)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout and process.stdout.readline().strip() == "ready"
        yield
    finally:
        process.terminate()
        process.wait()


def latency_of(server: Server, rows: list[bytes], source: str, target: str, seconds: float = 8) -> dict[str, float]:
    """From just before a row is sent until its prediction is read, at a fixed rate, the first second left out."""
    consumer = Consumer(
        {"bootstrap.servers": server.bootstrap, "group.id": str(uuid.uuid4()), "fetch.wait.max.ms": 100}
    )
    end = consumer.get_watermark_offsets(TopicPartition(target, 0), timeout=10)[1]
    consumer.assign([TopicPartition(target, 0, end)])
    base = consumer.get_watermark_offsets(TopicPartition(source, 0), timeout=10)[1]
    producer = Producer({"bootstrap.servers": server.bootstrap, "linger.ms": 0})
    sent: dict[int, float] = {}
    taken: dict[int, float] = {}

    def read(timeout: float) -> None:
        message = consumer.poll(timeout)
        while message is not None:
            now = time.perf_counter()
            if not message.error():
                offset = int(json.loads(message.value())["prediction_id"].rsplit("-", 1)[1])
                taken[offset - base] = now - sent[offset - base]
            message = consumer.poll(0)

    count = int(seconds * LATENCY_RATE)
    begun = time.perf_counter()
    for index in range(count):
        sent[index] = time.perf_counter()
        producer.produce(source, rows[index % len(rows)], partition=0)
        producer.poll(0)
        while (left := begun + (index + 1) / LATENCY_RATE - time.perf_counter()) > 0:
            read(left)
    wait_for("the last predictions", lambda: read(0.1) or len(taken) == count, 30)
    consumer.close()
    values = sorted(1000 * taken[index] for index in range(LATENCY_RATE, count))
    return {"p50": round(statistics.median(values), 2), "p99": round(values[int(len(values) * 0.99)], 2)}


def tell(results: dict[str, Any]) -> None:
    print(f"{'':40} {'rows/s':>12} {'p50 ms':>8} {'p99 ms':>8}")
    for name, rate in results["rows_per_second"].items():
        latency = results["latency_ms"][name]
        print(f"{name:40} {rate:12,.0f} {latency['p50']:8.2f} {latency['p99']:8.2f}")
    for name, ratio in results["ratios"].items():
        print(f"{name}: {ratio:.1f}")


def serve_as_peer(url: str, bootstrap: str, kind: str, batch: str) -> None:
    score = scorer(url, kind)
    consumer = reader(bootstrap, "bench.rows", from_end=True)
    print("ready", flush=True)
    consume(bootstrap, consumer, score, int(batch), "bench.scores", lambda _: False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["consume"]:
        serve_as_peer(*sys.argv[2:])
    else:
        main()
