"""`/api/runs/{run}/keys`: made, listed without the key, revoked."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.runs.api.test_runs import get, post

pytestmark = pytest.mark.django_db


def test_a_key_is_told_once_and_can_be_revoked(client: Client) -> None:
    post(client, "/api/runs", {"name": "ci"}, 201)
    made = post(client, "/api/runs/ci/keys", {"expires_at": "2090-01-01"}, 201)
    bare = post(client, "/api/runs/ci/keys", status=201)
    assert made["key"].startswith("sk-weir-")
    assert made["key"].startswith(made["prefix"])
    assert bare["expires_at"] is None
    listed = get(client, "/api/runs/ci/keys")
    assert [row["id"] for row in listed] == [made["id"], bare["id"]]
    assert made["key"] not in str(listed)
    path = f"/api/runs/ci/keys/{made['id']}"
    assert client.delete(path).status_code == 204
    assert get(client, "/api/runs/ci/keys")[0]["revoked_at"] is not None
    assert client.delete("/api/runs/ci/keys/999").status_code == 404
    bad = {"expires_at": "0001-01-01T00:00:00+14:00"}
    assert post(client, "/api/runs/ci/keys", bad, 422)["error"]["code"]
