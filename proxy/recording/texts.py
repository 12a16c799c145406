"""What a stored request says anew: texts that its conversation has not had before.

A request sends the whole history again. Each text of it is known by a digest without
its blanks, since clients write what a model said (arguments of tools above all) in
their own way; what the conversation has had is left out. `indexing.py` asks.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from proxy.wire import format_named
from proxy.wire.base import Message
from proxy.wire.charset import as_utf8
from runs.bodies.reader import BodyReader
from runs.decoding import decode_text
from runs.models import Body, CapturedRequest
from runs.record import Side
from runs.text import index
from runs.text.wording import IN_ORDER, OF_TOOL, Wording

log = logging.getLogger(__name__)

LARGEST = 8 * 1024 * 1024
"""Bytes of a body; the words of larger ones are not indexed."""
REMEMBERED = 100_000
"""Digests in memory; those of other conversations are read from the database."""


class Text(NamedTuple):
    """A part of a message."""

    text: str
    is_of_tool: bool
    """What a tool gave."""


class SaidBefore:
    """Which texts each conversation has had: the newest in memory, all in the index."""

    def __init__(self) -> None:
        self._of: OrderedDict[int, set[int]] = OrderedDict()
        self._held = 0

    def new(self, conversation: int | None, texts: Iterable[Text]) -> dict[int, Text]:
        """Digest → text, of those that are new; they are not from now on."""
        found = {digest(each.text): each for each in texts}
        if conversation is None:
            return found
        had = self._had(conversation)
        new = {key: each for key, each in found.items() if key not in had}
        had.update(new)
        self._held += len(new)
        self._let_go()
        return new

    def forget(self) -> None:
        self._of.clear()
        self._held = 0

    def _had(self, conversation: int) -> set[int]:
        if conversation not in self._of:
            self._of[conversation] = index.said_in(conversation)
            self._held += len(self._of[conversation])
        self._of.move_to_end(conversation)
        return self._of[conversation]

    def _let_go(self) -> None:
        while self._held > REMEMBERED and len(self._of) > 1:
            _, gone = self._of.popitem(last=False)
            self._held -= len(gone)


def digest(text: str) -> int:
    bare = "".join(text.split()).encode(errors="replace")
    return int.from_bytes(blake2b(bare, digest_size=8).digest(), "big")


def wording(
    row: CapturedRequest,
    found: Mapping[str, Body],
    reader: BodyReader,
    said: SaidBefore,
) -> Wording:
    """The words of what a request and its answer say anew."""
    told = Wording(row.pk)
    new = said.new(row.conversation_id, _texts(row, found, reader))
    for key, each in new.items():
        told.add(key, each.text, OF_TOOL if each.is_of_tool else IN_ORDER)
    return told


def newest_texts(
    row: CapturedRequest, found: Mapping[str, Body], reader: BodyReader
) -> Iterator[str]:
    """All that a request and its answer say, from the end; the rest may be left."""
    for side in (Side.RESPONSE, Side.REQUEST):
        told = list(_texts_of(side, row, found, reader))
        yield from (each.text for each in reversed(told))


def _texts(
    row: CapturedRequest, found: Mapping[str, Body], reader: BodyReader
) -> Iterator[Text]:
    for side in (Side.REQUEST, Side.RESPONSE):
        yield from _texts_of(side, row, found, reader)


def _texts_of(
    side: Side, row: CapturedRequest, found: Mapping[str, Body], reader: BodyReader
) -> Iterator[Text]:
    body = found.get(side)
    if body is None or body.kept > LARGEST:
        return
    read = _asked if side is Side.REQUEST else _answered
    try:
        yield from _said(read(row, _plain(body, reader), body.content_type))
    except Exception as error:  # captured bodies may be anything
        log.debug("The %s of %s has no words: %r", side, row.uid, error)


def _asked(row: CapturedRequest, data: bytes, _: str) -> Sequence[Message]:
    return format_named(row.wire_format).read_messages(data)


def _answered(row: CapturedRequest, data: bytes, kind: str) -> Sequence[Message]:
    reader = format_named(row.wire_format).reader(row.status or 200, kind)
    reader.feed(data)
    facts = reader.finish()
    return (facts.message, *facts.other_choices) if facts.message else ()


def _said(messages: Iterable[Message]) -> Iterator[Text]:
    for message in messages:
        for part in message.parts:
            if part.text and part.kind != "other":
                text = f"{part.name} {part.text}" if part.name else part.text
                yield Text(text, is_of_tool=part.kind == "tool_result")


def _plain(body: Body, reader: BodyReader) -> bytes:
    data, _ = decode_text(reader.read(body), body.content_encoding, body.content_type)
    return as_utf8(data[:LARGEST], body.content_type)
