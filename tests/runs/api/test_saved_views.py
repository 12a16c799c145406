"""`/api/views`: a filter with a name, kept as it is read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def put(client: Client, name: str, expected: int = 200, **view: Any) -> Any:
    answer = client.put(f"/api/views/{name}", view, "application/json")
    assert answer.status_code == expected, answer.content
    return answer.json()


def test_views_are_saved_replaced_listed_and_deleted(client: Client) -> None:
    put(client, "slow", where="duration>2s")
    told = put(client, "dear", where=" cost>0.05 after:24h ", hidden=["ttft"])
    assert told == {
        "name": "dear",
        "where": "cost>0.05 after:24h",
        "hidden": ["ttft"],
        "order": "",
        "address": "/requests?where=cost%3E0.05+after%3A24h&hide=ttft",
    }
    told = put(client, "dear", where="cost>1", order="cost-desc")
    assert told["address"] == "/requests?where=cost%3E1&order=cost-desc"
    listed = client.get("/api/views").json()
    assert [(view["name"], view["where"]) for view in listed] == [
        ("dear", "cost>1"),
        ("slow", "duration>2s"),
    ]
    assert client.delete("/api/views/dear").status_code == 204
    assert client.delete("/api/views/dear").status_code == 404
    assert len(client.get("/api/views").json()) == 1


@pytest.mark.parametrize(
    ("name", "view", "says"),
    [
        ("x", {"where": "cost>much"}, "where, character 6"),
        ("x", {"hidden": ["<b>"]}, "hide must be names of columns"),
        ("x", {"order": "cost"}, "order must be one of"),
        ("%20", {}, "name must have"),
        ("n" * 101, {}, "name must have"),
    ],
)
def test_what_could_not_be_shown_is_refused(
    client: Client, name: str, view: dict[str, Any], says: str
) -> None:
    assert says in put(client, name, 422, **view)["error"]["message"]
    assert client.get("/api/views").json() == []
