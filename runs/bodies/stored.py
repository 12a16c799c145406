"""Captured bodies to rows and back, byte for byte.

Pages and API read with `read` and `pieces`; `runs/bodies/writer.py` writes. Four
encodings (`runs/models/body.py`): as it is, zstd, zstd against an earlier body of the
conversation, and pieces for what is too large to hold in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from runs.bodies import compression
from runs.bodies.bases import DeltaBase
from runs.models import Body, BodyPart
from runs.models.body import Encoding
from runs.record import Side

MAX_WHOLE = 8 * 1024 * 1024
"""Larger bodies never are in memory whole while they are stored."""


class DamagedBody(Exception):
    """A stored body whose bytes are not the captured ones any more."""


def read(body: Body) -> bytes:
    """The captured bytes, checked against their SHA-256."""
    raw = b"".join(_parts(body)) if body.encoding == Encoding.PARTS else _decode(body)
    if body.kept == body.size and hashlib.sha256(raw).digest() != bytes(body.sha256):
        raise _damaged(body)
    return raw


def _damaged(body: Body) -> DamagedBody:
    return DamagedBody(f"Body {body.pk} does not have the SHA-256 it was stored with.")


def pieces(body: Body) -> Iterator[bytes]:
    """The captured bytes, a large body's in pieces of at most 1 MiB."""
    if body.encoding == Encoding.PARTS:
        return _parts(body)
    return iter((read(body),))


def checked_pieces(body: Body) -> Iterator[bytes]:
    """The same; that they are the captured ones is known at the end alone."""
    digest = hashlib.sha256()
    for piece in pieces(body):
        digest.update(piece)
        yield piece
    if body.kept == body.size and digest.digest() != bytes(body.sha256):
        raise _damaged(body)


def _parts(body: Body) -> Iterator[bytes]:
    rows = BodyPart.objects.filter(body=body).order_by("index")
    for data in rows.values_list("data", flat=True).iterator(chunk_size=1):
        yield compression.decompress(bytes(data))


def _decode(body: Body) -> bytes:
    return _decode_chain(_chain(body))[-1]


def _chain(body: Body) -> list[Body]:
    """The bodies that must be decoded for `body`, first one first."""
    chain = [body]
    while chain[0].base_id is not None:
        chain.insert(0, Body.objects.get(pk=chain[0].base_id))
    return chain


def _decode_chain(chain: list[Body]) -> list[bytes]:
    raws: list[bytes] = []
    for body in chain:
        data = bytes(body.data)
        if body.encoding == Encoding.DELTA:
            raws.append(compression.decompress_against(data, raws[-1]))
        elif body.encoding == Encoding.ZSTD:
            raws.append(compression.decompress(data))
        elif body.encoding == Encoding.PARTS:
            raws.append(b"".join(_parts(body)))
        else:
            raws.append(data)
    return raws


def stored_base(request: int, side: Side) -> DeltaBase | None:
    """A base from the database, after a restart or when it is no longer recent."""
    found = Body.objects.filter(request=request, side=side, kept__lte=MAX_WHOLE).first()
    if found is None or found.content_encoding:
        return None
    chain = _chain(found)
    raws = _decode_chain(chain)
    # Retention shortens chains; a writer that remembers the old one counts too many.
    at = max(0, len(chain) - 1 - found.links)
    key = None
    if found.links:
        key = DeltaBase(chain[at].pk, raws[at], chain[at].depth, links=0, key=None)
    return DeltaBase(found.pk, raws[-1], found.depth, found.links, key)
