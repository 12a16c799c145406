"""What a stored request says anew: texts that its conversation has not had before.

A request sends the whole history again. Each text of it is known by a digest without
its blanks, since clients write what a model said (arguments of tools above all) in
their own way; what the conversation has had is left out. `indexing.py` asks.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple, Protocol
from uuid import UUID

from proxy.recording.facts import LARGEST
from proxy.wire import format_named
from proxy.wire.base import Message, ResponseFacts
from proxy.wire.charset import as_utf8
from proxy.wire.raw_messages import Messages, Newest
from runs.bodies.reader import BodyReader
from runs.decoding import decode_text
from runs.models import Body
from runs.record import CapturedBody, Side
from runs.text import index
from runs.text.wording import IN_ORDER, OF_TOOL, Wording

log = logging.getLogger(__name__)

REMEMBERED = 100_000
"""Texts and messages in memory; texts of others are read from the database."""

_BLANKS = bytes(code for code in range(128) if chr(code).isspace())


class Text(NamedTuple):
    """A part of a message."""

    text: str
    is_of_tool: bool
    """What a tool gave."""


class Exchange(Protocol):
    """What has to be known of a stored request to read its bodies."""

    @property
    def uid(self) -> UUID: ...
    @property
    def wire_format(self) -> str: ...
    @property
    def status(self) -> int | None: ...


class Had:
    """What a conversation has had."""

    def __init__(self, texts: set[int]) -> None:
        self.texts = texts
        """Digests."""
        self.messages: set[int] = set()
        """Hashes of messages as they were sent, since this process began."""
        self.held = len(texts)
        """Of both, as `SaidBefore` has counted them."""

    def __len__(self) -> int:
        return len(self.texts) + len(self.messages)

    def has_message(self, raw: bytes) -> bool:
        """Whether it came before; it has from now on."""
        mark = hash(raw)
        if mark in self.messages:
            return True
        self.messages.add(mark)
        return False

    def goes_on_to(self, asked: Newest) -> bool:
        """All of it that was not kept came before."""
        return self.messages.issuperset(asked.before)

    def new(self, texts: Iterable[Text]) -> dict[int, Text]:
        """Digest → text, of those that are new; they are not from now on."""
        found = {digest(each.text): each for each in texts}
        new = {key: each for key, each in found.items() if key not in self.texts}
        self.texts.update(new)
        return new


class SaidBefore:
    """What each conversation has had: the newest in memory, all texts in the index."""

    def __init__(self) -> None:
        self._of: OrderedDict[int, Had] = OrderedDict()
        self._held = 0

    def load(self, conversations: Iterable[int]) -> None:
        """Those that are not in memory, in one query."""
        unknown = {each for each in conversations if each not in self._of}
        for conversation, texts in index.said_in(unknown).items():
            self._of[conversation] = Had(texts)
            self._held += len(texts)

    def messages_of(self, conversation: int) -> set[int]:
        """A copy of the marks of its messages."""
        had = self._of.get(conversation)
        return set(had.messages) if had else set()

    def of(self, conversation: int | None) -> Had:
        """To be added to; then `went_on` has to be told."""
        if conversation is None:
            return Had(set())
        if conversation not in self._of:
            self.load([conversation])
        return self._of[conversation]

    def went_on(self, conversation: int | None, had: Had) -> None:
        if conversation is None:
            return
        self._of.move_to_end(conversation)
        self._held += len(had) - had.held
        had.held = len(had)
        if self._held > REMEMBERED:
            self._let_go()

    def forget(self) -> None:
        self._of.clear()
        self._held = 0

    def _let_go(self) -> None:
        while self._held > REMEMBERED and len(self._of) > 1:
            _, gone = self._of.popitem(last=False)
            self._held -= len(gone)


def digest(text: str) -> int:
    if text.isascii():  # the same, at a fifth of the time
        bare = text.encode().translate(None, _BLANKS)
    else:
        bare = "".join(text.split()).encode(errors="replace")
    return int.from_bytes(blake2b(bare, digest_size=8).digest(), "big")


def wording(
    request: int, asked: Iterable[Text], answered: Iterable[Text], had: Had
) -> Wording:
    """The words of what a request and its answer say anew."""
    told = Wording(request)
    for key, each in had.new(chain(asked, answered)).items():
        told.add(key, each.text, OF_TOOL if each.is_of_tool else IN_ORDER)
    return told


def newest_texts(
    row: Exchange, found: Mapping[str, Body], reader: BodyReader
) -> Iterator[str]:
    """All that a request and its answer say, from the end; the rest may be left."""
    answered = answer_of(row, found.get(Side.RESPONSE), reader)
    yield from (each.text for each in reversed(list(answered)))
    asked = request_of(row, found.get(Side.REQUEST), reader)
    yield from (each.text for each in reversed(list(asked)))


def request_of(
    row: Exchange,
    body: Body | CapturedBody | Newest | None,
    reader: BodyReader,
    had: Had | None = None,
) -> Iterator[Text]:
    """What it says; without the messages that its conversation has `had`."""
    if body is None or (not isinstance(body, Newest) and _kept(body) > LARGEST):
        return
    try:
        if isinstance(body, Newest):
            yield from _said(body.but(had.has_message if had else lambda _: False))
            return
        found = format_named(row.wire_format).read_messages(_plain(body, reader))
        if had is not None and isinstance(found, Messages):
            yield from _said(found.but(had.has_message))
        else:
            yield from _said(found)
    except Exception as error:  # captured bodies may be anything
        log.debug("The request of %s has no words: %r", row.uid, error)


def answer_of(row: Exchange, body: Body | None, reader: BodyReader) -> Iterator[Text]:
    """What the answer says, read from what is stored of it."""
    if body is None or _kept(body) > LARGEST:
        return
    try:
        form = format_named(row.wire_format)
        answer = form.reader(row.status or 200, body.content_type)
        answer.feed(_plain(body, reader))
        yield from answer_texts(answer.finish())
    except Exception as error:  # captured bodies may be anything
        log.debug("The answer of %s has no words: %r", row.uid, error)


def answer_texts(facts: ResponseFacts) -> tuple[Text, ...]:
    """Of an answer that was just read."""
    messages = (facts.message, *facts.other_choices) if facts.message else ()
    return tuple(_said(messages))


def _said(messages: Iterable[Message]) -> Iterator[Text]:
    for message in messages:
        for part in message.parts:
            if part.text and part.kind != "other":
                text = f"{part.name} {part.text}" if part.name else part.text
                yield Text(text, is_of_tool=part.kind == "tool_result")


def _kept(body: Body | CapturedBody) -> int:
    return len(body.source) if isinstance(body, CapturedBody) else body.kept


def _plain(body: Body | CapturedBody, reader: BodyReader) -> bytes:
    raw = body.source.read() if isinstance(body, CapturedBody) else reader.read(body)
    data, _ = decode_text(raw, body.content_encoding, body.content_type)
    return as_utf8(data[:LARGEST], body.content_type)
