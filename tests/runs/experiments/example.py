"""Builders: the example's definitions, sent to the API."""

from __future__ import annotations

from typing import Any

from django.test import Client

from runs.experiments import folder

JSON = "application/json"
CELL = {"experiment": "demo", "variant": "demo-fast", "task_card": "plan"}


def post(client: Client, path: str, body: Any = None, status: int = 200) -> Any:
    answer = client.post(path, "" if body is None else body, JSON)
    assert answer.status_code == status, answer.content
    return answer.json()


def example() -> list[dict[str, Any]]:
    found = folder.read(folder.EXAMPLE)
    return [{"kind": e.kind.value, "content": e.content} for e in found.with_profiles()]


def load(client: Client, sent: list[dict[str, Any]] | None = None) -> list[str]:
    body = {"definitions": example() if sent is None else sent}
    rows = post(client, "/api/experiments/definitions", body)
    return [row["change"] for row in rows]


def edited(kind: str, name: str, **values: Any) -> dict[str, Any]:
    one = next(
        each
        for each in example()
        if (each["kind"], each["content"]["name"]) == (kind, name)
    )
    return {"kind": kind, "content": {**one["content"], **values}}
