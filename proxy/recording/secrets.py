"""Keys inside of bodies: told with the request, and masked where that is wanted.

Asked by `proxy/recorder.py` for each record before it is stored. Bodies are content and
stay exact, unless the route or provider keeps them `masked`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from proxy.journal.masking import Masker
from proxy.secrets.alike import DELTA, Alike, is_clean
from proxy.secrets.memory import CleanText
from proxy.secrets.repeats import parted
from proxy.secrets.scan import Found
from proxy.wire.stream_types import is_stream
from runs.decoding import decode
from runs.record import CapturedBody, ExchangeRecord, InlineBody, Side

LOOKED_THROUGH = 32 * 1024 * 1024
"""Bytes of a body; what stands behind them is not looked at, nor kept masked."""
TOLD_THROUGH = 4 * 1024 * 1024
"""Bytes of a body that stays as it is: more than a model reads, and little memory."""
TOLD = (Side.REQUEST, Side.RESPONSE)
"""The other two are the same but for what Weir changed."""
SHORT = 4 * 1024
"""Bytes of an exchange's bodies that are looked through at once."""
TEXTS = ("preview", "news", "answer_preview", "answer_so_far", "words_before")
"""Of a record: what its bodies say, which is kept beside them."""
_clean = CleanText()
SPELT = "A key that the answer spells over several events is not masked."


def without_keys_in_error(record: ExchangeRecord, masker: Masker) -> ExchangeRecord:
    """The same, unless its error quotes a key: most records have no error at all."""
    error = masker.text(record.error)
    return record if error == record.error else replace(record, error=error)


def told(record: ExchangeRecord) -> ExchangeRecord:
    """The record with what its bodies hold, as `request: 2 × GitHub token`."""
    bodies = [body for body in record.bodies if body.side in TOLD]
    if _are_clean(bodies):
        return record
    rows = [each for each in record.alike if isinstance(each, Alike)]
    found = {
        body.side: {} if rows and _is_clean(body, record, rows) else _titles(body)
        for body in bodies
    }
    words = tuple(
        f"{side}: {count} × {title}" if count > 1 else f"{side}: {title}"
        for side, titles in found.items()
        for title, count in titles.items()
    )
    return replace(record, secrets=words) if words else record


def masked(record: ExchangeRecord, masker: Masker) -> ExchangeRecord:
    """The record with a mark for each key, in its bodies and in what they say."""
    bodies = tuple(_masked(body, masker) for body in record.bodies)
    left = any(_titles(body) for body in bodies if body.side is Side.RESPONSE)
    texts: dict[str, Any] = {name: masker.text(getattr(record, name)) for name in TEXTS}
    notes = (*record.notes, SPELT) if left else record.notes
    read: dict[str, Any] = {"answer_texts": None, "newest": None}
    return replace(record, bodies=bodies, notes=notes, **read, **texts)


def without_bodies(record: ExchangeRecord, error: Exception) -> ExchangeRecord:
    """Rather no body, and nothing of it, than one whose keys could not be masked."""
    note = f"Its bodies could not be masked and are not kept: {error!r}"
    nothing: dict[str, Any] = dict.fromkeys(TEXTS, "")
    notes = (*record.notes, note)
    read: dict[str, Any] = {"answer_texts": None, "newest": None}
    return replace(record, bodies=(), notes=notes, **read, **nothing)


def _are_clean(bodies: list[CapturedBody]) -> bool:
    """One look where both are short: most hold no key. False: look at each."""
    texts: list[bytes] = []
    room = SHORT
    for body in bodies:
        room -= len(body.source)
        if room < 0 or body.content_encoding or is_stream(body.content_type):
            return False
        texts.append(body.source.read())
    return not _clean.keys_in(b"\n".join(texts))


def _is_clean(
    body: CapturedBody, record: ExchangeRecord, rows: Sequence[Alike]
) -> bool:
    """Told by its events that are alike, which were cut apart when they were read: of
    the answer as it came, whose beginning the client's must be."""
    sent = {each.side: each for each in record.bodies}.get(Side.RECEIVED)
    is_long = max(len(body.source), len(sent.source) if sent else 0) > TOLD_THROUGH
    is_coded = body.content_encoding or (sent and sent.content_encoding)
    if body.side is not Side.RESPONSE or is_long or is_coded:
        return False
    data, end = body.source.read(), rows[-1].end
    if sent is not None and not data.startswith(sent.source.read()[:end]):
        return False
    if len(data) < end or not all(data.startswith(r.begin, r.start) for r in rows):
        return False
    return is_clean(data, rows, _clean.keys_in)


def _titles(body: CapturedBody) -> Mapping[str, int]:
    data = _plain(body, TOLD_THROUGH)
    if not is_stream(body.content_type):
        return _count(_clean.keys_in(data))
    head, rest = parted(data)
    if head and _clean.keys_in(head):  # it counts as often as it stands there
        rest = data
    found = _clean.keys_in(rest)
    return _count(found or _clean.keys_in(b"".join(DELTA.findall(rest))))


def _count(found: list[Found]) -> Mapping[str, int]:
    return Counter(each.title for each in found) if found else {}


def _masked(body: CapturedBody, masker: Masker) -> CapturedBody:
    data = _plain(body, LOOKED_THROUGH)
    found = _clean.keys_in(data)
    if not found and len(body.source) <= LOOKED_THROUGH:
        return body
    kept = InlineBody(b"".join(_pieces(data, found, masker)))
    if body.content_encoding:
        return replace(
            body, source=kept, size=len(kept), sha256=None, content_encoding=""
        )
    if len(kept) == body.size:  # else the digest is of the whole, cut body
        return replace(body, source=kept, sha256=None)
    return replace(body, source=kept)


def _pieces(data: bytes, found: list[Found], masker: Masker) -> Iterator[bytes]:
    end = 0
    for each in found:
        key = data[each.start : each.end]
        yield data[end : each.start]
        mark = masker.fingerprint(key.decode("latin-1")).encode()
        yield mark.ljust(len(key), b"*")[: len(key)]
        end = each.end
    yield data[end:]


def _plain(body: CapturedBody, limit: int) -> bytes:
    """Its bytes without their coding, as many as are looked through."""
    if body.content_encoding:
        return decode(body.source.read(), body.content_encoding, limit)[0]
    if len(body.source) <= limit:
        return body.source.read()
    data = bytearray()
    for piece in body.source.pieces():
        data += piece
        if len(data) >= limit:
            break
    return bytes(data[:limit])
