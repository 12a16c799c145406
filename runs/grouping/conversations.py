"""Which conversation a request belongs to, told by what it carries.

First what the client says (a session header or body field), then the response it goes
on from (`previous_response_id`), then its history: the longest earlier request that
it repeats. `runs/store/writer.py` asks once per record; the answer needs no set-up, and
is the same after a restart, because what memory has lost is looked up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Generic, TypeVar

from runs import sql
from runs.models import CapturedRequest, Conversation, ConversationLink
from runs.record import ExchangeRecord

K = TypeVar("K")
V = TypeVar("V")
MAX_KEY = 255
MAX_RECENT = 20_000
NAMED_AGAIN = ("openai-responses", "gemini-interaction", "lm-studio-chat")
"""Formats whose later requests name the answer that they go on from."""


@dataclass(frozen=True, slots=True)
class Link:
    """An earlier request that can be gone on from."""

    request: int
    conversation: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a record belongs, or what its new conversation would be called."""

    key: str
    rule: str
    conversation: int | None = None
    """None: a new one."""
    previous: int | None = None
    """The request that it goes on from."""


# --- pure -----------------------------------------------------------------------------


def starts(record: ExchangeRecord) -> bool:
    """True for requests that have a conversation at all."""
    return bool(record.session or record.previous_response_id or record.history)


def session_key(record: ExchangeRecord) -> str:
    """The conversation's key when the client names its session itself."""
    rule = record.session_rule or "session"
    key = f"{rule}:{record.session}".replace("\0", "")
    if len(key) <= MAX_KEY and key.isascii():
        return key
    return f"{rule[:64]}:sha256:{sha256(key.encode(errors='replace')).hexdigest()}"


def digest_number(digest: bytes) -> int:
    """A history digest as the key of a link."""
    return int.from_bytes(digest[:8], "big", signed=True)


def response_number(response_id: str) -> int:
    """A response id as the key of a link."""
    raw = response_id.encode(errors="replace")
    return digest_number(blake2b(raw, digest_size=8, person=b"response").digest())


def own_numbers(record: ExchangeRecord) -> list[int]:
    """The links by which later requests find this one."""
    numbers = [digest_number(record.history[-1])] if record.history else []
    if record.response_id and record.wire_format.startswith(NAMED_AGAIN):
        numbers.append(response_number(record.response_id))
    return numbers


# --- memory first, then the database --------------------------------------------------


class Recent(Generic[K, V]):
    """A dictionary that forgets what was not used for longest."""

    def __init__(self, size: int = MAX_RECENT) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._size:
            self._values.popitem(last=False)

    def clear(self) -> None:
        self._values.clear()


class Conversations:
    """The recorder's memory of conversations."""

    def __init__(self) -> None:
        self._links: Recent[int, Link] = Recent()
        self._sessions: Recent[str, int] = Recent()
        self._latest: Recent[int, int] = Recent()
        self._openings: Recent[tuple[str, ...], int] = Recent(1000)

    def load(self, records: Iterable[ExchangeRecord]) -> None:
        """Looks up what a batch may go on from, all of it in two queries."""
        numbers, keys = set[int](), set[str]()
        for record in records:
            numbers.update(self._unknown_numbers(record))
            if record.session and self._sessions.get(session_key(record)) is None:
                keys.add(session_key(record))
        for number, request, conversation in sql.select(LINKS, numbers):
            self._links[number] = Link(request, conversation)
        for pk, key in sql.select(SESSIONS, keys):
            self._sessions[key] = pk

    def place(self, record: ExchangeRecord) -> Placement | None:
        """The record's conversation; None for requests that have none."""
        if not starts(record):
            return None
        link = self._longest(record)
        if record.session:
            return self._by_session(record, link)
        if record.previous_response_id:
            number = response_number(record.previous_response_id)
            if found := self._links.get(number):
                rule = "previous_response_id"
                return Placement("", rule, found.conversation, found.request)
        if link:
            return Placement("", "history", link.conversation, link.request)
        return Placement(f"request:{record.uid}", "history")

    def remember(
        self, record: ExchangeRecord, key: str, request: int, conversation: int
    ) -> list[tuple[int, int, int]]:
        """Makes the stored record findable; gives its rows of ConversationLink."""
        if record.session:
            self._sessions[key] = conversation
        self._latest[conversation] = request
        numbers = own_numbers(record)
        for number in numbers:
            self._links[number] = Link(request, conversation)
        return [(number, request, conversation) for number in numbers]

    def forget(self) -> None:
        """After a rollback: what was remembered may not be there."""
        self._links.clear()
        self._sessions.clear()
        self._latest.clear()
        self._openings.clear()

    def swap_opening(self, kind: tuple[str, ...], request: int) -> int | None:
        """The newest first request of this kind of client; now it is `request`."""
        previous = self._openings.get(kind)
        self._openings[kind] = request
        return previous

    def _by_session(self, record: ExchangeRecord, link: Link | None) -> Placement:
        key = session_key(record)
        conversation = self._sessions.get(key)
        # Sub-agents share a session: the one whose history this is, if it is told.
        previous = link.request if link else None
        if conversation is not None and previous is None:
            previous = self._newest(conversation)
        return Placement(key, record.session_rule or "session", conversation, previous)

    def _newest(self, conversation: int) -> int | None:
        """The newest request of a conversation."""
        found = self._latest.get(conversation)
        if found is None:
            requests = CapturedRequest.objects.in_conversation(conversation)
            found = requests.newest_first().values_list("pk", flat=True).first()
            if found is not None:
                self._latest[conversation] = found
        return found

    def _longest(self, record: ExchangeRecord) -> Link | None:
        for digest in reversed(record.history):
            if link := self._links.get(digest_number(digest)):
                return link
        return None

    def _unknown_numbers(self, record: ExchangeRecord) -> Sequence[int]:
        """What to look up: digests longer than the longest known one."""
        numbers = []
        for digest in reversed(record.history):
            number = digest_number(digest)
            if self._links.get(number):
                break
            numbers.append(number)
        if record.previous_response_id:
            number = response_number(record.previous_response_id)
            if not self._links.get(number):
                numbers.append(number)
        return numbers


LINKS = (
    "SELECT link.id, link.request_id, link.conversation_id"
    f" FROM {ConversationLink._meta.db_table} link"
    # Links outlive what they point to; only what is still there counts.
    f" JOIN {Conversation._meta.db_table} found ON found.id = link.conversation_id"
    " WHERE link.id IN ({})"
)
SESSIONS = f"SELECT id, key FROM {Conversation._meta.db_table} WHERE key IN ({{}})"
