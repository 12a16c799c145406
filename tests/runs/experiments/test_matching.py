"""A result finds its session only where one alone fits."""

from __future__ import annotations

import pytest

from runs.experiments import sessions
from runs.experiments.matching import Matcher
from runs.experiments.results import Result
from runs.experiments.sessions import About
from runs.models import Session
from tests.runs.experiments.made import loaded

pytestmark = pytest.mark.django_db


def test_what_is_told_beside_the_task_narrows_it_and_nothing_is_guessed() -> None:
    loaded()
    for variant in ("demo-plain", "demo-fast"):
        for _ in range(2):
            about = About(git={}, label="same")
            sessions.create("demo", variant, "plan", about)
    matcher = Matcher("demo")

    def found(**told: object) -> Session | str:
        return matcher.find(Result(name="tests", **told))  # type: ignore[arg-type]

    one = found(task="Terminal-Bench/Plan", variant="demo-fast", repeat=2)
    assert isinstance(one, Session)
    assert (one.variant.name, one.repeat) == ("demo-fast", 2)
    several = found(task="plan")
    assert isinstance(several, str)
    assert several.startswith("4 sessions fit: ")
    assert several.endswith(" and 1 more.")
    assert found(session="same") == "4 sessions are called 'same'."
    assert found(session=one.run.uid.hex) == one
    assert isinstance(found(session="0"), str)
