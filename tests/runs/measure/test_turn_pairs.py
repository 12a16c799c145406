"""Turns of several runs stand beside each other, with what changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from runs.measure.differences import TurnFacts, TurnPair
from runs.measure.turn_pairs import pair


def turn(message: str, **fields: Any) -> TurnFacts:
    given: dict[str, Any] = {
        "id": 1,
        "number": 1,
        "message": message,
        "requests": 2,
        "errors": 0,
        "models": ("gpt-5",),
        "tools": ("read", "edit"),
        "tools_offered": 9,
        "prompt_tokens": 1000,
        "input_tokens": 2100,
        "output_tokens": 80,
        "total_tokens": 2180,
        "cost_usd": Decimal("0.01"),
        "busy_ms": 1000.0,
        "ttft_ms": 90.0,
    }
    return TurnFacts(**given | fields)


def test_a_turn_that_failed_is_not_called_faster() -> None:
    assert changed(turn("plan"), turn("plan", busy_ms=5.0)) == ["latency"]
    failed = turn("plan", busy_ms=5.0, errors=2)
    assert changed(turn("plan"), failed) == ["errors"]


def messages(rows: tuple[TurnPair, ...]) -> list[tuple[str | None, ...]]:
    return [
        tuple(None if side is None else side.message for side in row.sides)
        for row in rows
    ]


def changed(before: TurnFacts, after: TurnFacts) -> list[str]:
    (row,) = pair([[before], [after]])
    return [change.aspect for change in row.changes[0]]


def test_the_same_messages_stand_beside_each_other() -> None:
    first = [turn("plan"), turn("build"), turn("test")]
    second = [turn("plan"), turn("look around"), turn("build"), turn("test")]
    assert messages(pair([first, second])) == [
        ("plan", "plan"),
        (None, "look around"),
        ("build", "build"),
        ("test", "test"),
    ]


def test_a_reworded_message_stands_beside_the_old_one() -> None:
    first = [turn("plan"), turn("build"), turn("test")]
    second = [turn("plan"), turn("build it!"), turn("test")]
    rows = pair([first, second])
    assert messages(rows)[1] == ("build", "build it!")
    assert [change.aspect for change in rows[1].changes[0]] == ["message"]
    assert rows[0].changes == ((),)


def test_three_sides_keep_their_columns() -> None:
    sides = [[turn("a"), turn("b")], [turn("b")], [turn("a"), turn("c"), turn("b")]]
    assert messages(pair(sides)) == [
        ("a", None, "a"),
        (None, None, "c"),
        ("b", "b", "b"),
    ]


def test_what_changed_is_named_with_both_values() -> None:
    before, after = turn("a"), turn("a", tools=("read",), cost_usd=Decimal("0.02"))
    (row,) = pair([[before], [after]])
    tools, cost = row.changes[0]
    assert (tools.aspect, tools.before, tools.after) == (
        *("tools", ("read", "edit"), ("read",)),
    )
    assert (cost.aspect, cost.after) == ("cost", Decimal("0.02"))


def test_prompt_tokens_and_latency_count_as_changes() -> None:
    assert changed(turn("a"), turn("a", prompt_tokens=1200)) == ["prompt"]
    assert changed(turn("a"), turn("a", busy_ms=1099.0)) == []
    assert changed(turn("a"), turn("a", busy_ms=1101.0)) == ["latency"]
    assert changed(turn("a"), turn("a", busy_ms=850.0)) == ["latency"]


def test_runs_without_turns_have_no_rows() -> None:
    assert pair([[], []]) == ()
