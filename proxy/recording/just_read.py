"""What the recorder has just read of exchanges: words cost no second look.

Kept by `indexing.py` from the moment they are stored until they are indexed: the texts
of an answer, which were assembled for its facts, and a request that is short.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID

from proxy.recording.texts import Text
from runs.record import CapturedBody, ExchangeRecord, InlineBody, Side

HELD = 8_000_000
"""Characters and bytes in memory, with what holds them; the oldest go first."""
SHORT = 32 * 1024
"""Bytes of a request; what is longer repeats itself, and is in memory once a call."""


class JustRead(NamedTuple):
    """Of one exchange."""

    answer: tuple[Text, ...]
    asked: CapturedBody | None
    """None: the request has to be read."""


class Memory:
    """By exchange, each once."""

    def __init__(self) -> None:
        self._of: OrderedDict[UUID, JustRead] = OrderedDict()
        self._held = 0

    def add(self, record: ExchangeRecord) -> None:
        if record.answer_texts is None or not record.bodies or _is_cut(record):
            return
        self.take(record.uid)
        texts = tuple(Text(*each) for each in record.answer_texts)
        found = JustRead(texts, _short_request(record))
        self._of[record.uid] = found
        self._held += _size(found)
        while self._held > HELD:
            _, gone = self._of.popitem(last=False)
            self._held -= _size(gone)

    def take(self, uid: UUID) -> JustRead | None:
        found = self._of.pop(uid, None)
        if found is not None:
            self._held -= _size(found)
        return found


def _is_cut(record: ExchangeRecord) -> bool:
    """Facts read the beginning of a cut answer alone; more of it may be kept."""
    return any(each.is_cut for each in record.bodies)


def _short_request(record: ExchangeRecord) -> CapturedBody | None:
    """One in a journal's file may be gone with it before its words are indexed."""
    for body in record.bodies:
        inline = isinstance(body.source, InlineBody) and len(body.source) <= SHORT
        if body.side is Side.REQUEST and inline:
            return body
    return None


def _size(of: JustRead) -> int:
    asked = len(of.asked.source) if of.asked else 0
    return 500 + asked + sum(len(each.text) for each in of.answer)
