"""Requests of web pages: which of them the proxy serves, and how answers are fenced.

Asked by `proxy/forward/admission.py` for every request; `observe/access_rules.py` takes
the rule of origins from here. A proxied answer comes from a stranger and arrives on
Weir's own origin: were a browser to open it as a document, its script would act as
Weir's operator. So browsers may only *fetch* proxied paths, from Weir's own pages or
from origins that `WEIR_ALLOWED_ORIGINS` lists, and what they get is sandboxed. Pure.

Sources: W3C Fetch Metadata (`Sec-Fetch-*`), WHATWG Fetch (Origin, CORS, preflights),
CSP Level 3 `sandbox`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from proxy.errors import WeirError
from proxy.exchange import HeaderList, Inbound

_TELLING = frozenset(
    {
        b"origin",
        b"sec-fetch-site",
        b"sec-fetch-mode",
        b"sec-fetch-dest",
        b"user-agent",
        b"accept",
        b"host",
        b"access-control-request-method",
        b"access-control-request-headers",
    }
)
_FENCE: HeaderList = [
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
]
_NEVER_TO_PAGES = frozenset(
    {
        b"set-cookie",
        b"clear-site-data",
        b"strict-transport-security",
        b"alt-svc",
        b"nel",
        b"report-to",
        b"reporting-endpoints",
        b"x-content-type-options",
    }
)
"""What browsers take as said for a whole host: a cookie of the upstream's would be one
of Weir's, its reports would tell a stranger where people go on Weir."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """What a browser says of the page that sends a request."""

    origin: str | None
    site: str | None
    mode: str
    destination: str
    host: str
    """With its port, as an Origin has it."""
    takes_html: bool
    wants_method: bytes
    wants_headers: bytes
    allowed_origin: bytes = b""
    """Set by `admitted` for a page elsewhere that the operator listed."""

    @property
    def opens_a_document(self) -> bool:
        """Anything but a fetch: links, frames, plug-ins, scripts, images.

        Browsers say so, but not to plain http beyond this machine; there an `Accept`
        that begins with HTML is what only navigations send.
        """
        if self.mode or self.destination:
            return self.mode == "navigate" or self.destination not in ("", "empty")
        return self.takes_html

    @property
    def is_preflight(self) -> bool:
        return bool(self.allowed_origin and self.wants_method)

    def fenced(self, headers: HeaderList) -> HeaderList:
        """An answer's headers as this page may have them.

        Who may read it is Weir's to say: an upstream's `*` was not meant for a proxy
        that adds keys.
        """
        kept = [
            (name, value)
            for name, value in headers
            if name.lower() not in _NEVER_TO_PAGES
            and not name.lower().startswith(b"access-control-")
        ]
        return [*kept, *_FENCE, *self._sharing()]

    def _sharing(self) -> HeaderList:
        """CORS for an origin that is listed (WHATWG Fetch)."""
        if not self.allowed_origin:
            return []
        shared = [
            (b"access-control-allow-origin", self.allowed_origin),
            (b"vary", b"origin"),
        ]
        if not self.is_preflight:
            return [*shared, (b"access-control-expose-headers", b"*")]
        return [
            *shared,
            (b"access-control-allow-methods", self.wants_method),
            (b"access-control-allow-headers", self.wants_headers or b"*"),
            (b"access-control-allow-private-network", b"true"),
            (b"access-control-max-age", b"600"),
        ]


def page_request(inbound: Inbound) -> PageRequest | None:
    """None for a program, as nearly all clients are."""
    said: dict[bytes, bytes] = {}
    for name, value in inbound.headers:
        if name in _TELLING:
            said.setdefault(name, value)
    is_page = (
        b"origin" in said
        or b"sec-fetch-site" in said
        or b"sec-fetch-dest" in said
        or said.get(b"user-agent", b"").startswith(b"Mozilla/")
    )
    return _read(said, inbound.method) if is_page else None


def _read(said: dict[bytes, bytes], method: str) -> PageRequest:
    def text(name: bytes) -> str | None:
        return said[name].decode("latin-1").strip() if name in said else None

    is_preflight = method == "OPTIONS"
    accept = said.get(b"accept", b"").lower()
    return PageRequest(
        origin=text(b"origin"),
        site=text(b"sec-fetch-site"),
        mode=text(b"sec-fetch-mode") or "",
        destination=text(b"sec-fetch-dest") or "",
        host=text(b"host") or "",
        takes_html=accept.startswith((b"text/html", b"application/xhtml+xml")),
        wants_method=(
            said.get(b"access-control-request-method", b"") if is_preflight else b""
        ),
        wants_headers=said.get(b"access-control-request-headers", b""),
    )


def without_cookies(inbound: Inbound) -> Inbound:
    """A browser's cookies for this host are Weir's, or another local server's."""
    kept = [pair for pair in inbound.headers if pair[0] != b"cookie"]
    return replace(inbound, headers=kept)


def admitted(page: PageRequest, allowed: Collection[str]) -> str:
    """The listed origin that sends it, "" for Weir's own pages; raises WeirError."""
    if page.opens_a_document:
        raise WeirError(
            "PAGE_REFUSED",
            "A browser may fetch what Weir forwards, but not open it as a page, a frame"
            " or a script: it would run as if it were Weir's own.",
        )
    if page.origin is not None and is_listed(page.origin, allowed):
        return page.origin
    if origin_is_own(page.origin, page.site, page.host):
        return ""
    raise WeirError(
        "PAGE_REFUSED",
        f"A web page of another origin ({(page.origin or 'unknown')[:100]}) may not use"
        " Weir; add that origin to WEIR_ALLOWED_ORIGINS if it is yours.",
    )


def is_listed(origin: str, allowed: Collection[str]) -> bool:
    """`scheme://host[:port]` as listed, or any of a scheme listed as `scheme://*`."""
    origin = origin.lower()
    scheme = origin.partition("://")[0]
    return origin in allowed or f"{scheme}://*" in allowed


def origin_is_own(origin: str | None, fetch_site: str | None, host: str) -> bool:
    """False when a browser says that another origin's page sent this.

    Programs (curl, SDKs) send neither header and pass. `same-site` isn't enough:
    another port of localhost is the same site.
    """
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    scheme, _, authority = origin.partition("://")
    if scheme not in ("http", "https"):
        return False
    return _without_default_port(authority, scheme) == _without_default_port(
        host, scheme
    )


def _without_default_port(authority: str, scheme: str) -> str:
    return authority.lower().removesuffix(":443" if scheme == "https" else ":80")
