"""A record whose conversation is asked for, and the links by which it is found.

`runs/grouping/conversations.py` decides by them; nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from functools import lru_cache
from hashlib import sha256

from pricing.values import dataclass
from runs.cleaning import SHORT
from runs.grouping.links import WORDS, LinkKind, number, scope_of
from runs.grouping.turns import spoken
from runs.record import ExchangeRecord, Purpose

MAX_KEY = 255
NAMED_AGAIN = (
    *("openai-responses", "openai-chat-deferred", "openai-chat-fetched"),
    *("gemini-interaction", "lm-studio-chat", "mistral-conv"),
)
"""Formats whose later requests name the answer that they go on from."""
ENOUGH = 16
"""So many characters must be the same: a "Done." may be anybody's."""


@dataclass(slots=True)
class Placing:
    """A record whose conversation is asked for."""

    record: ExchangeRecord
    request: int
    run: int | None
    conversation: int | None = None
    """Where it was placed when it began."""
    scope: bytes = field(init=False)
    links_scope: bytes = field(init=False)
    """Histories of a session are its own, whoever's key it uses later."""
    made: list[tuple[int, int]] = field(default_factory=list, compare=False)
    """What `names` has made so far: histories are long, and asked for several times."""
    worded: list[int] = field(default_factory=list, compare=False)
    """What `word_names` has made."""
    numbers: dict[bytes, int] = field(default_factory=dict, compare=False)
    """What `as_said` has made so far."""

    def __post_init__(self) -> None:
        record, run = self.record, self.run
        self.scope = self.links_scope = scope_of(run, record.client_key)
        if record.session:
            self.links_scope = scope_of(run, "session", _told(record))

    @property
    def client(self) -> int:
        """The number of the client program."""
        agent = self.record.user_agent
        named = _client if len(agent) < SHORT else _client.__wrapped__
        return named(self.scope, agent)

    def as_said(self, digest: bytes) -> int:
        """The number of an answer's link, made once."""
        found = self.numbers.get(digest)
        if found is None:
            found = number(LinkKind.SAID, self.links_scope, digest)
            self.numbers[digest] = found
        return found

    def word_names(self) -> list[int]:
        """The links of the user's words, by WORDS."""
        if not self.worded:
            # The user's, as titles and agents both quote them.
            words = spoken(self.record).encode(errors="replace")
            self.worded = [number(kind, self.links_scope, words) for kind in WORDS]
        return self.worded

    def first_names(self) -> tuple[int, int]:
        """Those of all its history, of which there is some."""
        return self.made[0] if self.made else self._make(self.record.history[-1])

    def names(self) -> Iterator[tuple[int, int]]:
        """By which its history was answered or asked, the longest part first."""
        yield from self.made
        history = self.record.history
        for digest in reversed(history[: len(history) - len(self.made)]):
            yield self._make(digest)

    def all_names(self) -> list[tuple[int, int]]:
        """The same of a short history, at once."""
        history = self.record.history
        while len(self.made) < len(history):
            self._make(history[-1 - len(self.made)])
        return self.made

    def _make(self, digest: bytes) -> tuple[int, int]:
        scope = self.links_scope
        pair = (
            number(LinkKind.ANSWERED, scope, digest),
            number(LinkKind.ASKED, scope, digest),
        )
        self.made.append(pair)
        return pair


@lru_cache(maxsize=1024)
def _client(scope: bytes, agent: str) -> int:
    return number(LinkKind.CLIENT, scope, agent.encode(errors="replace"))


def starts(record: ExchangeRecord) -> bool:
    """True for requests that have a conversation at all."""
    return bool(record.session or record.previous_response_id or record.history)


def _told(record: ExchangeRecord) -> str:
    return f"{record.session_rule or 'session'}:{record.session}"


def session_key(record: ExchangeRecord, run: int | None) -> str:
    """The conversation's key when the client names its session itself."""
    whose = (record.client_key, f"run:{run}" if run else "")
    key = " ".join(word for word in (_told(record), *whose) if word).replace("\0", "")
    if len(key) <= MAX_KEY and key.isascii():
        return key
    rule = record.session_rule[:64] or "session"
    return f"{rule}:sha256:{sha256(key.encode(errors='replace')).hexdigest()}"


def words_kind(record: ExchangeRecord) -> bytes:
    if record.tools_offered and record.operation != "count_tokens":
        return LinkKind.TOOLS
    is_data = record.is_structured or record.operation == "count_tokens"
    return LinkKind.DATA if is_data or record.purpose else LinkKind.PLAIN


def own_numbers(placing: Placing) -> list[int]:
    """The links by which later requests find this one."""
    record, found = placing.record, list[int]()
    answer = record.answer
    if record.history and record.operation != "count_tokens":
        found.append(placing.first_names()[1])
    if answer.history:
        found.append(number(LinkKind.ANSWERED, placing.links_scope, answer.history))
    if record.response_id and record.wire_format.startswith(NAMED_AGAIN):
        found.append(response_number(placing, record.response_id))
    is_summary = bool(record.purpose) and record.purpose == Purpose.COMPACTION
    if answer.weight >= ENOUGH // 4 and (is_summary or not record.session):
        found.append(number(LinkKind.SAID, placing.links_scope, answer.said))
    if record.session:
        return found
    if record.preview:
        found.append(placing.word_names()[WORDS.index(words_kind(record))])
    if not record.purpose:
        found.append(placing.client)
    return found


def response_number(placing: Placing, response_id: str) -> int:
    return number(
        LinkKind.RESPONSE, placing.scope, response_id.encode(errors="replace")
    )


def history_numbers(
    placing: Placing, find: Callable[[int], object | None]
) -> list[int]:
    """What to look up first: digests longer than the longest that is found."""
    record, wanted = placing.record, list[int]()
    if len(record.history) == 1:
        wanted += placing.first_names()
    else:
        for place, names in enumerate(placing.names()):
            wanted += names
            if place and any(find(name) for name in names):
                break
    if record.previous_response_id:
        wanted.append(response_number(placing, record.previous_response_id))
    if record.own_said:
        wanted.append(placing.as_said(record.own_said))
    return wanted


def other_numbers(placing: Placing) -> Iterator[int]:
    for said in placing.record.said:
        yield placing.as_said(said.digest)
    if placing.record.preview:
        yield from placing.word_names()
    if placing.record.purpose:
        yield placing.client
