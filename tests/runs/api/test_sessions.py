"""`/api/sessions`: begun with a key, scored, ended for good."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from proxy.exchange import Capture
from proxy.table.snapshot import load as routing_table
from runs.models import RunKey, Session
from tests.runs.experiments.example import CELL, edited, load, post

pytestmark = pytest.mark.django_db


def test_a_session_points_at_the_versions_it_ran_with(client: Client) -> None:
    load(client)
    begun = post(client, "/api/sessions", CELL | {"git": {"commit": "3f2"}}, 201)
    session = begun["session"]
    assert begun["key"].startswith("sk-weir-")
    assert begun["harness"]["batch"].endswith("agent.py {prompt}")
    load(client, [edited("variant", "demo-fast", title="Fast")])
    shown = client.get(f"/api/sessions/{session['id']}").json()
    assert shown["variant"] == session["variant"]
    assert (shown["repeat"], shown["git"]) == (1, {"commit": "3f2"})
    again = post(client, "/api/sessions", CELL, 201)["session"]
    assert again["variant"]["digest"] != session["variant"]["digest"]
    assert again["repeat"] == 2
    run = client.get(f"/api/runs/{session['id']}").json()
    assert run["metadata"] == {"task": "plan", "variant": "demo-fast"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"experiment": "none"}, "NO_DEFINITION"),
        ({"variant": "none"}, "BAD_SESSION"),
        ({"task_card": "none"}, "BAD_SESSION"),
        ({"harness": "codex"}, "BAD_SESSION"),
    ],
)
def test_what_does_not_belong_together(
    client: Client, changed: dict[str, str], code: str
) -> None:
    load(client)
    status = 404 if code == "NO_DEFINITION" else 422
    assert (
        post(client, "/api/sessions", CELL | changed, status)["error"]["code"] == code
    )


def test_content_is_off_unless_the_experiment_says_so(client: Client) -> None:
    load(client)
    post(client, "/api/sessions", CELL, 201)
    [off] = RunKey.objects.values_list("digest", flat=True)
    assert routing_table().contentless == {off}
    load(client, [edited("experiment", "demo", content="full")])
    begun = post(client, "/api/sessions", CELL, 201)
    assert routing_table().contentless == {off}
    post(client, f"/api/sessions/{begun['session']['id']}/access")
    assert RunKey.objects.filter(capture=Capture.FACTS).count() == 1
    assert RunKey.objects.count() == 3


def test_a_session_is_scored_and_ended_for_good(client: Client) -> None:
    load(client)
    path = f"/api/sessions/{post(client, '/api/sessions', CELL, 201)['session']['id']}"
    post(client, f"{path}/scores", [{"name": "tests", "value": 0.5}])
    told = post(
        client, f"{path}/scores", [{"name": "tests", "value": 0.9, "passed": True}]
    )
    assert told["scores"] == [
        {"name": "tests", "value": 0.9, "passed": True, "source": ""}
    ]
    huge = [{"name": "tests", "value": 1e308}]
    assert (
        "1000000000000000"
        in post(client, f"{path}/scores", huge, 422)["error"]["message"]
    )
    for name in ("src/a.test.ts > adds", "a%2Fb", "/"):
        post(client, f"{path}/scores", [{"name": name, "value": 1}])
        there = f"{path}/scores/{quote(name, safe='')}"
        assert client.delete(there).status_code == 204
    assert client.delete(f"{path}/scores/nothing").status_code == 204
    assert [each["name"] for each in client.get(path).json()["scores"]] == ["tests"]
    odd = {"status": "failed", "exit_code": 2**40}
    assert "exit_code" in post(client, f"{path}/finalize", odd, 422)["error"]["message"]
    ended = post(client, f"{path}/finalize", {"status": "completed", "exit_code": 0})
    assert ended["ended_at"]
    assert RunKey.objects.filter(revoked_at=None).count() == 0
    post(client, f"{path}/finalize", {"status": "completed"})
    said = post(client, f"{path}/finalize", {"status": "failed"}, 409)
    assert said["error"]["code"] == "SESSION_OVER"
    assert client.get("/api/sessions?status=completed").json()[0]["exit_code"] == 0
    assert client.delete(path).status_code == 204
    assert not Session.objects.exists()
    run = post(client, "/api/runs", {"name": "no session"}, 201)
    assert client.get(f"/api/sessions/{run['id']}").status_code == 404
