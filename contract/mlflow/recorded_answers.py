"""Sends recorded calls and compares the answers with those that MLflow's own server gave.

To record anew: start `mlflow server` on an empty database, with MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS=true, and run
`python contract/mlflow/recorded_answers.py <its url> contract/mlflow/answers/<name>.jsonl`. Calls whose `answer` is
null are sent for what they do: their answers are not the same, on purpose (docs/tracking.md), in their wording, or from
one time to the next. So the file guards what agrees; it does not measure how much does.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

ANSWERS = pathlib.Path(__file__).parent / "answers"
GENERATED_ID = re.compile(r"\b(?:[a-z]{1,3}-)?(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
JSON_TEXTS = {"tags", "schema", "profile", "records", "serialized_scorer"}
UNORDERED = {"tags", "params", "metrics", "events"}
PASSING = {
    "create_time",
    "created_time",
    "creation_time",
    "creation_timestamp",
    "creation_timestamp_ms",
    "digest",
    "error_class",
    "last_update_time",
    "last_updated_timestamp",
    "last_updated_timestamp_ms",
    "next_page_token",
    "sqlstate",
}
"""What differs from one time to the next, or what only one of the servers says."""


class Session:
    """A server, and what earlier answers of it named."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.names: dict[str, str] = {}

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """What the server says to a call, without what passes."""
        target = urllib.parse.quote(self._filled(call["target"]), safe="/?&=%+:;,~()'*!$@[]")
        body = json.dumps(self._filled(call["body"])).encode() if "body" in call else None
        headers = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + target, data=body, method=call["method"], headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                status, text = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            answer = json.loads(text)
        except ValueError:
            answer = text.decode("latin1")[:300]
        for name, path in call.get("save", {}).items():
            self.names[name] = _part(answer, path)
        return {"status": status, "body": self._lasting(answer)}

    def _filled(self, template: Any) -> Any:
        if isinstance(template, str):
            for name, value in self.names.items():
                template = template.replace(f"{{{name}}}", value)
            return template
        if isinstance(template, list):
            return [self._filled(item) for item in template]
        if isinstance(template, dict):
            return {self._filled(key): self._filled(value) for key, value in template.items()}
        return template

    def _lasting(self, answer: Any, key: str = "") -> Any:
        if isinstance(answer, str):
            if key in JSON_TEXTS and answer[:1] in ("{", "["):
                return self._lasting(json.loads(answer), key)
            for name, value in self.names.items():
                if len(value) > 6:
                    answer = answer.replace(value, f"{{{name}}}")
            return GENERATED_ID.sub("<id>", answer)
        if isinstance(answer, list):
            items = [self._lasting(item) for item in answer]
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if key in UNORDERED else items
        if isinstance(answer, dict):
            return {name: self._lasting(value, name) for name, value in answer.items() if name not in PASSING}
        return answer


def _part(answer: Any, path: str) -> str:
    for name in path.split("."):
        try:
            answer = answer[int(name) if isinstance(answer, list) else name]
        except (KeyError, IndexError, TypeError, ValueError):
            return "<none>"
    return str(answer)


def calls(name: str) -> list[dict[str, Any]]:
    """The recorded calls of a file, in order."""
    return [json.loads(line) for line in (ANSWERS / f"{name}.jsonl").read_text().splitlines()]


def differences(url: str, name: str) -> list[str]:
    """The calls that a server on an empty data folder answers otherwise than recorded."""
    session = Session(url)
    found = []
    for number, call in enumerate(calls(name), start=1):
        answer = session.answer(call)
        recorded = call.get("answer")
        if recorded is not None and answer != recorded:
            request = f"{call['method']} {call['target']} {json.dumps(call.get('body'))}"
            found.append(f"{name}:{number}: {request}\n  recorded {recorded}\n  answered {answer}")
    return found


def record(url: str, path: pathlib.Path) -> None:
    """Puts the answers of a server on an empty database into a file of calls; calls without an answer stay so."""
    session = Session(url)
    lines = []
    for line in path.read_text().splitlines():
        call = json.loads(line)
        answer = session.answer(call)
        if call.get("answer", answer) is not None:
            call["answer"] = answer
        lines.append(json.dumps(call, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    record(sys.argv[1], pathlib.Path(sys.argv[2]))
