"""Headers on their way: what goes upstream, what comes back.

Used by `proxy/forward/`. Names arrive lower-cased; order and duplicates are kept. Pure.
"""

from __future__ import annotations

import re

from proxy.exchange import AuthStyle, HeaderList

# RFC 9110 7.6.1, and the proxy's own credentials.
HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# `expect` is answered by the server that took the request; `host` names the upstream.
_NOT_FORWARDED = HOP_BY_HOP | {b"host", b"expect"}
OWN_PREFIX = b"x-weir-"
"""Headers for Weir itself (`X-Weir-Run`, `X-Weir-Token`): never sent upstream."""

AUTH_HEADERS: dict[AuthStyle, bytes] = {
    style: b"authorization" if style is AuthStyle.BEARER else style.encode()
    for style in AuthStyle
    if style is not AuthStyle.NONE
}
"""Where each style of client has its API key; the other sets follow from this one."""
API_KEYS = frozenset(AUTH_HEADERS.values())
TOKEN = OWN_PREFIX + b"token"
TOKEN_PLACES = API_KEYS | {TOKEN}
"""Where Weir's own token is looked for."""
UNMISTAKABLE = 12
"""Characters from which on a word is that token, wherever it stands: one as short as
`json` is part of much that is no secret."""
CREDENTIALS = TOKEN_PLACES | {
    b"proxy-authorization",
    b"cookie",
    b"set-cookie",
    b"x-amz-security-token",
    b"x-auth-token",
    b"x-access-token",
    b"ocp-apim-subscription-key",
    b"helicone-auth",
    b"cf-aig-authorization",
}
"""What is never kept as it is, whatever else its name may say."""

_BEARER = re.compile(rb"^\s*bearer\s+", re.IGNORECASE)


def to_upstream(
    headers: HeaderList,
    *,
    key: str | None = None,
    auth_style: AuthStyle = AuthStyle.BEARER,
) -> HeaderList:
    """The client's headers without hop-by-hop ones; its credentials replaced by `key`.

    Nothing is added but the key; without one, the client's credentials pass.
    """
    dropped = _NOT_FORWARDED
    if named := named_in_connection(headers):
        dropped |= named
    if key is not None:
        dropped |= API_KEYS
    sent = [
        (name, value)
        for name, value in headers
        if name not in dropped and not name.startswith(OWN_PREFIX)
    ]
    if key is not None and auth_style != AuthStyle.NONE:
        sent.append(credential(auth_style, key))
    return sent


def credential(style: AuthStyle, key: str) -> tuple[bytes, bytes]:
    """The header that carries `key` in this style; "none" has no header."""
    value = f"Bearer {key}" if style == AuthStyle.BEARER else key
    return AUTH_HEADERS[style], value.encode("latin-1", "replace")


def bare(value: bytes) -> bytes:
    """A credential without its scheme: `Bearer x`, in any case, is `x`."""
    return _BEARER.sub(b"", value).strip()


def to_client(headers: HeaderList) -> HeaderList:
    """The upstream's headers without hop-by-hop ones."""
    kept = [pair for pair in headers if pair[0].lower() not in HOP_BY_HOP]
    if len(kept) < len(headers) and (named := named_in_connection(headers)):
        return [pair for pair in kept if pair[0].lower() not in named]
    return kept


def named_in_connection(headers: HeaderList) -> frozenset[bytes]:
    """Headers that a `Connection` header declares hop-by-hop."""
    if not (named := list_of(headers, b"connection")):
        return frozenset()
    tokens = named.lower().split(b",")
    # Content-Length decides the framing: naming it must not lose the body's end.
    return frozenset(token.strip() for token in tokens) - {b"content-length", b""}


def value_of(headers: HeaderList, name: bytes) -> bytes:
    """The first header of that (lower-cased) name, or empty."""
    length = len(name)
    for candidate, value in headers:
        # Asked several times a request: most names differ in length already.
        if len(candidate) == length and candidate.lower() == name:
            return value
    return b""


def list_of(headers: HeaderList, name: bytes) -> bytes:
    """All headers of that (lower-cased) name as one list, or empty (RFC 9110 5.3)."""
    length = len(name)
    alike = [pair for pair in headers if len(pair[0]) == length]
    return b", ".join([v for k, v in alike if k.lower() == name]) if alike else b""


def replaced(headers: HeaderList, name: bytes, value: bytes | None) -> HeaderList:
    """`headers` with every `name` dropped and, unless None, one new value put last."""
    kept = [pair for pair in headers if pair[0].lower() != name]
    return kept if value is None else [*kept, (name, value)]
