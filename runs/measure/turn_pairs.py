"""Finds the same turn in several runs, and tells what is not the same in it. Pure.

Turns go together by user message, and between such pairs by order: a message that was
reworded stands beside the one it replaces. `runs/measure/compare.py` uses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from runs.measure.differences import TurnChange, TurnFacts, TurnPair

LATENCY_SHARE = 0.1
"""Less than a tenth more or less is not worth a word: no two calls take as long."""

ASPECTS: tuple[tuple[Any, str], ...] = (
    ("message", "message"),
    ("prompt", "prompt_tokens"),
    ("models", "models"),
    ("tools", "tools"),
    ("tools_offered", "tools_offered"),
    ("requests", "requests"),
    ("errors", "errors"),
    ("tokens", "total_tokens"),
    ("cost", "cost_usd"),
)


def pair(sides: Sequence[Sequence[TurnFacts]]) -> tuple[TurnPair, ...]:
    """Rows in the first side's order; what only others have stands where it came."""
    if not sides:
        return ()
    first, *others = sides
    rows: list[list[TurnFacts | None]] = [[turn] for turn in first]
    for number, other in enumerate(others, start=2):
        rows = _add(rows, other, number)
    return tuple(_pair(row) for row in rows)


def _add(
    rows: list[list[TurnFacts | None]], other: Sequence[TurnFacts], width: int
) -> list[list[TurnFacts | None]]:
    """The rows with one side more."""
    before = [_key(next(turn for turn in row if turn)) for row in rows]
    joined: list[list[TurnFacts | None]] = []
    for here, there in _matches(before, [_key(turn) for turn in other]):
        row = rows[here] if here is not None else [None] * (width - 1)
        joined.append([*row, None if there is None else other[there]])
    return joined


def _matches(
    first: Sequence[str], second: Sequence[str]
) -> Iterator[tuple[int | None, int | None]]:
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        yield from zip_longest(range(start, end), range(other_start, other_end))


def _key(turn: TurnFacts) -> str:
    return " ".join(turn.message.split()).casefold()


def _pair(row: Sequence[TurnFacts | None]) -> TurnPair:
    first, *others = row
    changes = (tuple(_changes(first, other)) for other in others)
    return TurnPair(sides=tuple(row), changes=tuple(changes))


def _changes(before: TurnFacts | None, after: TurnFacts | None) -> Iterator[TurnChange]:
    if before is None or after is None:
        return
    for aspect, field in ASPECTS:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield TurnChange(aspect, old, new)
    if before.errors or after.errors:
        return  # what failed was over sooner than an answer would have been
    if abs(after.busy_ms - before.busy_ms) > LATENCY_SHARE * before.busy_ms:
        yield TurnChange("latency", before.busy_ms, after.busy_ms)
