"""Puts one function call of Gemini together, whose arguments may come in pieces.

Gemini 3 streams them as `partialArgs`: values at JSON paths, texts in pieces, with
`willContinue` while more follows; an empty `functionCall` only ends the one before it.
Used by `gemini.py`, once a candidate. Pure.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from proxy.wire.answer_block import Slot
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, dump, record, rows, string

_STEP = re.compile(
    r"\.([^.\[\]]+)|\[(\d{1,4})\]|\['((?:[^'\\]|\\.)*+)'\]|\[\"((?:[^\"\\]|\\.)*+)\"\]"
)
_VALUES = ("stringValue", "numberValue", "boolValue", "structValue", "listValue")
_MOST_ITEMS = 1000
_DEEPEST = 32


class CallPieces:
    """`read` each functionCall; `end` closes what was left open."""

    def __init__(self) -> None:
        self._slot: Slot | None = None
        self._arguments: Record = {}

    def read(self, call: Record, slot: Slot, draft: Draft) -> None:
        if name := string(call.get("name")):
            self.end(draft)
            block = draft.call(slot, name, call.get("id"))
            self._slot = slot if block is not None else None
        self._arguments.update(record(call.get("args")))
        for piece in rows(_either(call, "partialArgs")):
            _put(self._arguments, _steps(string(_either(piece, "jsonPath"))), piece)
        if not _either(call, "willContinue"):
            self.end(draft)

    def end(self, draft: Draft) -> None:
        if self._slot is not None:
            draft.add(self._slot, "tool_call", dump(self._arguments))
        self._slot, self._arguments = None, {}


def _either(source: Record, name: str) -> Any:
    """A member in camelCase or snake_case."""
    if name in source:
        return source[name]
    return source.get(re.sub("([A-Z])", r"_\1", name).lower())


def _steps(path: str) -> list[str | int]:
    """`$.a[0]['b c']` as a, 0, b c."""
    found = [match.groups() for match in _STEP.finditer(path.removeprefix("$"))]
    return [
        int(index) if index else next((n for n in (name, one, other) if n), "")
        for name, index, one, other in found[:_DEEPEST]
    ]


def _put(into: Record, steps: list[str | int], piece: Record) -> None:
    if not steps:
        return
    at: Any = into
    for step, following in pairwise(steps):
        known = _at(at, step)
        if not isinstance(known, dict | list):
            known = [] if isinstance(following, int) else {}
            _set(at, step, known)
        at = known
    value = next((_either(piece, n) for n in _VALUES if _has(piece, n)), None)
    known = _at(at, steps[-1])
    if isinstance(known, str) and isinstance(value, str):
        value = known + value
    _set(at, steps[-1], value)


def _has(piece: Record, name: str) -> bool:
    return _either(piece, name) is not None


def _at(container: Any, step: str | int) -> Any:
    if isinstance(container, dict):
        return container.get(str(step))
    is_there = isinstance(step, int) and step < len(container)
    return container[step] if is_there else None


def _set(container: Any, step: str | int, value: Any) -> None:
    if isinstance(container, dict):
        container[str(step)] = value
    elif isinstance(step, int) and step < _MOST_ITEMS:
        container.extend([None] * (step + 1 - len(container)))
        container[step] = value
