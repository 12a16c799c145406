"""A captured request as a call that can be sent again.

Its credentials were never kept: keys are added as for any live call. What a browser or
a connection said of itself is left out, for it is said anew or not at all.
"""

from __future__ import annotations

from urllib.parse import quote

from proxy.exchange import HeaderList
from proxy.headers import CREDENTIALS, HOP_BY_HOP, OWN_PREFIX
from proxy.own_calls.call import NotKept, OwnCall
from proxy.secrets.names import is_secret
from runs import bodies
from runs.models import Body, CapturedRequest
from runs.record import Side

LARGEST = 64 * 1024 * 1024
_LEFT_OUT = (HOP_BY_HOP | CREDENTIALS) | {
    *(b"content-length", b"expect", b"origin", b"referer", b"via", b"forwarded"),
    b"x-forwarded-for",
}
_BROWSERS = (b"sec-fetch-", b"sec-ch-", b"access-control-", OWN_PREFIX)
_SAFE = "/:@!$&'()*+,;=~%-._"


def call_again(row: CapturedRequest) -> OwnCall:
    """Raises NotKept where not all of it was kept."""
    found = Body.objects.filter(request=row, side=Side.REQUEST).first()
    if found is None and row.request_bytes:
        raise NotKept("Its body wasn't kept, so it can't be sent again.")
    if found is not None and (found.kept < found.size or found.size > LARGEST):
        raise NotKept("Its body wasn't kept to its end, so it can't be sent again.")
    detail = row.detail.facts
    headers = sendable(detail.request_headers)
    if found is not None and not found.content_encoding:
        # Masked bodies are kept decoded.
        headers = [pair for pair in headers if pair[0] != b"content-encoding"]
    return OwnCall(
        method=row.method,
        path=on_the_line(row.path),
        query=open_query(detail.query),
        headers=headers,
        body=bodies.read(found) if found is not None else b"",
        resend_of=row.uid,
    )


def sendable(pairs: list[tuple[str, str]]) -> HeaderList:
    """What of captured headers goes along."""
    told = [(name.lower().encode("latin-1", "replace"), value) for name, value in pairs]
    return [
        (name, value.encode("latin-1", "replace"))
        for name, value in told
        if name not in _LEFT_OUT
        and not name.startswith(_BROWSERS)
        and not is_secret(name.decode("latin-1"))
    ]


def on_the_line(path: str) -> bytes:
    """As a request line has it: nothing ends the line, or the path."""
    return quote(path, safe=_SAFE).encode()


def open_query(query: str) -> bytes:
    """Without the fields that hold a key, masked or not: Gemini's `?key=`."""
    fields = (field for field in query.split("&") if field)
    kept = [f for f in fields if not is_secret(f.partition("=")[0], in_query=True)]
    return quote("&".join(kept), safe=_SAFE + "?").encode()
