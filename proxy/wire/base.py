"""What a wire format is, and the facts it reads out of an exchange.

Used by `proxy/recording/facts.py` after the client is served (never on the hot path),
and by `observe/rendering` for the conversation view. Pure: no Django, no sockets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Protocol

from pricing.usage import NO_USAGE, Pass, Unit, Usage
from pricing.values import dataclass
from proxy.secrets.alike import Alike
from runs.record import Said

if TYPE_CHECKING:
    from proxy.wire.raw_messages import Newest

Role = Literal["system", "user", "assistant", "tool"]
PartKind = Literal[
    "text", "reasoning", "tool_call", "tool_result", "image", "audio", "file", "other"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of a message, in the one shape all formats are shown in."""

    kind: PartKind
    text: str = ""
    """Text, reasoning, tool-call arguments (JSON as sent) or tool-result text."""
    name: str = ""
    """Tool name, or file name."""
    call_id: str = ""
    """What ties a tool call to its result."""
    mime_type: str = ""
    source: str = ""
    """Image/audio/file: a `data:` URL or the remote URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Role
    parts: tuple[Part, ...]
    label: str = ""
    """Which of several choices it is."""


@dataclass(slots=True, kw_only=True)
class RequestFacts:
    """What the client asked for.

    Not frozen: what all formats say alike, `proxy/recording/facts.py` puts into what
    the format made. From then on it is a value like others.
    """

    model: str | None = None
    stream: bool = False
    tools_offered: int = 0
    images: int = 0
    """Images sent to the model, each counted once."""
    sounds: int = 0
    """Pieces of audio sent to the model."""
    preview: str = ""
    """The last user text, at most 160 characters, whitespace folded; never one that a
    harness wrote, where there is another."""
    news: str = ""
    """What tools gave since the last answer, where the user has said nothing since."""
    session_hint: str | None = None
    """A session id found in the body (`metadata.user_id`, `prompt_cache_key`,
    `conversation`), without any prefix; at most 200 characters."""
    session_rule: str = ""
    """Which field gave it, e.g. `body:metadata.user_id`."""
    previous_response_id: str | None = None
    """OpenAI Responses: the response this one goes on from."""
    answer_id: str | None = None
    """An answer that was made before and is fetched here: its id, from the path."""
    service_tier: str | None = None
    """How it should be served: the answer says how it was."""
    speed: str | None = None
    units: tuple[Unit, ...] = ()
    """Billed by the piece, and told by the request alone: characters to speak."""
    history: tuple[bytes, ...] = ()
    """One 16-byte digest per part of a message, chained: digest i covers all up to it.
    A request extends an earlier one when the earlier one's last digest is among the
    digests of this one. What counts is told in `proxy/wire/heard.py`."""
    turn: bytes = b""
    """The digest of `history` that covers the last message of the user's own: tool
    results don't count, so a tool loop keeps it. Empty without such a message."""
    temperature: float | None = None
    max_tokens: int | None = None
    """How long the answer may be; both read by `sampling.py`, for all formats."""
    answers: int = 0
    """How often the model has answered before, as the messages tell."""
    is_resumed: bool = False
    """The messages were compacted, and the user has said nothing since."""
    has_words: bool = True
    """The user says something in it; False: a harness alone does."""
    is_structured: bool = False
    """The answer is asked for as data: JSON, or by a schema."""
    purpose: str = ""
    """What a harness asks for beside the work (`proxy/wire/purposes.py`)."""
    own_said: bytes = b""
    """The digest of the user's last words, should they be an earlier answer."""
    words_before: str = ""
    """The user's words before the last."""
    said: tuple[Said, ...] = ()
    """What may be earlier answers, the newest first."""
    system_hash: str = ""
    tools_hash: str = ""
    effort: str = ""
    """All three read by `fingerprints.py`, for all formats."""
    newest: Newest | None = field(default=None, compare=False)
    """The end of a long list of messages, for its words."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFacts:
    """What the provider answered."""

    model: str | None = None
    response_id: str | None = None
    usage: Usage = NO_USAGE
    """Of the model that answered."""
    passes: tuple[Pass, ...] = ()
    """The parts that are billed one by one, another model's among them."""
    reported_cost_usd: Decimal | None = None
    """The provider's own figure (OpenRouter `usage.cost`), kept beside ours."""
    is_own_key: bool = False
    """The router used the client's own key: it bills its fee alone."""
    service_tier: str | None = None
    speed: str | None = None
    """How it was served, beside the tier (Anthropic's fast mode)."""
    region: str | None = None
    """Where, as far as it has a price of its own (Anthropic's `inference_geo`)."""
    finish_reason: str | None = None
    """As the provider spells it; the first choice's."""
    tool_calls: tuple[str, ...] = ()
    """Names of the tools the model called, in order."""
    images: int = 0
    """Images in the answer."""
    error: str | None = None
    """Message of an error body or of an error event inside a 200 stream."""
    error_type: str | None = None
    is_stream: bool = False
    """The answer is a stream (SSE, NDJSON, Gemini's JSON array by its shape)."""
    terminal_seen: bool | None = None
    """Streams: the format's terminal event came. None for answers that don't stream."""
    content_offsets: tuple[int, ...] = ()
    """Streams: how many decoded body bytes had come at the end of each event with
    generated content (text, reasoning, tool calls); the recorder makes times of them,
    of the first one TTFT."""
    output_offset: int | None = None
    """Streams: the first of them that isn't reasoning; becomes TTFO."""
    end_offset: int | None = None
    """Streams: where the terminal event ends; None while none came."""
    alike: tuple[Alike, ...] = field(default=(), compare=False)
    """Streams: what was read at once of its decoded body."""
    message: Message | None = None
    """The assembled answer."""
    is_deferred: bool = False
    """The answer is still being made: it is fetched later, and its usage with it."""
    counts_once: bool = False
    """The answer may be fetched again: its usage counts once for its id."""
    other_choices: tuple[Message, ...] = ()
    """Where several were asked for (`n`): those beyond the first."""
    notes: tuple[str, ...] = ()
    """What the parser could not make sense of, one sentence each."""


class ResponseReader(Protocol):
    """Reads one response body: `feed` its decoded bytes in pieces, then `finish`.

    A whole body is `feed(body)` then `finish()`: streamed and unstreamed answers take
    the same path. Neither verb raises on bad input: it becomes a note.
    """

    def feed(self, chunk: bytes) -> None: ...

    def finish(self) -> ResponseFacts: ...


class WireFormat(Protocol):
    """One provider dialect. Instances are stateless; listed in `proxy.wire.FORMATS`."""

    name: str
    """Stable slug, e.g. `openai-chat`; stored with the request."""
    operation: str
    """`chat`, `completion`, `embeddings`, `models`, `count_tokens`, `audio`, `raw`…"""

    @property
    def terminal_marks(self) -> tuple[bytes, ...]:
        """Patterns, one of which is in the last event of a stream and in none before:
        the capture is made safe before it is passed on (`proxy/wire/terminal.py`).
        Empty where answers don't stream. A quote and a word in front make the search
        cheap."""
        ...

    def claims(self, method: str, path: str) -> bool:
        """True when an upstream path (no host, no query) speaks this format."""
        ...

    def read_request(self, body: bytes, path: str) -> RequestFacts: ...

    def read_messages(self, body: bytes) -> Sequence[Message]:
        """The conversation in a request body, system prompt first; for pages."""
        ...

    def reader(self, status: int, content_type: str) -> ResponseReader: ...


@dataclass(slots=True)
class Notes:
    """Collects notes of one reader; a note is said once."""

    items: list[str] = field(default_factory=list)

    def add(self, note: str) -> None:
        if note not in self.items:
            self.items.append(note)
