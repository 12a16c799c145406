"""What the recorder has just read of exchanges: words cost no second look.

Kept by `indexing.py` from the moment they are stored until they are indexed: the texts
of an answer, which were assembled for its facts, and a request that is short; of a long
one its newest messages, since the others came before.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID

from proxy.recording.facts import SHORT
from proxy.recording.texts import Text
from proxy.wire.raw_messages import Newest
from runs.record import CapturedBody, ExchangeRecord, InlineBody, Side

HELD = 16_000_000
"""Characters and bytes in memory, with what holds them; the oldest go first. What went
is read again from the database, at four times the price."""
REMEMBERED = 50_000
"""Messages of which it is known that they were seen."""


class JustRead(NamedTuple):
    """Of one exchange."""

    answer: tuple[Text, ...]
    asked: CapturedBody | Newest | None
    """None: the request has to be read."""


class Memory:
    """By exchange, each once."""

    def __init__(self) -> None:
        self._of: OrderedDict[UUID, JustRead] = OrderedDict()
        self._held = 0
        self._seen: dict[int, None] = {}
        """Marks of messages."""

    def add(self, record: ExchangeRecord) -> None:
        if record.answer_texts is None or not record.bodies or _is_cut(record):
            return
        self.take(record.uid)
        texts = tuple(map(Text._make, record.answer_texts))
        found = JustRead(texts, self._newest(record) or _short_request(record))
        self._of[record.uid] = found
        self._held += _size(found)
        while self._held > HELD:
            _, gone = self._of.popitem(last=False)
            self._held -= _size(gone)

    def _newest(self, record: ExchangeRecord) -> Newest | None:
        """Without what stood in an earlier one, whose words come before its own."""
        asked = record.newest
        if not isinstance(asked, Newest):
            return None
        found = asked.since(self._seen)
        self._seen |= dict.fromkeys(asked.marks)
        if len(self._seen) > REMEMBERED:
            for mark in list(self._seen)[: -REMEMBERED // 2]:
                del self._seen[mark]
        return found

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
    return 500 + _held(of.asked) + sum([len(each.text) for each in of.answer])


def _held(asked: CapturedBody | Newest | None) -> int:
    if isinstance(asked, Newest):
        return 40 * len(asked.marks) + sum(map(len, asked.raws))
    return len(asked.source) if asked else 0
