"""`/api/filters` and `?where=` as clients meet them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from runs import lifecycle, store
from runs.filters import FIELDS
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _some() -> None:
    lifecycle.start("nightly", is_global=False)
    store.write([make.record(model="gpt-5"), make.record(model="claude-x")], {})


def told(client: Client, address: str, expected: int = 200, **query: Any) -> Any:
    answer = client.get(address, query)
    assert answer.status_code == expected, answer.content
    return answer.json()


def offered(client: Client, where: str) -> list[str]:
    items = told(client, "/api/filters/complete", where=where)["items"]
    return [item["text"] for item in items]


def test_the_language_is_told_and_completed_from_what_there_is(client: Client) -> None:
    fields = told(client, "/api/filters")
    assert [field["name"] for field in fields] == [field.name for field in FIELDS]
    assert offered(client, "model:") == ["claude-x", "gpt-5"]
    assert offered(client, "-model:GPT") == ["gpt-5"]
    assert offered(client, "run:night") == ["nightly"]
    assert told(client, "/api/filters/complete", where="mod x", cursor=3)["end"] == 3
    told(client, "/api/filters/complete", 422, where="a" * 2001)


@pytest.mark.parametrize(
    "address", ["requests", "requests/export", "runs/nightly/requests", "what-if"]
)
def test_a_mistake_is_told_with_its_place_and_nothing_is_searched(
    client: Client, address: str
) -> None:
    key = {"key": "openai/gpt-5"} if address == "what-if" else {}
    answer = told(client, f"/api/{address}", 422, where="a status:green", **key)
    assert answer["error"]["code"] == "INVALID_VALUE"
    assert answer["error"]["message"].startswith("where, character 10: status must be")


def test_lists_exports_moves_and_pages_are_narrowed_by_it(client: Client) -> None:
    where = "model:gpt* -provider:azure"
    page = told(client, "/api/requests", where=where, provider="openai", limit=1)
    assert [item["model"] for item in page["items"]] == ["gpt-5"]
    assert told(client, "/api/requests", where=where, provider="x")["items"] == []
    answer = client.get("/api/requests/export", {"where": where, "format": "csv"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert ("gpt-5" in text, "claude-x" in text) == (True, False)
    asked = {"run": "nightly", "filter": {"where": where}}
    moved = client.post("/api/requests/move", asked, "application/json").json()
    assert moved == {"moved": 1}
    everything = {"run": "nightly", "filter": {"where": " "}}
    answer = client.post("/api/requests/move", everything, "application/json")
    assert answer.status_code == 422
