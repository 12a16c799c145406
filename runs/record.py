"""The finished exchange as the recorder hands it down: values, no behaviour.

`proxy/recorder.py` builds an `ExchangeRecord` from the journal, the wire facts and the
quote; `runs/store/writer.py` turns it into rows. Defined here because `runs` may not
import `proxy`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pricing.quote import Quote
from pricing.usage import NO_USAGE, Usage
from pricing.values import dataclass
from runs.detail import FixReport, Told


class Outcome(StrEnum):
    """How an exchange ended; exactly one."""

    PENDING = "pending"
    COMPLETED = "completed"
    UPSTREAM_ERROR = "upstream_error"
    TIMED_OUT = "timed_out"
    CLIENT_GONE = "client_gone"
    INTERRUPTED = "interrupted"


class Side(StrEnum):
    """Which body of an exchange."""

    REQUEST = "request"
    """What the client sent."""
    SENT = "sent"
    """What went to the upstream, only where it differs from REQUEST."""
    RESPONSE = "response"
    """What the client got."""
    RECEIVED = "received"
    """What the upstream answered, only where it differs from RESPONSE."""


class Purpose(StrEnum):
    """What a call is for: told by its words (`proxy/wire/purposes.py`), or else by the
    calls around it (`runs/grouping/turns.py`)."""

    MAIN = "main"
    """The work itself."""
    SUB_AGENT = "sub-agent"
    SIDE = "side"
    """Beside the work, and nothing says what for."""
    TITLE = "title"
    TOPIC = "topic"
    SUMMARY = "summary"
    COMPACTION = "compaction"
    SAFETY = "safety"
    CHECK = "check"
    SUGGESTION = "suggestion"


class BodySource(Protocol):
    """Where a captured body's bytes come from; large ones stay in the journal file."""

    def __len__(self) -> int: ...

    def read(self) -> bytes:
        """All captured bytes at once."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """The captured bytes in pieces of at most 1 MiB."""
        ...


class BodyAway(BaseException):
    """A body's bytes can't be read now: the file was deleted, its worker puts it back.
    No `Exception`: who outlives a defect must not go on without this one."""


@dataclass(frozen=True, slots=True)
class InlineBody:
    """A body small enough to be in memory anyway."""

    data: bytes

    def __len__(self) -> int:
        return len(self.data)

    def read(self) -> bytes:
        return self.data

    def pieces(self) -> Iterator[bytes]:
        yield self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedBody:
    """One body, exactly as it crossed the wire (content encoding included)."""

    side: Side
    source: BodySource
    size: int
    """True size in bytes; more than `len(source)` when the capture was cut."""
    sha256: bytes | None = None
    """Of the whole true body; None: the store computes it of what is there."""
    content_type: str = ""
    content_encoding: str = ""

    @property
    def is_cut(self) -> bool:
        return self.size > len(self.source)


HeaderPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a request that may be an earlier answer sent back."""

    digest: bytes
    weight: int  # characters: few words may be anybody's
    words: str = ""  # the user's that stand before it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a later request that sends an answer back is known by."""

    history: bytes = b""  # the digest of a history that goes on with the answer
    said: bytes = b""  # the digest of the answer alone
    weight: int = 0


NO_ANSWER = Answer()


@dataclass(slots=True, kw_only=True)
class ExchangeRecord:
    """Everything there is to store of one exchange. Ends as rows, field by field.
    Filled in `proxy/recording/assemble.py`: 90 arguments by name would cost 9 µs."""

    uid: UUID
    started_at: datetime
    outcome: Outcome

    method: str
    path: str
    """Raw path as the client called it."""
    query: str = ""  # Credentials masked.
    client: str = ""
    """`ip:port`."""
    user_agent: str = ""
    request_headers: HeaderPairs = ()
    """Credentials masked to a fingerprint."""

    provider: str = ""
    route: str = ""
    reason: str = ""
    upstream_url: str = ""
    """Full URL that was called, credentials masked."""
    sent_headers: HeaderPairs = ()
    wire_format: str = ""
    operation: str = ""
    model: str = ""
    """The model the client asked for."""
    upstream_model: str = ""
    """The model that was sent upstream, when rewritten."""
    response_model: str = ""
    """The model that the provider says answered."""

    status: int | None = None
    response_headers: HeaderPairs = ()
    is_stream: bool = False
    is_success: bool | None = None
    """2xx, no error event, terminal event seen. None while pending."""
    finish_reason: str = ""
    error: str = ""
    error_code: str = ""
    """Weir's own code (`UPSTREAM_TIMEOUT`…), or the provider's error type."""
    response_id: str = ""
    counts_once: bool = False
    """The answer may be fetched again: its usage counts once for its id."""

    duration_ms: float | None = None
    """To the terminal event of a stream; of all others to their last byte."""
    connection_ms: float | None = None
    """Until the connection let go of it; a server may idle behind the last event."""
    first_byte_ms: float | None = None
    overhead_ms: float | None = None  # What Weir added; docs/metrics.md defines it.
    ttft_ms: float | None = None
    """First generated content of a stream; None for an answer that is not streamed."""
    ttfo_ms: float | None = None
    """First generated content that isn't reasoning, of a stream."""
    upstream_ms: float | None = None
    """Start to upstream response headers."""
    chunk_count: int | None = None
    gap_median_ms: float | None = None
    """Between chunks with content."""
    gap_max_ms: float | None = None
    output_tokens_per_s: float | None = None
    """Of a stream, behind its first token: (output tokens - 1) / (end - TTFT)."""
    chunk_times: bytes = b""
    """Packed little-endian uint32 pairs (µs since start, bytes), at most 4,096."""

    usage: Usage = NO_USAGE
    quote: Quote | None = None
    """None where nothing is billed: model lists, refusals, while pending."""
    reported_cost_usd: Decimal | None = None
    service_tier: str = ""
    speed: str = ""
    region: str = ""
    is_other_model: bool | None = None
    """Another model answered than the one that was sent. None: nothing tells."""
    is_other_tier: bool | None = None
    """It was served in another tier, or at another speed, than asked for."""
    asked_tier: str = ""
    asked_speed: str = ""
    before: UUID | None = None
    """The attempt that failed, where this one was made instead."""
    after: UUID | None = None
    """The attempt that was made instead of this one, which failed."""

    tool_calls: tuple[str, ...] = ()
    tools_offered: int = 0
    images: int = 0
    temperature: float | None = None
    max_tokens: int | None = None
    """How long the answer may be; both as asked for."""
    secrets: tuple[str, ...] = ()
    """Keys that stand in its bodies: `request: 2 × GitHub token`."""
    preview: str = ""
    """The user's last words."""
    news: str = ""
    """What tools gave since, in a call that the user said nothing new in."""
    answer_preview: str = ""
    answer_texts: tuple[tuple[str, bool], ...] | None = None  # Whether a tool gave it.
    newest: object = None  # Messages at its end (proxy/recording/just_read.py).
    alike: tuple[object, ...] = ()  # In its stream (proxy/secrets/alike.py).
    answer_so_far: str = ""  # Of a stream that still runs.
    notes: tuple[str, ...] = ()
    """Parser and capture notes, one sentence each."""
    fixes: tuple[FixReport, ...] = ()
    """The fixes that were asked for, in their order, and what they did."""
    capture_notes: tuple[str, ...] = ()
    """Those of them that no reader of bodies can tell again."""

    session: str = ""
    """The conversation's id as the client itself told it, or ""."""
    session_rule: str = ""
    previous_response_id: str = ""
    client_key: str = ""
    """The fingerprint of the client's credential; "" without one that stays."""
    history: tuple[bytes, ...] = ()
    """Chained message digests (proxy/wire/base.py)."""
    turn: bytes = b""
    """The digest of `history` that covers the last message of the user's own; what
    requests of one turn share."""
    answers: int = 0
    """How often the model has answered before, as the messages tell."""
    is_resumed: bool = False
    """The messages were compacted, and the user has said nothing since."""
    is_structured: bool = False
    """The answer is asked for as data."""
    has_words: bool = True
    """The user says something in it; False: a harness alone does."""
    said: tuple[Said, ...] = ()
    """What may be earlier answers, the newest first."""
    own_said: bytes = b""
    """The digest of the user's last words, should they be an earlier answer."""
    words_before: str = ""
    """The user's words before the last."""
    answer: Answer = field(default=NO_ANSWER)
    purpose: str = ""
    """The `Purpose` that its own words tell, or ""."""
    purpose_rule: str = ""
    agent: str = ""  # the sub-agent that called, as its harness names it
    system_hash: str = ""
    """What the agent is: short hashes of its system prompt and of its tools, without
    dates, ids and folders."""
    tools_hash: str = ""
    effort: str = ""
    """How hard it shall think, as its dialect says it."""

    resend_of: UUID | None = None
    """The captured request that Weir itself sent again with this one."""
    run_key: str = ""
    """SHA-256 (hex) of the run key that came as a credential, or ""."""
    run_name: str = ""
    """What the `X-Weir-Run` header said: a run's id or name."""

    imported: Told | None = None
    """What the product says that the request was imported from; None: captured."""

    bodies: tuple[CapturedBody, ...] = field(default=())
