"""Which conversation a request belongs to, told by what it carries.

`runs/store/batch.py` asks once per record. Ids go first: a session that the client
names (header or body field), then the response that it goes on from. Without one,
within the same run, the same client and some hours:

    history   the longest earlier request whose messages (and answer) it repeats; one
              that repeats no more than the opening of a finished success begins anew
    answer    earlier answers that are sent back, where a window has dropped or a
              harness has rewritten what stood before them
    words     the same words of the user at the same time in a call of another kind: a
              router, a title
    beside    what a harness asks beside the work belongs to its client's newest call

An id is kept apart by run and client as well: `1` is many people's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from pricing.values import dataclass
from runs import sql
from runs.grouping.links import (
    WORDS,
    Link,
    Links,
    Recent,
    Remembered,
    link_to,
)
from runs.grouping.placing import (
    ENOUGH,
    Placing,
    history_numbers,
    other_numbers,
    own_numbers,
    response_number,
    session_key,
    starts,
    words_kind,
)
from runs.grouping.turns import ADOPT, BEFORE
from runs.models import CapturedRequest, Conversation
from runs.record import Outcome

BESIDE = timedelta(minutes=1)
AT_ONCE = timedelta(0)
SHORT = 2
"""Messages of a history whose names are made at once."""
_PENDING = Outcome.PENDING  # an enum looks its members up each time, for 0.1 µs
Chain = Iterable[tuple[Link, bool]]
"""What a request's messages repeat, longest first, and whether that is all of them."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a record belongs, or what its new conversation would be called."""

    key: str
    rule: str
    conversation: int | None = None
    """None: a new one."""
    previous: int | None = None
    """The request that it goes on from."""


# --- memory first, then the database --------------------------------------------------


class Conversations:
    """The recorder's memory of conversations."""

    def __init__(self) -> None:
        self._links = Links()
        self._sessions: Recent[str, int] = Recent()
        self._latest: Recent[int, int] = Recent()
        self._told: Recent[int, str] = Recent(1000)
        """Rules of requests that still run."""
        self._openings: Recent[tuple[str, ...], int] = Recent(1000)

    def load(self, placings: Sequence[Placing]) -> None:
        """Looks up what a batch may go on from: a few queries, all by index."""
        find = self._links.get
        self._links.load(n for each in placings for n in history_numbers(each, find))
        lost = [each for each in placings if self._is_lost(each)]
        self._links.load(n for each in lost for n in other_numbers(each))
        told = [each for each in placings if each.record.session]
        keys = {session_key(each.record, each.run) for each in told}
        unknown = {key for key in keys if self._sessions.get(key) is None}
        for pk, key in sql.select(SESSIONS, unknown):
            self._sessions[key] = pk

    def place(self, placing: Placing) -> Placement | None:
        """The record's conversation; None for requests that have none."""
        record = placing.record
        if not starts(record):
            return None
        if placing.conversation is not None:
            link = self._continued(placing, self._chain(placing))
            previous = link.request if link else None
            rule = self._told.get(placing.request) or record.session_rule or "history"
            return Placement("", rule, placing.conversation, previous)
        if record.session:
            return self._by_session(placing)
        if record.previous_response_id:
            name = response_number(placing, record.previous_response_id)
            if (found := self._links.get(name)) and found.run == placing.run:
                rule = "previous_response_id"
                return Placement("", rule, found.conversation, found.request)
        chain = self._whole_chain(placing)
        repeats = self._repeats(placing, chain)
        for rule, find in self._repeated if repeats else self._rules:
            if link := find(self, placing, chain):
                return Placement("", rule, link.conversation, link.request)
        return Placement(f"request:{record.uid}", "history")

    def is_summary(self, placing: Placing) -> bool:
        """What stands in the user's place is an answer: a summary to go on from."""
        own = placing.record.own_said
        return bool(own) and self._counts(placing, placing.as_said(own)) is not None

    def remember(
        self, placing: Placing, placement: Placement, conversation: int
    ) -> list[tuple[int, int, int]]:
        """Makes the stored record findable; gives its rows of ConversationLink."""
        if placing.record.session and placement.key:
            self._sessions[placement.key] = conversation
        request = placing.request
        if placing.record.outcome is _PENDING:
            self._told[request] = placement.rule
        self._latest[conversation] = request
        link = link_to(placing.record, request, conversation, placing.run)
        numbers = own_numbers(placing)
        self._links.put(numbers, link)
        return [(name, request, conversation) for name in numbers]

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

    # --- rules ------------------------------------------------------------------------

    def _by_session(self, placing: Placing) -> Placement:
        record = placing.record
        key = session_key(record, placing.run)
        rule = record.session_rule or "session"
        conversation = self._sessions.get(key)
        # Sub-agents share a session: the one whose history this is, if it is told.
        chain = self._whole_chain(placing)
        link = self._continued(placing, chain)
        if conversation is None and link and self._is_answered(placing):
            # Sends back what was answered there: its key was renewed on the way.
            conversation = link.conversation
        own = (each for each, _ in chain)
        before = next((each for each in own if each.conversation == conversation), None)
        previous = before.request if before else None
        if conversation is not None and previous is None:
            previous = self._newest(conversation)
        return Placement(key, rule, conversation, previous)

    def _newest(self, conversation: int) -> int | None:
        """The newest request of a conversation."""
        found = self._latest.get(conversation)
        if found is None:
            requests = CapturedRequest.objects.in_conversation(conversation)
            found = requests.newest_first().values_list("pk", flat=True).first()
            if found is not None:
                self._latest[conversation] = found
        return found

    def _continued(self, placing: Placing, chain: Chain) -> Link | None:
        """The longest; but what sends back an answer goes on from it, also where the
        same has been asked before, in another conversation of the same course."""
        same: Link | None = None
        at = placing.record.started_at
        for link, is_whole in chain:
            if not is_whole or link.has_failed_before(at):
                return link
            same = link
        return same

    def _repeats(self, placing: Placing, chain: Chain) -> bool:
        """It sends no more than an opening did that has been answered, or is being."""
        found = next(iter(chain), None)
        if found is None or not found[1] or placing.record.operation == "count_tokens":
            return False
        if found[0].has_failed_before(placing.record.started_at):
            return False  # sent again
        shorter = (each for each, is_whole in chain if not is_whole)
        return next(shorter, None) is None

    def _by_answer(self, placing: Placing, chain: Chain) -> Link | None:
        evidence: dict[int, int] = {}
        for said in placing.record.said:
            link = self._counts(placing, placing.as_said(said.digest))
            if link is None:
                continue
            told = len(said.words) if said.words == link.preview else 0
            weight = evidence.get(link.conversation, 0) + said.weight + told
            if weight >= ENOUGH:
                return link
            evidence[link.conversation] = weight
        return None

    def _by_newer_answer(self, placing: Placing, chain: Chain) -> Link | None:
        """The same has been sent before, but not after this answer."""
        link = self._by_answer(placing, chain)
        before = self._continued(placing, chain) if link else None
        return link if link and before and link.started_at > before.started_at else None

    def _by_words(self, placing: Placing, chain: Chain) -> Link | None:
        record, at = placing.record, placing.record.started_at
        if not record.preview:
            return None
        own = WORDS.index(words_kind(record))
        for rank, name in enumerate(placing.word_names()):
            link = self._counts(placing, name) if rank != own else None
            # A router or a title comes before the agent's call or beside it.
            if link and link.is_near(at, ADOPT if rank < own else AT_ONCE):
                return link
        return None

    def _beside(self, placing: Placing, chain: Chain) -> Link | None:
        record = placing.record
        if not record.purpose or (record.purpose in BEFORE and record.has_words):
            return None
        link = self._links.get(placing.client)
        return link if link and link.is_near(record.started_at, BESIDE) else None

    _rules = (
        ("history", _continued),
        ("answer", _by_answer),
        ("words", _by_words),
        ("beside", _beside),
    )
    _repeated = (
        ("answer", _by_newer_answer),
        ("words", _by_words),
        ("beside", _beside),
    )

    # --- links ------------------------------------------------------------------------

    def _counts(self, placing: Placing, name: int) -> Link | None:
        """A link that counts: of another request, of this run and these hours."""
        link = self._links.get(name)
        if link is None or link.request == placing.request or link.run != placing.run:
            return None
        return link if link.reaches(placing.record.started_at) else None

    def _chain(self, placing: Placing) -> Iterator[tuple[Link, bool]]:
        """What its messages repeat, longest first, and whether that is all of them."""
        has = self._links.has
        for place, (answered, asked) in enumerate(placing.names()):
            if has(answered) and (link := self._counts(placing, answered)):
                yield link, False
            if has(asked) and (link := self._counts(placing, asked)):
                yield link, place == 0

    def _whole_chain(self, placing: Placing) -> Chain:
        """The same, to be read more than once; a short one costs less at once."""
        if len(placing.record.history) > SHORT:
            return Remembered(self._chain(placing))
        has = self._links.has
        names = placing.all_names()
        if not any(has(answered) or has(asked) for answered, asked in names):
            return ()
        return list(self._chain(placing))

    def _is_answered(self, placing: Placing) -> bool:
        return any(self._counts(placing, answered) for answered, _ in placing.names())

    def _is_lost(self, placing: Placing) -> bool:
        """Nothing that is known so far tells where it belongs."""
        record = placing.record
        if record.session or placing.conversation is not None or not starts(record):
            return False
        chain = self._whole_chain(placing)
        if next(iter(chain), None) is None:
            return True
        return self._repeats(placing, chain) or not self._continued(placing, chain)


SESSIONS = f"SELECT id, key FROM {Conversation._meta.db_table} WHERE key IN ({{}})"
