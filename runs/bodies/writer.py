"""Captured bodies to rows, in bounded memory. Used by `runs/store/batch.py`."""

from __future__ import annotations

import hashlib

from pricing.values import dataclass
from runs import sql
from runs.bodies import compression
from runs.bodies.bases import DeltaBase, RecentBases, after, as_key
from runs.bodies.stored import MAX_WHOLE, stored_base
from runs.cleaning import name
from runs.models import Body, BodyPart
from runs.models.body import Encoding
from runs.record import CapturedBody, Side

MAX_ROW = 1024 * 1024
"""What compresses to more than this is stored in pieces."""
MIN_DELTA = 512
"""Below this a delta saves less than it costs in time (21 µs against 6)."""
GOOD_DELTA = 0.25
"""A delta of a larger share of the body than this must beat plain zstd."""
BUDGET = 16 * 1024 * 1024
"""Bytes of recent bodies kept in memory."""
FLUSH = 4 * 1024 * 1024
"""Bytes of compressed data after which rows are sent to the database."""

COLUMNS = (
    *("id", "request_id", "side", "size", "kept", "sha256", "content_type"),
    *("content_encoding", "encoding", "base_id", "depth", "links", "data"),
)
PART_COLUMNS = ("body_id", "index", "data")

# An enum looks its members up each time, for 0.1 µs.
_DELTA, _ZSTD, _PARTS = Encoding.DELTA, Encoding.ZSTD, Encoding.PARTS
_IDENTITY = Encoding.IDENTITY
_STORED = {each: str(each.value) for each in Encoding}
TWIN = {Side.SENT: Side.REQUEST, Side.RECEIVED: Side.RESPONSE}
"""A body that a rule changed differs little from the one it was made of."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a body goes, and what it probably resembles."""

    pk: int
    """Its row."""
    request: int
    previous: int | None = None
    """The request whose body of the same side it goes on from."""
    keep: bool = False
    """A later body may go on from this one."""


class BodyWriter:
    """Encodes bodies and adds their rows; one for the recorder's lifetime."""

    def __init__(self) -> None:
        self._recent = RecentBases(BUDGET)
        self._rows: list[sql.Row] = []
        self._waiting = 0

    def add(self, slot: Slot, body: CapturedBody) -> None:
        if len(body.source) > MAX_WHOLE:
            self._add_parts(slot, body)
            return
        raw = body.source.read()
        previous = self._previous(slot, body) if len(raw) >= MIN_DELTA else None
        base = previous.for_next() if previous else None
        encoding, data = encode(raw, base)
        base = base if encoding is _DELTA else None
        if len(data) > MAX_ROW:
            base, encoding = None, _PARTS
        place = _place(slot, raw, base, previous)
        if slot.keep and not body.content_encoding and body.side not in TWIN:
            self._recent.add(slot.request, body.side, place, instead_of=slot.previous)
        if encoding is _PARTS:
            self._add_parts(slot, body)
        else:
            digest = body.sha256 or hashlib.sha256(raw).digest()
            self._add_row(slot, body, digest, encoding, place, base, data)

    def flush(self) -> None:
        rows, self._rows, self._waiting = self._rows, [], 0
        sql.insert(Body, COLUMNS, rows)

    def forget(self) -> None:
        """After a rollback: nothing that was kept may be built upon."""
        self._rows, self._waiting = [], 0
        self._recent.clear()

    def _previous(self, slot: Slot, body: CapturedBody) -> DeltaBase | None:
        # What is already compressed (gzip) has nothing in common with anything.
        if body.content_encoding:
            return None
        if body.side in TWIN:
            return self._recent.get(slot.request, TWIN[body.side])
        if slot.previous is None or slot.previous == slot.request:
            return None
        return self._recent.get(slot.previous, body.side) or stored_base(
            slot.previous, body.side
        )

    def _add_parts(self, slot: Slot, body: CapturedBody) -> None:
        """Piece by piece from the journal into the database: memory stays flat."""
        digest = hashlib.sha256()
        for index, piece in enumerate(body.source.pieces()):
            digest.update(piece)
            row = (slot.pk, index, compression.compress(piece))
            sql.insert(BodyPart, PART_COLUMNS, [row])
        whole = body.sha256 or digest.digest()
        place = DeltaBase(slot.pk, b"", depth=0, links=0, key=None)
        self._add_row(slot, body, whole, _PARTS, place, None, b"")

    def _add_row(
        self,
        slot: Slot,
        body: CapturedBody,
        sha256: bytes,
        encoding: Encoding,
        place: DeltaBase,
        base: DeltaBase | None,
        data: bytes,
    ) -> None:
        self._rows.append(
            (
                slot.pk,
                slot.request,
                str(body.side),
                body.size,
                len(body.source),
                sha256,
                name(body.content_type, 255),
                name(body.content_encoding, 64),
                _STORED[encoding],
                base.pk if base else None,
                place.depth,
                place.links,
                data,
            )
        )
        self._waiting += len(data)
        if self._waiting > FLUSH:
            self.flush()


def encode(raw: bytes, base: DeltaBase | None) -> tuple[Encoding, bytes]:
    """The smallest of what is worth trying."""
    if base:
        delta = compression.compress_against(raw, base.raw)
        if len(delta) <= GOOD_DELTA * len(raw):
            return _DELTA, delta
    plain = compression.compress(raw)
    if base and len(delta) < 0.9 * len(plain):
        return _DELTA, delta
    if len(plain) < len(raw):
        return _ZSTD, plain
    return _IDENTITY, raw


def _place(
    slot: Slot, raw: bytes, base: DeltaBase | None, previous: DeltaBase | None
) -> DeltaBase:
    """The chain position of the body that was just encoded against `base`."""
    if base is None:
        return DeltaBase(slot.pk, raw, depth=0, links=0, key=None)
    if base is previous:
        return after(base, slot.pk, raw)
    return as_key(base, slot.pk, raw)
