"""One exchange while it is alive: what is captured, and how it is journalled.

`proxy/app.py` tells it what happens; it never touches the client's or upstream's bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from proxy.exchange import Capture, HeaderList, Inbound, Own, Target
from proxy.journal.as_kept import Arrived, SentAs, masked
from proxy.journal.capture import INLINE, BodyCapture, ChunkClock
from proxy.journal.format import Changes, Head, Tail
from proxy.journal.masking import Masker
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.request_body import RequestBody
from runs.detail import FixReport
from runs.record import Outcome, Side


@dataclass(slots=True)
class Capturing:
    """What every exchange of a worker shares."""

    journal: Journal
    masker: Masker
    limit: int
    """Bytes kept of each body (`WEIR_CAPTURE_LIMIT`)."""
    default: Capture = Capture.FULL
    """What is kept of requests that Weir refuses (`WEIR_CAPTURE`)."""
    keeps_unknown: bool = True
    """Of those whose address nothing takes, too (`WEIR_CAPTURE_UNKNOWN`)."""


class LiveExchange:
    """From the first byte of a request to the last of its answer."""

    __slots__ = (
        *("_after", "_before", "_begun", "_bodies", "_capturing"),
        *("_is_off", "_is_over", "_journal", "_limit", "_masker"),
        *("_resend_of", "_response_headers", "_sent_us", "_started", "_started_us"),
        *("arrived", "clock", "done_about_usage", "fixes", "last_us"),
        *("notes", "run_key", "run_name", "status", "uid", "upstream_us"),
        "waited_us",
    )

    def __init__(
        self,
        inbound: Inbound,
        capturing: Capturing,
        own: Own | None = None,
        arrived: Arrived | None = None,
    ) -> None:
        """`arrived`: the request as it may be kept, where that is known already."""
        self._capturing = capturing
        self._starts()
        self._journal = capturing.journal
        self._masker = capturing.masker
        self.uid = new_uid() if own is None else own.uid
        self._resend_of = b"" if own is None else own.resend_of
        # At once: for as long as the exchange lives, it holds no key.
        self.arrived = arrived or masked(inbound, capturing.masker)
        self.run_key = self.run_name = ""
        """What names its run (proxy/forward/run_keys.py)."""
        self.done_about_usage = ""
        """A sentence (proxy/forward/usage_habits.py)."""
        self._before = self._after = b""

    def _starts(self) -> None:
        """One attempt, of which a request may have several."""
        self._started = time.perf_counter_ns()
        self._started_us = time.time_ns() // 1000
        self._limit = self._capturing.limit
        self.clock = ChunkClock(self._started)
        self.status = 0
        self.upstream_us = -1
        self.waited_us = 0
        """For the client, while its body came."""
        self.last_us = -1
        """When the last byte of the answer came from the upstream."""
        self._sent_us = -1
        self.notes: list[str] = []
        self.fixes: Callable[[], list[FixReport]] = list
        """Tells what was done to the answer (proxy/forward/fixing.py)."""
        self._response_headers: list[tuple[str, str]] = []
        self._begun = self._is_off = self._is_over = False
        self._bodies: dict[Side, BodyCapture] = {}

    @property
    def has_begun(self) -> bool:
        """Its start is journalled, or needs no journal."""
        return self._begun or self._is_off or self._is_over

    def elapsed_us(self) -> int:
        return (time.perf_counter_ns() - self._started) // 1000

    def begin(
        self,
        target: Target | None,
        body: RequestBody | None,
        sent: RequestBody | None = None,
        kept: SentAs | None = None,
    ) -> bool:
        """Journal the start. `body` None: it streams and comes through `fed`. True:
        there are large bodies, which `keep` keeps."""
        capture = target.capture if target else self._capturing.default
        self._is_off = capture == Capture.OFF
        keeps_bodies = capture in (Capture.FULL, Capture.MASKED)
        # For facts the recorder has to read them: they go no further than the journal.
        if not keeps_bodies and capture != Capture.FACTS:
            self._limit = 0
        if self._is_off:
            return False
        inline = b""
        if body is not None and body.file is None and body.size <= self._inline():
            inline = body.data
        head = self._head(
            target, inline, body, kept or SentAs("", "", []), keeps_bodies
        )
        head.mask_keys = capture == Capture.MASKED
        head.sent_changes = self._changes(body, sent)
        self._begun = self._journal.begin(head)
        if sent is None and (inline or body is None):
            return False  # as of nearly every call
        is_large = False
        for side, whole in self._bodies_of(body, sent):
            is_large |= whole.is_large
            if not whole.is_large and not (inline and whole is body):
                self._body(side).take(whole.data)
        return is_large

    async def begin_refused(self, code: str, body: RequestBody | None = None) -> None:
        """Journal the start of what is not forwarded, for the reason of this code, and
        the body where it was read."""
        is_unknown = code == "INVALID_PROVIDER_PREFIX"
        self._is_off = is_unknown and not self._capturing.keeps_unknown
        if self._is_off:
            return
        body = body or RequestBody()
        if self.begin(None, body):
            await self.keep(body, None)

    async def keep(self, body: RequestBody, sent: RequestBody | None) -> None:
        """Keep the large ones."""
        for side, whole in self._bodies_of(body, sent):
            if whole.is_large:
                await self._body(side).take_large(whole)

    def fed(self, side: Side, piece: bytes) -> None:
        """Keep a piece of a body."""
        if not self._is_off:
            (self._bodies.get(side) or self._body(side)).feed(piece)

    def sends(self) -> None:
        """It goes upstream now, maybe not for the first time."""
        self._sent_us = self.elapsed_us()

    def answered(self, status: int, headers: HeaderList) -> None:
        """The upstream's response head came (or Weir made one)."""
        self.status = status
        self.upstream_us = self.elapsed_us()
        self._response_headers = self._masker.headers(headers)

    def checkpoint(self) -> None:
        """Make what is known so far outlive this process."""
        if self._begun:
            self._journal.finish(self._tail(Outcome.INTERRUPTED, "", "", final=False))

    def finish(self, outcome: Outcome, error: str = "", error_code: str = "") -> None:
        """Journal the end; after this the client may have its last byte."""
        if self._begun:
            self._begun, self._is_over = False, True
            text = self._masker.text(error) if error else ""
            self._journal.finish(self._tail(outcome, text, error_code, final=True))

    def goes_on(self, outcome: Outcome, error: str = "", error_code: str = "") -> None:
        """This attempt failed and is over; the next, of the same request, is an
        exchange of its own from now on."""
        before, self._after = self.uid if self._begun else b"", new_uid()
        self.finish(outcome, error, error_code)
        self.uid, self._before, self._after = self._after, before, b""
        self._starts()

    def _bodies_of(
        self, body: RequestBody | None, sent: RequestBody | None
    ) -> list[tuple[Side, RequestBody]]:
        """Those of a request that are kept for themselves."""
        changed = None if self._changes(body, sent) else sent
        pairs = ((Side.REQUEST, body), (Side.SENT, changed))
        return [(side, whole) for side, whole in pairs if whole is not None]

    def _changes(self, body: RequestBody | None, sent: RequestBody | None) -> Changes:
        """What makes the body that is sent of the client's, where both are kept whole:
        it need not be kept a second time then."""
        if body is None or sent is None or sent.original is not body:
            return []
        if max(body.size, sent.size) > self._limit:
            return []
        return [(each.start, each.end, each.text) for each in sent.changes]

    def _inline(self) -> int:
        return min(INLINE, self._limit)

    def _body(self, side: Side) -> BodyCapture:
        if side not in self._bodies:
            # Not a method of this exchange: it would hold itself, and its bodies, until
            # the garbage collector comes.
            write = partial(self._journal.piece, self.uid)
            self._bodies[side] = BodyCapture(side, self._limit, write)
        return self._bodies[side]

    def _head(
        self,
        target: Target | None,
        inline: bytes,
        body: RequestBody | None,
        sent: SentAs,
        keep_bodies: bool,
    ) -> Head:
        arrived = self.arrived
        return Head(
            uid=self.uid,
            started_us=self._started_us,
            method=arrived.method,
            path=arrived.path,
            query=arrived.query,
            client=arrived.client,
            headers=arrived.headers,
            provider=target.provider if target else "",
            route=target.route if target else "",
            reason=f"{target.reason} {self.done_about_usage}".strip() if target else "",
            upstream_url=sent.url,
            upstream_path=sent.path,
            upstream_model=(target.model or "") if target else "",
            sent_headers=sent.headers,
            request_body=inline,
            request_size=body.size if body is not None else -1,
            keep_bodies=keep_bodies,
            run_key=self.run_key,
            run_name=self._masker.text(self.run_name) if self.run_name else "",
            before=self._before,
            resend_of=self._resend_of,
            raw_files=bool(target and target.raw_files),
        )

    def _tail(self, outcome: Outcome, error: str, code: str, *, final: bool) -> Tail:
        now = self.elapsed_us()
        return Tail(
            uid=self.uid,
            final=final,
            outcome=outcome,
            status=self.status,
            response_headers=self._response_headers,
            error=error,
            error_code=code,
            duration_us=now,
            upstream_us=self.upstream_us,
            first_byte_us=self.clock.first_us,
            chunk_count=self.clock.count,
            chunk_times=self.clock.packed(),
            bodies=[body.tail(final=final) for body in self._bodies.values()],
            notes=list(self.notes),
            fixes=self.fixes(),
            own_us=self._own_us(now),
            after=self._after,
        )

    def _own_us(self, now: int) -> int:
        """What Weir added: before it went upstream, and behind the last byte."""
        if self._sent_us < 0:
            return -1
        behind = now - self.last_us if self.last_us >= 0 else 0
        return self._sent_us - self.waited_us + behind
