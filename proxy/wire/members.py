"""A request body, cut into its top-level members without parsing what is inside.

Every format's `read_request` starts here: histories are long, and most facts need only
the outer level. Falls back to a byte scanner where the body is cut or holds text that
msgspec refuses. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Any, NamedTuple

import msgspec

from proxy.json_scan import TopLevelScanner
from proxy.wire.base import Notes
from proxy.wire.json_array import JSONArraySplitter
from proxy.wire.lenient import (
    MOST_VALUES,
    NotJson,
    Record,
    is_heavy,
    load,
    record,
    short,
)

MANY_MEMBERS = 200_000
"""Of a body; what could have more is gone through without making objects."""
_SHORTEST = len(b'"":0,')
"""Bytes of a member."""
MOST_ELEMENTS = 20_000
"""Of a list that is read one by one; the longest agent's history has a tenth."""
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_FORM_MODEL = re.compile(
    rb'name="?model"?[^\r\n]*+\r\n(?:[^\r\n]++\r\n)*+\r\n([^\r\n]{1,200})\r\n'
)


class _Cut(NamedTuple):
    """What was made of a body."""

    body: bytes
    raw: Mapping[str, msgspec.Raw | bytes]
    lists: dict[str, list[bytes]]
    """The elements of its lists, as far as they were asked for."""


_NONE = _Cut(b"", {}, {})
_held = _NONE


class Members:
    """The members of a JSON object, or the model field of a multipart form."""

    def __init__(self, body: bytes) -> None:
        self.notes = Notes()
        self._form_model: bytes | None = None
        self._raw: Mapping[str, msgspec.Raw | bytes] = {}
        self._lists: dict[str, list[bytes]] = {}
        if body.startswith(b"--"):
            found = _FORM_MODEL.search(body)
            self._form_model = found.group(1) if found else None
        elif body:
            self._raw = self._cut(body)

    def _cut(self, body: bytes) -> Mapping[str, msgspec.Raw | bytes]:
        if body is (known := _held).body:
            self._lists = known.lists
            return known.raw
        try:
            # The scanner takes no more members than a call may have.
            is_short = len(body) < MANY_MEMBERS * _SHORTEST
            if is_short or body.count(b",") < MANY_MEMBERS:
                return _members(body)
        except (ValueError, RecursionError):
            pass
        scanner = TopLevelScanner()
        scanner.feed(body)
        if not scanner.is_object or not scanner.is_complete:
            self.notes.add("The request body is not a whole JSON object.")
        # Blanks before a value are in its span; msgspec gives it without them.
        return {n: body[s.start : s.end].strip() for n, s in scanner.spans.items()}

    def has_any(self, names: Set[str]) -> bool:
        """Spares a look for each of many names that are seldom there."""
        return not names.isdisjoint(self._raw)

    def those(self, names: Set[str]) -> Set[str]:
        """Which of many names are there."""
        return names & self._raw.keys()

    def raw(self, name: str) -> bytes:
        """The bytes of a member's value, b"" when it is absent."""
        value = self._raw.get(name)
        return b"" if value is None else bytes(value)

    def get(self, name: str) -> Any:
        """A member's value, None when it is absent or no JSON."""
        raw = self._raw.get(name)
        if raw is None:
            return None
        try:
            return load(bytes(raw))
        except NotJson:
            self.notes.add(f"The request's {name[:40]} can't be read.")
            return None

    def record(self, name: str) -> Record:
        return record(self.get(name))

    def whole(self) -> Record:
        """All members, decoded."""
        return {name: self.get(name) for name in self._raw}

    def short(self, name: str) -> str | None:
        """A name or id; a wrong type is a note."""
        if name == "model" and self._form_model is not None:
            return short(self._form_model.decode("utf-8", "replace").strip())
        value = self.get(name)
        if value is not None and not isinstance(value, str):
            self.notes.add(f"The request's {name} is not text.")
        return short(value)

    def length(self, name: str) -> int:
        """How many elements a list has, 0 for anything else."""
        return len(self.elements(name)) if self._start(name)[:1] == b"[" else 0

    def elements(self, name: str) -> list[bytes]:
        """The raw elements of a list; a wrong type is a note."""
        start = self._start(name)
        if not start or start == b"null":
            return []
        if not start.startswith(b"["):
            self.notes.add(f"The request's {name} is not a list.")
            return []
        if len(self._raw[name]) > MOST_VALUES and is_heavy(self.raw(name)):
            self.notes.add(f"The request's {name} has too many values to be read.")
            return []
        try:
            found = self._list(name)
        except (ValueError, RecursionError):
            found = elements(self.raw(name))
        if len(found) > MOST_ELEMENTS:
            said = f"Only the first {MOST_ELEMENTS:,} of the request's {name} are read."
            self.notes.add(said)
        return found[:MOST_ELEMENTS]

    def beginning(self, name: str, most: int) -> list[bytes]:
        """The first raw elements of a list; nothing of anything else."""
        try:
            return self._list(name)[:most] if name in self._raw else []
        except (ValueError, RecursionError):
            return []

    def _start(self, name: str) -> bytes:
        """A long value's first bytes, a short one's all: the whole would be a copy."""
        value = self._raw.get(name)
        return b"" if value is None else bytes(memoryview(value)[:5])

    def _list(self, name: str) -> list[bytes]:
        found = self._lists.get(name)
        if found is None:
            found = [bytes(each) for each in _elements(self._raw[name])]
            self._lists[name] = found
        return found


class Held:
    """A body is cut once, whoever asks for its members meanwhile: its format, and those
    who read the same of every format."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __enter__(self) -> Members:
        global _held
        found = Members(self._body)
        if self._body and not found.notes.items:
            _held = _Cut(self._body, found._raw, found._lists)
        return found

    def __exit__(self, *_: object) -> None:
        global _held
        _held = _NONE


def elements(raw: bytes) -> list[bytes]:
    """The raw elements of a JSON array (its objects, where it is odd)."""
    try:
        return [bytes(item) for item in _elements(raw)]
    except (ValueError, RecursionError):
        return [event.data for event in JSONArraySplitter().feed(raw)]
