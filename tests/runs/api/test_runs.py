"""`/api/runs`: what people and scripts do with runs over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from runs import lifecycle, store
from runs.models import CapturedRequest, Run
from tests import make

pytestmark = pytest.mark.django_db
JSON = "application/json"


def post(client: Client, path: str, body: Any = None, status: int = 200) -> Any:
    answer = client.post(path, "" if body is None else body, JSON)
    assert answer.status_code == status, answer.content
    return answer.json()


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def in_run(run: Run, *records: Any) -> None:
    """Stored, and made the run's."""
    found = [make.stored(record) for record in records]
    lifecycle.move(CapturedRequest.objects.filter(pk__in=[r.pk for r in found]), run)


def test_a_run_is_created_beside_others(client: Client) -> None:
    given = {"name": "ci", "tags": ["a"], "metadata": {"commit": "3f2", "n": 1}}
    first = post(client, "/api/runs", given, 201)
    second = post(client, "/api/runs", {"name": "ci"}, 201)
    assert first | given == first
    assert (first["state"], first["is_global"], first["source"]) == (
        "active",
        False,
        "api",
    )
    assert second["state"] == get(client, f"/api/runs/{first['id']}")["state"]


def test_a_global_start_ends_the_global_run(client: Client) -> None:
    first = post(client, "/api/runs/start", {"name": "one"})["run"]
    second = post(client, "/api/runs/start", {"name": "two"})["run"]
    assert first["is_global"]
    assert get(client, f"/api/runs/{first['id']}")["state"] == "ended"
    assert get(client, "/api/runs?state=active")["items"] == [second]


def test_pause_and_end_act_on_the_global_run_if_there_is_one(client: Client) -> None:
    assert post(client, "/api/runs/pause") == {"run": None}
    assert post(client, "/api/runs/end") == {"run": None}
    started = post(client, "/api/runs/start", {"name": "one"})["run"]
    assert post(client, "/api/runs/pause")["run"]["state"] == "paused"
    assert post(client, "/api/runs/end") == {"run": None}
    resumed = post(client, f"/api/runs/{started['id']}/resume")
    assert resumed["state"] == "active"
    ended = post(client, "/api/runs/end")["run"]
    assert ended["state"] == "ended"
    assert ended["ended_at"] is not None


def test_a_paused_run_can_be_ended(client: Client) -> None:
    post(client, "/api/runs", {"name": "ci"}, 201)
    assert post(client, "/api/runs/ci/pause")["state"] == "paused"
    assert post(client, "/api/runs/ci/end")["state"] == "ended"
    refused = post(client, "/api/runs/ci/resume", status=400)
    assert refused["error"]["code"] == "RUN_ENDED"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/runs", {"name": "  "}, 400, "RUN_NAME_REQUIRED"),
        ("/api/runs", {}, 400, "RUN_NAME_REQUIRED"),
        ("/api/runs/start", {"name": ""}, 400, "RUN_NAME_REQUIRED"),
        ("/api/runs", {"name": "x" * 201}, 422, "INVALID_VALUE"),
        ("/api/runs", {"name": "nul\0"}, 422, "INVALID_VALUE"),
        ("/api/runs", {"name": "\ud83d"}, 422, "INVALID_VALUE"),
        ("/api/runs", {"name": "a", "metadata": {"x": [1]}}, 422, "INVALID_VALUE"),
        ("/api/runs", {"name": "a", "metadata": {"x": "\0"}}, 422, "INVALID_VALUE"),
        ("/api/runs/none/end", {}, 404, "RUN_NOT_FOUND"),
        ("/api/runs/none/keys", {}, 404, "RUN_NOT_FOUND"),
        ("/api/requests/move", {"run": None}, 422, "INVALID_VALUE"),
        ("/api/requests/move", {"run": "none", "ids": []}, 422, "INVALID_VALUE"),
    ],
)
def test_what_cannot_be_done(
    client: Client, path: str, body: Any, status: int, code: str
) -> None:
    error = post(client, path, body, status)["error"]
    assert error["code"] == code
    assert error["message"].endswith((".", "”"))


def test_a_body_that_is_no_json(client: Client) -> None:
    answer = client.post("/api/runs", '{"name": NaN', JSON)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BAD_REQUEST"


def test_a_run_is_found_by_id_start_of_id_and_name(client: Client) -> None:
    post(client, "/api/runs", {"name": "night ly/1"}, 201)
    made = post(client, "/api/runs", {"name": "night ly/1"}, 201)
    for ref in (made["id"], made["id"][:8], "night%20ly%2F1"):
        found = client.get(f"/api/runs/{ref}")
        if found.status_code == 404 and "%2F" in ref:
            continue  # a slash in a path is a slash: such names need the id
        assert found.json()["id"] == made["id"]


def test_a_change_leaves_the_rest(client: Client) -> None:
    post(client, "/api/runs", {"name": "ci", "notes": "n", "tags": ["a"]}, 201)
    answer = client.patch("/api/runs/ci", {"name": "ci 2", "tags": []}, JSON)
    assert answer.status_code == 200
    changed = get(client, "/api/runs/ci%202")
    assert (changed["notes"], changed["tags"]) == ("n", [])
    blank = client.patch("/api/runs/ci%202", {"name": " "}, JSON)
    assert blank.json()["error"]["code"] == "RUN_NAME_REQUIRED"


def test_the_list_is_narrowed_and_paged(client: Client) -> None:
    for number in range(5):
        tags = ["even"] if number % 2 == 0 else []
        post(client, "/api/runs", {"name": f"run {number}", "tags": tags}, 201)
    post(client, "/api/runs/run%203/end")

    def names(path: str) -> list[str]:
        return [row["name"] for row in get(client, path)["items"]]

    assert names("/api/runs?q=RUN%201") == ["run 1"]
    assert names("/api/runs?tag=even") == ["run 4", "run 2", "run 0"]
    assert names("/api/runs?state=ended") == ["run 3"]
    assert names("/api/runs?is_global=1") == []
    seen, page = [], "/api/runs?limit=2&is_global=0"
    while page:
        answer = get(client, page)
        seen += [row["name"] for row in answer["items"]]
        page = answer["next"]
    assert seen == [f"run {number}" for number in (4, 3, 2, 1, 0)]
    assert names(answer["previous"]) == ["run 2", "run 1"]


@pytest.mark.parametrize("with_requests", [False, True])
def test_a_run_is_deleted_with_its_requests_or_without(
    client: Client, with_requests: bool
) -> None:
    run = lifecycle.start("ci", is_global=False)
    in_run(run, make.record(), make.record())
    make.stored(make.record())
    answer = client.delete(f"/api/runs/ci?with_requests={int(with_requests)}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Run.objects.exists()
    assert CapturedRequest.objects.count() == (1 if with_requests else 3)


def test_a_run_s_requests_and_turns(client: Client) -> None:
    run = lifecycle.start("ci", is_global=False)
    session = make.agent_session(3, session="s")
    in_run(run, *session, make.record(model="other"))
    make.stored(make.record())
    assert get(client, "/api/runs/ci")["request_count"] == 4
    rows = get(client, "/api/runs/ci/requests?model=other")["items"]
    assert [row["run"] for row in rows] == [str(run.uid)]
    assert len(get(client, "/api/requests?run=ci")["items"]) == 4
    assert get(client, "/api/requests?run=unknown")["items"] == []
    page = get(client, "/api/runs/ci/requests?limit=3")
    assert len(get(client, page["next"])["items"]) == 1
    turns = get(client, "/api/runs/ci/turns")["items"]
    assert sum(turn["request_count"] for turn in turns) == 3
    assert {turn["run"] for turn in turns} == {str(run.uid)}


def test_requests_are_moved_by_ids_and_by_filter(client: Client) -> None:
    lifecycle.start("a", is_global=False)
    first, second = make.stored(make.record(model="m")), make.stored(make.record())
    moved = post(client, "/api/requests/move", {"run": "a", "ids": [str(second.uid)]})
    assert moved == {"moved": 1}
    body: dict[str, object] = {"run": "a", "filter": {"model": "m"}}
    assert post(client, "/api/requests/move", body) == {"moved": 1}
    assert get(client, "/api/runs/a")["request_count"] == 2
    body = {"run": None, "filter": {"run": "a"}}
    assert post(client, "/api/requests/move", body) == {"moved": 2}
    first.refresh_from_db()
    assert first.run is None


def test_a_list_costs_few_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        lifecycle.start(f"run {number}", is_global=False)
    with django_assert_max_num_queries(6):
        get(client, "/api/runs")
    store.write(make.agent_session(3, session="s"), {})
    with django_assert_max_num_queries(8):
        get(client, "/api/requests")
