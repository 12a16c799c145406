"""Whole agent sessions through the real readers: who belongs together, as by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache

import pytest

from runs import store
from runs.models import CapturedRequest
from runs.record import ExchangeRecord
from tests import make
from tests.sessions import Played, play, sessions

pytestmark = pytest.mark.django_db

Keep = Callable[[list[Played]], None]
NAMES = sorted(sessions())


@cache
def calls_of(
    name: str, after_s: float = 0, key: str = "k", run_name: str = ""
) -> list[Played]:
    """A session is read once, however often it is kept."""
    start = make.START + timedelta(seconds=after_s)
    return play(sessions()[name], start, key=key, run_name=run_name)


def moments(played: Iterable[Played]) -> list[tuple[datetime, ExchangeRecord]]:
    """Beginnings and ends in the order in which a recorder reads them."""
    told = []
    for each in played:
        ended_at = each.ended.started_at + timedelta(
            milliseconds=each.ended.duration_ms or 0
        )
        told += [(each.began.started_at, each.began), (ended_at, each.ended)]
    return sorted(told, key=lambda moment: moment[0])


# A batch and a restart ask most of the database; what lies between is Python's.
BETWEEN = pytest.mark.any_database
WAYS = (
    "one batch",
    pytest.param("ends", marks=BETWEEN),
    pytest.param("beginnings too", marks=BETWEEN),
    "restarts",
)


@pytest.fixture(params=WAYS)
def keep(request: pytest.FixtureRequest) -> Keep:
    """Stores calls in four ways, all of which must lead to the same."""

    def store_all(played: list[Played]) -> None:
        if request.param == "one batch":
            store.write([each.ended for each in played], {})
            return
        for _, record in moments(played):
            is_end = any(record is each.ended for each in played)
            if is_end or request.param == "beginnings too":
                store.write([record], {})
            if request.param == "restarts":
                store.restart()

    return store_all


Group = tuple[int | None, ...]


def wrong_in(played: list[Played]) -> list[str]:
    """Calls whose conversation or turn is not the one found by hand."""
    uids = [each.ended.uid for each in played]
    rows = CapturedRequest.objects.in_bulk(uids, field_name="uid")
    talks: dict[str, Group] = {}
    turns: dict[str, Group] = {}
    for each in played:
        row = rows[each.ended.uid]
        talks[each.call.name] = (row.conversation_id,)
        turns[each.call.name] = (row.conversation_id, row.turn_id)
    strayed = [each for each in played if not fits(each, played, "talk", talks)]
    late = [each for each in played if not fits(each, played, "turn", turns)]
    return [f"talk {each.call.name}" for each in strayed] + [
        f"turn {each.call.name}" for each in late
    ]


def right(each: Played, what: str) -> list[str]:
    return each.call.conversations if what == "talk" else each.call.turns


def fits(one: Played, played: list[Played], what: str, found: dict[str, Group]) -> bool:
    """Together with those that it belongs to, and with no others."""
    for other in played:
        ours, theirs = right(one, what), right(other, what)
        may = bool(set(ours) & set(theirs))
        must = may and len(ours) == len(theirs) == 1
        together = found[one.call.name] == found[other.call.name]
        if (together and not may) or (must and not together):
            return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_a_session_is_told_apart_as_by_hand(name: str, keep: Keep) -> None:
    calls = calls_of(name)
    keep(calls)
    assert wrong_in(calls) == []


def conversations(played: list[Played]) -> set[int | None]:
    uids = [each.ended.uid for each in played]
    rows = CapturedRequest.objects.filter(uid__in=uids)
    return set(rows.values_list("conversation", flat=True))


def shared(first: list[Played], second: list[Played]) -> set[int | None]:
    """Conversations with calls of both."""
    return conversations(first) & conversations(second)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_session_of_another_client_has_nothing_in_common(
    name: str, keep: Keep
) -> None:
    first, second = calls_of(name, key="a"), calls_of(name, 0.03, key="b")
    keep(first + second)
    assert shared(first, second) == set()
    assert wrong_in(first) == wrong_in(second) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_same_session_in_another_run_has_nothing_in_common(
    name: str, keep: Keep
) -> None:
    first = calls_of(name, run_name="one")
    second = calls_of(name, 0.03, run_name="two")
    keep(first + second)
    assert shared(first, second) == set()
    assert wrong_in(first) == wrong_in(second) == []


WITHOUT_ID = [name for name in NAMES if not sessions()[name][-1].has_id]


@pytest.mark.parametrize("later", [timedelta(minutes=5), timedelta(days=1)], ids=str)
@pytest.mark.parametrize("name", WITHOUT_ID)
def test_a_session_that_is_had_again_is_another(
    name: str, later: timedelta, keep: Keep
) -> None:
    first, second = calls_of(name), calls_of(name, later.total_seconds())
    keep(first)
    keep(second)
    assert shared(first, second) == set()
    assert wrong_in(first) == wrong_in(second) == []
