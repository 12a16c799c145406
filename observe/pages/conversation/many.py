"""Captured requests of one conversation, with bodies read one through the other.

Each body of a conversation is stored against the one before it: read in order, each is
decoded once. Called by `observe/pages/conversation/transcript.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from observe.pages.request.captured import Captured
from runs.bodies.reader import BodyReader
from runs.models import Body, CapturedRequest
from runs.record import Side


@dataclass(frozen=True)
class CapturedOfMany(Captured):
    """One of them."""

    reader: BodyReader
    found: dict[str, Body]

    @cached_property
    def bodies(self) -> dict[str, Body]:
        return self.found

    def raw(self, side: Side) -> bytes:
        body = self.bodies.get(side)
        return self.reader.read(body) if body else b""


def captured(rows: Sequence[CapturedRequest]) -> list[CapturedOfMany]:
    reader = BodyReader()
    found = reader.find([row.pk for row in rows])
    return [CapturedOfMany(row, reader, found.get(row.pk, {})) for row in rows]
