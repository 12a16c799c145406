"""What one proxied request is while it is alive: values, no behaviour.

`proxy/app.py` makes an `Inbound`, `proxy/route/decision.py` turns it into a `Target`.
Pure.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from pricing.values import dataclass

HeaderList = list[tuple[bytes, bytes]]


class Dialect(StrEnum):
    """Whose API a client speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    OLLAMA = "ollama"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What the client sent, before its body."""

    method: str
    raw_path: bytes
    """As on the request line, percent-encoding untouched, without the query."""
    query: bytes
    headers: HeaderList
    """Lower-cased names, client's order, duplicates kept."""
    client: str
    """`ip:port` of the client, or ""."""
    host: str
    """The Host header, lower-cased, without port."""
    run_key: str = ""
    """SHA-256 (hex) of the run key that it carried, taken out (forward/run_keys.py)."""
    run_name: str = ""
    """What its `X-Weir-Run` header said."""


@dataclass(frozen=True, slots=True)
class Own:
    """A request that Weir itself sends (`proxy/own_calls/`)."""

    uid: bytes
    """What the exchange will be called; its sender wants to know."""
    resend_of: bytes = b""
    """The captured request that is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What routing needs of the body; all None when the body isn't a JSON object."""

    model: str | None = None
    stream: bool | None = None
    include_usage: bool | None = None
    """`stream_options.include_usage` as the client set it."""


NOTHING_ASKED = Asked()


class AuthStyle(StrEnum):
    """How an upstream wants its key: as a bearer token, or in a header so called."""

    BEARER = "bearer"
    X_API_KEY = "x-api-key"
    X_GOOG_API_KEY = "x-goog-api-key"
    API_KEY = "api-key"
    NONE = "none"


class Capture(StrEnum):
    """What is kept of an exchange."""

    FULL = "full"
    MASKED = "masked"
    """All of it, with a mark for each key that a body holds."""
    FACTS = "facts"
    """What the bodies say is read (tokens, times, fingerprints); no text is kept."""
    METADATA = "metadata"
    """The row, without bodies."""
    OFF = "off"
    """Nothing: forwarded without a trace."""


class AskUsage(StrEnum):
    """Whether chat-completions streams are asked for their usage."""

    ALWAYS = "always"
    """Asked, and what the asking brought is taken out of the client's answer."""
    LEARN = "learn"
    """Unless the upstream turns out to tell it by itself."""
    NEVER = "never"


class DecidedBy(StrEnum):
    """What chose a request's upstream."""

    ROUTE = "route"
    ADDRESS = "address"
    """It names its upstream, or is that API's own path."""
    BUILT_IN = "built_in"
    """The model is Weir's own: it needs no route."""
    RECOGNISED = "recognised"
    """No route, but its key or its model tells whose it is."""
    FALLBACK = "fallback"
    """None of these did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes and what is changed on the way."""

    origin: str
    """`https://host[:port]`, or `demo:` for the built-in model."""
    path: bytes
    """Raw path on the upstream, percent-encoding untouched, starts with `/`."""
    query: bytes
    provider: str
    """Slug; for `/proxy/{domain}` the provider with that host, else the domain."""
    route: str = ""
    """Name of the route that matched, "" when none did."""
    decided_by: DecidedBy
    reason: str = ""
    """One sentence: why it goes there (`weir routes explain`, request page)."""
    model: str | None = None
    """The model to put in the body, None to leave the body alone."""
    openrouter_tag: str | None = None
    """Pin OpenRouter to this provider tag (`provider.order`, no fallbacks)."""
    key: str | None = field(default=None, repr=False)
    """Provider key to send instead of the client's credentials."""
    auth_style: AuthStyle = AuthStyle.BEARER
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 600.0
    proxy_url: str | None = None
    """Forward proxy for this upstream; None: HTTPS_PROXY/NO_PROXY decide."""
    capture: Capture = Capture.FULL
    raw_files: bool = False
    """Request and answer are written as files, too."""
    ask_usage: AskUsage = AskUsage.ALWAYS
    fixes: tuple[str, ...] = ()
    """What is mended in its answers (`proxy/fixes/`), in this order."""
    on_failure: tuple[str, ...] = ()
    """Models that are asked instead when it fails, in this order."""
    drain: bool = False
    """Client gone: read the upstream to its end for the usage instead of cancelling."""

    @property
    def on_request_line(self) -> bytes:
        """Path and query."""
        return self.path + b"?" + self.query if self.query else self.path
