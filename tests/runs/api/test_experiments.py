"""`/api/experiments`: versions by content, and cells that nobody gets twice."""

from __future__ import annotations

import pytest
from django.test import Client

from runs.experiments import sessions, versions
from runs.experiments.kinds import DefinitionKind
from runs.models import Definition
from tests.runs.experiments.example import edited, load, post

pytestmark = pytest.mark.django_db


def test_a_version_is_stored_once_and_the_last_loaded_counts(client: Client) -> None:
    assert set(load(client)) == {"new"}
    assert set(load(client)) == {"unchanged"}
    first = versions.current(DefinitionKind.VARIANT, "demo-fast")
    assert load(client, [edited("variant", "demo-fast", title="Fast")]) == ["changed"]
    assert load(client, [edited("variant", "demo-fast")]) == ["changed"]
    assert versions.current(DefinitionKind.VARIANT, "demo-fast") == first
    path = "/api/experiments/definitions/variant/demo-fast"
    assert [row["content"].get("title") for row in client.get(path).json()] == [
        None,
        "Fast",
    ]


def test_one_fault_and_nothing_is_stored(client: Client) -> None:
    sent = [edited("provider", "demo"), edited("variant", "demo-fast", modell="x")]
    answer = post(client, "/api/experiments/definitions", {"definitions": sent}, 422)
    assert answer["error"] == {
        "code": "BAD_DEFINITION",
        "message": "variant demo-fast: modell is unknown; did you mean model?",
    }
    assert not Definition.objects.exists()


def test_cells_are_claimed_once_until_none_is_missing(client: Client) -> None:
    load(client)
    path, asked = "/api/experiments/demo/claim", {"repeats": 1, "variant": "demo-fast"}
    first = post(client, path, asked)
    second = post(client, path, asked)
    tasks = {each["begun"]["session"]["task_card"]["name"] for each in (first, second)}
    assert tasks == {"explain", "plan"}
    assert post(client, path, asked) == {"begun": None, "wanted": 2, "taken": 2}
    assert len(sessions.taken("demo")) == 2
    done = f"/api/sessions/{first['begun']['session']['id']}/finalize"
    assert post(client, done, {"status": "aborted"})["status"] == "aborted"
    third = post(client, path, asked)["begun"]["session"]
    assert third["task_card"] == first["begun"]["session"]["task_card"]
    assert third["repeat"] == 1
