"""By what a request finds the one that it goes on from: names, and where they lead.

A name is a number made of a kind, a scope and a digest; the scope holds one run and one
client (or one session) together and everybody else apart. `conversations.py` decides by
what is found. Memory first, then the database, so that a restart changes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Generic, TypeVar

from pricing.values import dataclass
from runs import sql
from runs.grouping.turns import ADOPT, end_of
from runs.models import CapturedRequest, ConversationLink
from runs.record import ExchangeRecord, Outcome

K = TypeVar("K")
V = TypeVar("V")
MAX_RECENT = 20_000
_PENDING = Outcome.PENDING  # an enum looks its members up each time, for 0.1 µs
REACH = timedelta(hours=6)
"""What is not told by an id goes on for so long after the last call, no longer."""
STEP = 1000


class LinkKind:
    """What a link is found by: the beginning of its name."""

    ASKED: Final = b"h"
    """All messages of the request."""
    ANSWERED: Final = b"a"
    """The same, and its answer."""
    SAID: Final = b"s"
    """Its answer alone."""
    PLAIN: Final = b"p"
    """The user's last words, in a call without tools."""
    DATA: Final = b"d"
    """… in one that asks for data, or only counts."""
    TOOLS: Final = b"t"
    """… in an agent's."""
    CLIENT: Final = b"c"
    """The client program: its newest call."""
    RESPONSE: Final = b"r"
    """The id of its response."""
    COUNTED: Final = b"u"
    """An answer whose usage it has (`runs/store/counted.py`)."""


WORDS = (LinkKind.DATA, LinkKind.PLAIN, LinkKind.TOOLS)
"""From what is asked beside the work to the work itself."""


@dataclass(frozen=True, slots=True)
class Link:
    """An earlier request that can be gone on from."""

    request: int
    conversation: int
    run: int | None
    started_at: datetime
    ended_at: datetime | None
    """None: it is still going on."""
    is_success: bool
    preview: str

    def reaches(self, at: datetime) -> bool:
        return abs(at - (self.ended_at or self.started_at)) <= REACH

    def is_near(self, at: datetime, within: timedelta = ADOPT) -> bool:
        """It runs at that time, or ended just before."""
        begun = self.started_at <= at + within
        return begun and (self.ended_at is None or at <= self.ended_at + within)

    def has_failed_before(self, at: datetime) -> bool:
        """Sending the same again is a retry."""
        return not self.is_success and self.ended_at is not None and self.ended_at <= at


def link_to(record: ExchangeRecord, request: int, conv: int, run: int | None) -> Link:
    ended_at = None if record.outcome is _PENDING else end_of(record)
    is_success = record.is_success is True
    preview = record.preview
    return Link(request, conv, run, record.started_at, ended_at, is_success, preview)


def number(kind: bytes, scope: bytes, digest: bytes) -> int:
    """The key of a link: the smallest index that SQLite has."""
    made = blake2b(kind + scope + digest, digest_size=8).digest()
    return int.from_bytes(made, "big", signed=True)


@lru_cache(maxsize=4096)
def scope_of(run: int | None, *names: str) -> bytes:
    """What may be tied together, as the beginning of a name."""
    told = "\0".join((str(run or 0), *names, ""))
    return told.encode("utf-8", "replace")


class Recent(Generic[K, V]):
    """A dictionary that forgets what was not used for longest."""

    def __init__(self, size: int = MAX_RECENT) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self.has: Callable[[K], bool] = self._values.__contains__
        """Whether a key is there; it is not used by that."""

    def get(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        # What is new is at the end by itself.
        if key in self._values:
            self._values.move_to_end(key)
        self._values[key] = value
        if len(self._values) > self._size:
            self._values.popitem(last=False)

    def clear(self) -> None:
        self._values.clear()


class Remembered(Generic[V]):
    """What an iterator gives, as often as it is asked for and no further than that."""

    def __init__(self, source: Iterator[V]) -> None:
        self._source = source
        self._given: list[V] = []

    def __iter__(self) -> Iterator[V]:
        yield from self._given
        for each in self._source:
            self._given.append(each)
            yield each


class Links(Recent[int, Link]):
    """All links that are known, as one mapping."""

    def __init__(self) -> None:
        super().__init__(4 * MAX_RECENT)

    def put(self, names: Iterable[int], link: Link) -> None:
        """All of these lead there."""
        values = self._values
        for name in names:
            if name in values:
                values.move_to_end(name)
            values[name] = link
        while len(values) > self._size:
            values.popitem(last=False)

    def load(self, names: Iterable[int]) -> None:
        """Looks up what memory does not have: two queries by index."""
        values = self._values
        wanted = {name for name in set(names) if name not in values}
        if not wanted:
            return
        found = dict(sql.select(LINKS, wanted))
        there = _requests(set(found.values()))
        for name, request in found.items():
            if link := there.get(request):
                self[name] = link


LINK_COLUMNS = ("id", "request_id", "conversation_id")
"""Of ConversationLink, as its rows are written."""
# Links outlive what they point to; only what is still there counts.
LINKS = (
    f"SELECT id, request_id FROM {ConversationLink._meta.db_table} WHERE id IN ({{}})"
)
COLUMNS = (
    *("pk", "conversation_id", "run_id", "started_at", "duration_ms", "outcome"),
    *("is_success", "preview"),
)


def _requests(ids: set[int]) -> dict[int, Link]:
    links: dict[int, Link] = {}
    wanted = sorted(ids)
    for at in range(0, len(wanted), STEP):
        rows = CapturedRequest.objects.filter(
            pk__in=wanted[at : at + STEP], conversation__isnull=False
        )
        for (
            pk,
            conv,
            run,
            started_at,
            took,
            outcome,
            success,
            preview,
        ) in rows.values_list(*COLUMNS):
            ended_at = started_at + timedelta(milliseconds=took or 0)
            ended = None if outcome == Outcome.PENDING else ended_at
            links[pk] = Link(pk, conv, run, started_at, ended, bool(success), preview)
    return links
