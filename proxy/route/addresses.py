"""The URL grammar: which address form a client's path is. Pure.

`observe/asgi.py` asks `is_proxied`, the cheap question, of every request, and
`proxy/route/decision.py` has it parsed once. Everything works on the raw bytes of the
request line: percent-encoding is never decoded on the way out, only looked through to
find paths that could leave their base.
"""

from __future__ import annotations

import re
from enum import StrEnum

from pricing.values import dataclass
from proxy.errors import RoutingError
from proxy.exchange import Dialect, HeaderList
from proxy.route.dialects import (
    GEMINI_CALL,
    OLLAMA,
    has_google_key,
    is_gemini_below_v1,
    spoken_at,
)
from proxy.route.rules import PatternRule, RouteTable

OWN = frozenset(
    b" admin static runs requests conversations experiments prices routes providers "
    b"models healthz readyz metrics benchmark login logout accounts ws live settings "
    b"data docs overview compare reports search events favicon.ico robots.txt media "
    b"connect theme jsi18n "
    b"weir".split(b" ")
)
"""First segments that are Weir's pages; `api` is shared, see `API_PROXIED`."""
_GOOGLES = frozenset({b"v1beta", b"v1alpha", b"upload", b"download"})
FORMS = _GOOGLES | {b"v1", b"proxy"}
"""First segments that are an address form of their own."""
RESERVED = OWN | FORMS | {b"api"}
"""No provider can be called so."""
_API_VERSION = re.compile(rb"v[0-9]+")
_API_VERSIONS: dict[bytes, tuple[str, Dialect]] = {
    b"v0": ("lm-studio", Dialect.OPENAI),
    b"v1": ("openrouter", Dialect.OPENAI),
}
_LM_STUDIO_CHAT = b"v1/chat"
"""LM Studio's own chat; nothing of OpenRouter's has that path."""
_SUSPECT = re.compile(rb"[\\\x00-\x20\x7f]|%5c|%00|%0[ad]|\.|%2e|//", re.IGNORECASE)
_ENCODED = re.compile(rb"%(2e|2f|5c)", re.IGNORECASE)
_ENCODED_TO = {b"2e": b".", b"2f": b"/", b"5c": b"\\"}
_REFUSED = re.compile(rb"[\\\x00-\x20\x7f]|%5c|%00|%0[ad]", re.IGNORECASE)


_PAGE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Form(StrEnum):
    V1 = "v1"
    NATIVE = "native"
    DOMAIN = "domain"
    PROVIDER = "provider"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A client's path, understood."""

    form: Form
    rest: bytes
    """What is joined to the base: below `/v1`, the provider or the pattern's prefix;
    the whole path for native calls."""
    name: str = ""
    """Provider slug (provider, native), or `domain[:port]`."""
    dialect: Dialect = Dialect.OPENAI
    """What the client speaks: chooses the base, the key's header, the shape of Weir's
    own errors."""
    model: str | None = None
    """Native Gemini calls name their model in the path."""
    entry: PatternRule | None = None


def has_form(raw_path: bytes) -> bool:
    """True for an address form of its own, as nearly all traffic has."""
    return raw_path[1:].partition(b"/")[0] in FORMS


def is_proxied(raw_path: bytes, host: str, method: str, table: RouteTable) -> bool:
    """True for traffic, False for Weir's own pages, API and static files."""
    first, _, below = raw_path[1:].partition(b"/")
    if first in FORMS:
        return True
    if first in OWN:
        return False
    if first == b"api":
        second = below.partition(b"/")[0]
        return second in OLLAMA or (
            (_API_VERSION.fullmatch(second) is not None)
            and (
                second in _API_VERSIONS
                or find_pattern(raw_path, host, method, table) is not None
            )
        )
    is_call = method not in _PAGE_METHODS or table.captures_unknown
    if first in table.slugs or (first and is_call):
        # A misspelt prefix of a call: refused in the client's own format, and seen.
        return True
    return bool(table.patterns) and (
        find_pattern(raw_path, host, method, table) is not None
    )


def is_reserved_path(path: bytes) -> bool:
    """True when Weir's own pages take everything below this path."""
    first, _, below = path[1:].partition(b"/")
    if first == b"api":
        second = below.partition(b"/")[0]
        return second not in OLLAMA and not _API_VERSION.fullmatch(second)
    return first in OWN and path != b"/"


def find_pattern(
    raw_path: bytes, host: str, method: str, table: RouteTable
) -> PatternRule | None:
    """The most specific pattern that matches; `host` may carry a port."""
    host = host.lower().partition(":")[0]
    near = table.near.near(host, raw_path)
    for index, entry in enumerate(near):
        if entry.pattern.matches(method, host, raw_path):
            # `/x/` serves `/x` too, but a pattern that says `/x` is closer.
            for later in near[index + 1 :]:
                exact = later.pattern.path == raw_path and not later.pattern.is_prefix
                if (
                    exact
                    and len(entry.pattern.path) > len(raw_path)
                    and later.pattern.host == entry.pattern.host
                    and later.pattern.matches(method, host, raw_path)
                ):
                    return later
            return entry
    return None


def parse(
    raw_path: bytes,
    *,
    host: str = "",
    method: str = "GET",
    headers: HeaderList | None = None,
    query: bytes = b"",
    table: RouteTable,
) -> Address:
    """Raises RoutingError: INVALID_PATH, or INVALID_PROVIDER_PREFIX when none fits."""
    check_path(raw_path)
    entry = find_pattern(raw_path, host, method, table) if table.patterns else None
    if entry is not None and not entry.pattern.is_catch_all:
        return _pattern_address(entry, raw_path, headers or [])
    address = _built_in(raw_path, method, headers or [], query, table)
    if address is not None:
        return address
    if entry is not None:
        return _pattern_address(entry, raw_path, headers or [])
    first = raw_path[1:].partition(b"/")[0].decode("utf-8", "replace")
    raise RoutingError(
        "INVALID_PROVIDER_PREFIX",
        f"“/{first}” is no provider, route or known API path of this Weir.",
    )


def _pattern_address(
    entry: PatternRule, raw_path: bytes, headers: HeaderList
) -> Address:
    rest = _below(b"/" + entry.pattern.rest(raw_path))
    if not entry.pattern.is_prefix:
        rest = b""
    dialect = _dialect(raw_path, headers)
    return Address(form=Form.PATTERN, rest=rest, entry=entry, dialect=dialect)


def _built_in(
    raw_path: bytes, method: str, headers: HeaderList, query: bytes, table: RouteTable
) -> Address | None:
    first, slash, below = raw_path[1:].partition(b"/")
    rest = _below(slash + below)
    if first == b"v1":
        return _v1(raw_path, rest, method, headers, query)
    if first in _GOOGLES:
        return _gemini(raw_path, rest)
    if first == b"proxy":
        return _domain(rest, headers)
    if first == b"api":
        return _below_api(raw_path, below)
    if first in table.slugs:
        return Address(
            form=Form.PROVIDER,
            rest=rest,
            name=first.decode("ascii"),
            dialect=_dialect(rest, headers),
        )
    return None


def _v1(
    raw_path: bytes, rest: bytes, method: str, headers: HeaderList, query: bytes
) -> Address:
    if is_gemini_below_v1(rest, method, headers, query):
        return _gemini(raw_path, rest)
    is_anthropic = (
        rest == b"/messages"
        or rest.startswith(b"/messages/")
        or _has(headers, b"anthropic-version")
    )
    dialect = Dialect.ANTHROPIC if is_anthropic else Dialect.OPENAI
    return Address(form=Form.V1, rest=rest, dialect=dialect)


def _dialect(path: bytes, headers: HeaderList) -> Dialect:
    """Of a path that is passed on as it is; lists of models look alike in all."""
    if told := spoken_at(path):
        return told
    if _has(headers, b"anthropic-version"):
        return Dialect.ANTHROPIC
    return Dialect.GEMINI if has_google_key(headers, b"") else Dialect.OPENAI


def _has(headers: HeaderList, wanted: bytes) -> bool:
    return wanted in [name for name, _ in headers]


def _gemini(raw_path: bytes, rest: bytes) -> Address:
    if rest.startswith(b"/openai/"):
        # Google's own OpenAI-compatible API lives below /v1beta/openai.
        return Address(form=Form.NATIVE, rest=raw_path, name="google")
    call = GEMINI_CALL.fullmatch(rest)
    model = call["model"].decode("utf-8", "replace") if call else None
    return Address(
        form=Form.NATIVE,
        rest=raw_path,
        name="google",
        dialect=Dialect.GEMINI,
        model=model,
    )


def _domain(rest: bytes, headers: HeaderList) -> Address:
    domain, slash, below = rest[1:].partition(b"/")
    name = domain.decode("latin-1")
    if not name:
        raise RoutingError("INVALID_PATH", "The address reads /proxy/{domain}/{path}.")
    rest = _below(slash + below) or b"/"
    dialect = _dialect(rest, headers)
    return Address(form=Form.DOMAIN, rest=rest, name=name, dialect=dialect)


def _below_api(raw_path: bytes, below: bytes) -> Address | None:
    second = below.partition(b"/")[0]
    if second in OLLAMA:
        dialect = Dialect.OLLAMA
        return Address(form=Form.NATIVE, rest=raw_path, name="ollama", dialect=dialect)
    if second in _API_VERSIONS:
        told = b"v0" if below == _LM_STUDIO_CHAT else second
        slug, dialect = _API_VERSIONS[told]
        return Address(form=Form.NATIVE, rest=raw_path, name=slug, dialect=dialect)
    return None


def _below(rest: bytes) -> bytes:
    """`rest`, unless it could be taken for another host (`//evil.example/x`)."""
    if rest.startswith(b"//"):
        raise RoutingError("INVALID_PATH", "The path to forward starts with “//”.")
    return rest


def check_path(raw_path: bytes) -> None:
    """Refuse a path that some server could read as leaving its base.

    `.` and `..` segments, also encoded, cut by an encoded slash, or with a parameter
    (`..;x`); backslashes, control characters. `%2F`, `@`, `:` and an inner `//` pass.
    """
    if not raw_path.startswith(b"/"):
        raise RoutingError("INVALID_PATH", "The path must start with “/”.")
    if not _SUSPECT.search(raw_path):
        return
    if _REFUSED.search(raw_path):
        raise RoutingError(
            "INVALID_PATH", "The path contains a backslash or a control character."
        )
    plain = _ENCODED.sub(lambda found: _ENCODED_TO[found[1].lower()], raw_path)
    for segment in plain.split(b"/"):
        if segment.partition(b";")[0] in (b".", b".."):
            raise RoutingError("INVALID_PATH", "The path contains “.” or “..”.")
