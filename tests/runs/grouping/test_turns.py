"""`runs/grouping/turns.py`: what a request does to the turns of its conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from runs.grouping.turns import (
    Call,
    Current,
    Known,
    Step,
    decide,
    earlier_digests,
    key_of,
)
from runs.record import ExchangeRecord, Outcome
from tests import make

DONE = make.START + timedelta(seconds=10)


def now(**fields: Any) -> Current:
    """Turn 7: an agent's, answered at 10 s."""
    given: dict[str, Any] = {
        "turn": 7,
        "number": 1,
        "key": 1,
        "text": "Fix it",
        "has_tools": True,
        "ended_at": DONE,
    }
    return Current(**(given | fields))


def asked(
    at_s: float, text: str = "Other", tools: int = 3, **more: Any
) -> ExchangeRecord:
    return make.record(
        started_at=make.START + timedelta(seconds=at_s),
        **({"history": (b"s" * 16, b"u" * 16)} | more),
        turn=b"u" * 16,
        preview=text,
        tools_offered=tools,
    )


def call(record: ExchangeRecord) -> Call:
    return Call(99, record, None, 1, is_opening=False, previous=None)


def test_a_known_history_joins_its_turn() -> None:
    assert decide(call(asked(60)), Known(3), None, now()) is Step.JOIN


def test_a_thread_that_goes_on_begins_a_turn_unless_it_ran_beside() -> None:
    assert decide(call(asked(60)), None, Known(7), now()) is Step.BEGIN
    assert decide(call(asked(60)), None, Known(7, is_side=True), now()) is Step.BESIDE


@pytest.mark.parametrize(
    ("record", "current", "step"),
    [
        (asked(60), now(), Step.BEGIN),
        (asked(60, tools=0), now(), Step.BESIDE),
        (asked(60, text='"Fix it"'), now(), Step.LEAD),
        (asked(5), now(), Step.BESIDE),
        (asked(60), now(in_flight={1}), Step.BESIDE),
        (asked(60), now(waits=True), Step.BESIDE),
        (asked(3 * 3600), now(waits=True), Step.BEGIN),
        (asked(12), now(has_tools=False), Step.LEAD),
        (asked(60), now(has_tools=False), Step.BEGIN),
        (asked(60, tools=0), now(has_tools=False), Step.BEGIN),
        (asked(5, tools=0), now(has_tools=False), Step.BESIDE),
    ],
    ids=[
        "an agent that rewrote its history",
        "a title or a summary",
        "the same words, quoted",
        "while a call of the turn goes on",
        "while a call of the turn has not ended",
        "a sub-agent, while its tool call waits",
        "long after a tool call that nobody answered",
        "an agent right after its title call",
        "an agent long after a question",
        "a client that keeps no history",
        "a title call of a chat",
    ],
)
def test_a_history_that_goes_on_from_nothing(
    record: ExchangeRecord, current: Current, step: Step
) -> None:
    assert decide(call(record), None, None, current) is step


def test_a_call_that_ends_is_no_longer_in_flight() -> None:
    current, done = now(), asked(20)
    begun = make.renamed(done, outcome=Outcome.PENDING)
    current.note(1, begun)
    assert current.covers(asked(60).started_at)
    current.note(1, done)
    assert not current.covers(asked(60).started_at)
    assert current.ended_at > DONE


def test_keys_differ_by_run_conversation_message_and_response() -> None:
    keys = {
        key_of((0, 1), b"a"),
        key_of((1, 1), b"a"),
        key_of((0, 11), b"a"),
        key_of((0, 1), b"b"),
        key_of((0, 1), b"a", "resp_1"),
    }
    assert len(keys) == 5
    assert all(-(2**63) <= key < 2**63 for key in keys)


def test_what_stands_before_the_message_comes_longest_first() -> None:
    record = make.record(history=(b"1", b"2", b"3", b"4"), turn=b"3")
    assert earlier_digests(record) == [b"2", b"1"]


def test_the_same_first_words_again_are_a_new_message_once_they_are_answered() -> None:
    again = asked(60, history=(b"u" * 16,))
    key = call(again).key
    ways = {
        "answered": now(key=key, is_answered=True),
        "being answered": now(key=key, in_flight={1}),
        "failed": now(key=key),
        "an earlier turn": now(key=0, is_answered=True),
    }
    steps = {
        way: decide(call(again), Known(7), None, each) for way, each in ways.items()
    }
    assert steps == {
        "answered": Step.BEGIN,
        "being answered": Step.BEGIN,
        "failed": Step.JOIN,
        "an earlier turn": Step.JOIN,
    }


def test_the_same_words_deeper_in_a_conversation_are_regenerated() -> None:
    again = asked(60, history=(b"u" * 16,), answers=1)
    current = now(key=call(again).key, is_answered=True)
    assert decide(call(again), Known(7), None, current) is Step.JOIN


def test_a_compaction_on_the_way_leaves_the_message_as_it_is() -> None:
    assert decide(call(asked(60, is_resumed=True)), None, None, now()) is Step.LEAD


def test_what_a_harness_asks_beside_the_work_begins_nothing() -> None:
    asking = asked(60, purpose="title", tools=0)
    assert decide(call(asking), None, Known(7), now()) is Step.BESIDE
    assert decide(call(asking), None, None, now(has_tools=False)) is Step.BESIDE
