"""HAR 1.2: a browser's or proxy's log, and Weir's own export of that name.

Texts in HAR are without content encoding. Of a browser's log only calls in a dialect
of models are taken; in Weir's own, `_weir` names each request, so that importing it
where it was recorded adds nothing.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from hashlib import sha256

from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.fields import Fields
from runs.importers.own import facts_of
from runs.record import HeaderPairs, Outcome


def claims(row: Fields) -> bool:
    return row.has("startedDateTime", "request", "response")


def read(row: Fields) -> Iterator[Imported]:
    asked, answered = row.inner("request"), row.inner("response")
    begun = row.when("startedDateTime")
    if begun is None:
        raise BadRow("It has no startedDateTime.")
    own = row.inner("_weir")
    request, response = _sent(asked), _got(answered)
    status = answered.count("status") or None
    waited = row.inner("timings").duration_ms("wait")
    headers = _headers(asked)
    id_ = own.text("id") or _digest(row.text("startedDateTime"), asked, request)
    given = {} if not own.values else facts_of(own)
    yield Imported(
        **{
            "id": id_,
            "started_at": begun,
            "url": asked.text("url"),
            "method": asked.text("method") or "GET",
            "request_headers": headers,
            "response_headers": _headers(answered),
            "request": request,
            "response": response,
            "request_type": asked.inner("postData").text("mimeType"),
            "response_type": answered.inner("content").text("mimeType"),
            "status": status,
            "outcome": Outcome.COMPLETED if status else Outcome.UPSTREAM_ERROR,
            "error": answered.text("_error") if not status else "",
            "duration_ms": row.duration_ms("time"),
            "first_byte_ms": waited if waited and waited > 0 else None,
            "user_agent": dict(headers).get("user-agent", ""),
            "is_any_call": bool(own.values),
            "told": Told(id=id_, is_timed=row.duration_ms("time") is not None),
            **given,
        }
    )


def _headers(side: Fields) -> HeaderPairs:
    pairs = ((each.text("name"), each.text("value")) for each in side.items("headers"))
    # Of HTTP/2, whose pseudo headers browsers list with the others.
    return tuple((n.lower(), value) for n, value in pairs if not n.startswith(":"))


def _sent(asked: Fields) -> bytes:
    data = asked.inner("postData")
    return _bytes(data.text("text"), data.text("_encoding", "encoding"))


def _got(answered: Fields) -> bytes:
    content = answered.inner("content")
    return _bytes(content.text("text"), content.text("encoding"))


def _bytes(text: str, encoding: str) -> bytes:
    if encoding == "base64":
        try:
            return b64decode(text, validate=False)
        except (BadBase64, ValueError):
            return b""
    return text.encode("utf-8", "replace")


def _digest(stamp: str, asked: Fields, body: bytes) -> str:
    """HAR gives entries no id: the same call at the same microsecond is the same."""
    told = f"{stamp} {asked.text('method')} {asked.text('url')} ".encode()
    return sha256(told + body).hexdigest()


IMPORTER = Importer(
    name="har",
    about="HAR 1.2 of a browser or proxy, and Weir's own",
    claims=claims,
    read=read,
)
