"""`POST /api/scores`: each score finds its session, or says why it has none."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from runs.experiments import sessions
from runs.experiments.sessions import About
from runs.models import Score
from tests.runs.experiments.example import post
from tests.runs.experiments.made import loaded

pytestmark = pytest.mark.django_db
PATH = "/api/scores"


def given(client: Client, *results: dict[str, Any], **whose: str) -> list[Any]:
    asked = [{"name": "tests", "value": 1, **each} for each in results]
    return list(post(client, PATH, {"results": asked, **whose}))


def test_ids_and_keys_decide_then_the_task_where_one_session_alone_fits(
    client: Client,
) -> None:
    loaded()
    plain = sessions.create("demo", "demo-plain", "plan", About(git={}))
    fast = sessions.create("demo", "demo-fast", "plan", About(git={}, label="mine"))
    other = sessions.create("demo", "demo-fast", "explain", About(git={}))
    uid = {str(each.session.run.uid): each for each in (plain, fast, other)}
    ids = list(uid)
    key = sha256(fast.key.encode()).hexdigest()
    found = given(
        client,
        {"session": ids[0]},
        {"session": ids[1][:13]},
        {"session": "mine", "name": "judge"},
        {"hints": ["0" * 32, ids[2].replace("-", "")]},
        {"hints": [key], "task": "explain", "name": "style"},
        {"task": "org/plan", "variant": "demo-plain", "name": "speed"},
        {"task": "explain", "name": "reward", "where": "job/result.json"},
        {"task": "plan"},
        {"task": "plan", "repeat": 7},
        {"session": "nobody"},
        {},
    )
    told = [each["session"] for each in found]
    assert told == [ids[0], ids[1], ids[1], ids[2], ids[1], ids[0], ids[2], *[None] * 4]
    whys = [each["why"] for each in found[7:]]
    assert whys[0].startswith("2 sessions fit: ")
    assert whys[1:] == [
        "No session of the task 'plan' is repeat 7.",
        "No session is called 'nobody'.",
        "It names no session and no task.",
    ]
    assert Score.objects.get(name="reward").source == "job/result.json"


def test_the_same_again_changes_nothing_and_another_value_takes_its_place(
    client: Client,
) -> None:
    loaded()
    begun = sessions.create("demo", "demo-plain", "plan", About(git={}))
    uid = str(begun.session.run.uid)
    one = {"session": uid, "value": 0.5, "passed": False}
    assert [given(client, one)[0]["new"] for _ in range(2)] == [True, False]
    assert given(client, {**one, "value": 0.75})[0]["new"]
    [score] = Score.objects.all()
    assert (score.value, score.passed) == (0.75, False)


def test_all_of_a_file_may_be_one_sessions_or_one_variants(client: Client) -> None:
    loaded()
    uids = {
        name: str(sessions.create("demo", name, "plan", About(git={})).session.run.uid)
        for name in ("demo-plain", "demo-fast")
    }
    [one] = given(client, {"task": "x"}, session=uids["demo-plain"])
    [other] = given(client, {"task": "plan"}, variant="demo-fast")
    assert [one["session"], other["session"]] == list(uids.values())
    [none] = given(client, {"task": "plan"}, experiment="another")
    assert none["session"] is None
