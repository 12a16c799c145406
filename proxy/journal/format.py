"""What stands in a journal file: framing and the kinds of records.

`proxy/journal/writer.py` writes it, `proxy/journal/segments.py` reads it back. Pure.

    record  = magic "WRj1" · kind u8 · length u32 · crc32 u32 · payload
    crc32   covers kind, length and payload

A `Head` opens an exchange, pieces carry what is too large for the others, a `Tail`
closes it. A `Tail` that isn't final is a checkpoint: what is known so far, in case the
worker is killed before the end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from zlib import crc32

import msgspec

from pricing.values import dataclass
from runs.detail import FixReport
from runs.record import Outcome, Side

MAGIC = b"WRj1"
_HEADER = struct.Struct("<4sBII")
HEADER_SIZE = _HEADER.size
MAX_PAYLOAD = 64 * 1024 * 1024
_COVERED = struct.Struct("<BI")
_PART_HEAD = struct.Struct("<16sB")
_PIECE_HEAD = struct.Struct("<16sBQ")
_UID = 16
# As MessagePack has them: 16 bytes of binary, and true.
_PACKED_UID, _PACKED_TRUE = b"\xc4\x10", b"\xc3"


class Kind(IntEnum):
    HEAD = 1
    PART = 2
    """A piece of a body as 0.1 wrote it: it follows on the one before."""
    TAIL = 3
    LOSS = 4
    PIECE = 5
    """A piece of a body that says where in it it belongs."""


# The order gives each side its number inside a PART or PIECE record.
SIDES = (Side.REQUEST, Side.SENT, Side.RESPONSE, Side.RECEIVED)

_KINDS = {kind.value: kind for kind in Kind}

Pairs = list[tuple[str, str]]
Changes = list[tuple[int, int, bytes]]
"""Bytes [start, end) of a body became these, in order."""


class Head(msgspec.Struct, array_like=True):
    """The start of an exchange: journalled before anything goes upstream."""

    uid: bytes
    started_us: int
    method: str
    path: str
    query: str
    client: str
    headers: Pairs
    provider: str
    route: str
    reason: str
    upstream_url: str
    upstream_path: str
    upstream_model: str
    sent_headers: Pairs
    request_body: bytes
    request_size: int
    """-1 while the body is still coming."""
    keep_bodies: bool
    # Fields added later stand at the end, with what an older journal's records meant.
    run_key: str = ""
    """SHA-256 (hex) of the run key that came as a credential."""
    run_name: str = ""
    """What the `X-Weir-Run` header said."""
    mask_keys: bool = False
    """Keys inside of its bodies are to be masked when they are stored."""
    before: bytes = b""
    """The attempt that failed, where this one is made instead."""
    resend_of: bytes = b""
    """The id of the captured request that Weir itself sent again with this one."""
    raw_files: bool = False
    """Request and answer are written as files, too."""
    sent_changes: Changes = []
    """What makes the body that was sent of the client's, where both are kept whole: the
    sent one has no record of its own then."""


class BodyTail(msgspec.Struct, array_like=True):
    """One body at the end of an exchange: its last captured piece and the truth."""

    side: Side
    rest: bytes
    """What was captured after the last PART."""
    size: int
    kept: int
    sha256: bytes
    """Of the whole body; empty where the recorder works it out."""


class Tail(msgspec.Struct, array_like=True):
    """The end of an exchange, or a checkpoint of it."""

    uid: bytes
    final: bool
    outcome: Outcome
    status: int
    """0: no response."""
    response_headers: Pairs
    error: str
    error_code: str
    duration_us: int
    upstream_us: int
    """Start to upstream response headers; -1: none came."""
    first_byte_us: int
    chunk_count: int
    chunk_times: bytes
    bodies: list[BodyTail]
    notes: list[str]
    # Fields added later stand at the end, with what an older journal's records meant.
    fixes: list[FixReport] = []
    own_us: int = -1
    """What Weir itself added (proxy/journal/live_exchange.py); -1: not known."""
    after: bytes = b""
    """The attempt that is made instead of this one, which failed."""


class Loss(msgspec.Struct, array_like=True):
    """Captures that found no room on the disk, told once there is room again."""

    requests: int
    bodies: int
    message: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One record as it stands in a segment."""

    kind: Kind
    payload: memoryview
    start: int
    end: int


# Numbers, and looked up once: Python 3.11 takes its time to find a member of an enum.
_KIND_OF = {Head: int(Kind.HEAD), Tail: int(Kind.TAIL), Loss: int(Kind.LOSS)}
_PIECE = int(Kind.PIECE)
_encode = msgspec.msgpack.Encoder().encode
_heads = msgspec.msgpack.Decoder(Head)
_tails = msgspec.msgpack.Decoder(Tail)
_losses = msgspec.msgpack.Decoder(Loss)


def pack(record: Head | Tail | Loss) -> bytes:
    return frame(_KIND_OF[type(record)], _encode(record))


def frame(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    crc = crc32(payload, crc32(_COVERED.pack(kind, size)))
    return _HEADER.pack(MAGIC, kind, size, crc) + payload


def pack_piece(uid: bytes, side: Side, at: int, piece: bytes) -> tuple[bytes, bytes]:
    """One record, to be written in one go: what stands before the piece, and the piece,
    which is too large to be copied."""
    head = _PIECE_HEAD.pack(uid, SIDES.index(side), at)
    size = len(head) + len(piece)
    crc = crc32(piece, crc32(head, crc32(_COVERED.pack(_PIECE, size))))
    return _HEADER.pack(MAGIC, _PIECE, size, crc) + head, piece


def read_head(payload: memoryview) -> Head:
    return _heads.decode(payload)


def read_tail(payload: memoryview) -> Tail:
    return _tails.decode(payload)


def read_loss(payload: memoryview) -> Loss:
    return _losses.decode(payload)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one body, and where its bytes stand in the segment."""

    uid: bytes
    side: Side
    at: int | None
    """Its place in the body; None: behind what came before."""
    offset: int
    length: int


def read_piece(frame: Frame) -> Piece:
    if frame.kind is Kind.PIECE:
        head = _PIECE_HEAD
        uid, side, at = head.unpack_from(frame.payload)
    else:
        head = _PART_HEAD
        (uid, side), at = head.unpack_from(frame.payload), None
    offset = frame.start + HEADER_SIZE + head.size
    return Piece(uid, SIDES[side], at, offset, frame.end - offset)


class Corrupt(Exception):
    """Bytes [start, end) of the data are no record; reading goes on at `end`."""

    def __init__(self, start: int, end: int, uid: bytes = b"", *, ends: bool = False):
        super().__init__(f"bytes {start}-{end} are not a record")
        self.start = start
        self.end = end
        self.uid = uid
        """The exchange that the damaged record is of, where that can still be read."""
        self.ends = ends
        """It was the exchange's closing record."""


def frames(data: memoryview, base: int) -> Iterator[Frame | Corrupt]:
    """Every whole record in `data`, which begins at offset `base` of its segment.

    Stops before an incomplete record at the end. A stretch that is no record comes as
    a `Corrupt` and reading goes on at the next magic.
    """
    at = 0
    while at + HEADER_SIZE <= len(data):
        magic, kind, length, crc = _HEADER.unpack_from(data, at)
        end = at + HEADER_SIZE + length
        if magic == MAGIC and length <= MAX_PAYLOAD and end > len(data):
            return
        payload = data[at + HEADER_SIZE : end]
        known = _KINDS.get(kind)
        if magic == MAGIC and known is not None and _crc(kind, payload) == crc:
            yield Frame(known, payload, base + at, base + end)
            at = end
        else:
            resume = _next_magic(data, at + 1)
            uid, ends = suspect(data[at:resume])
            yield Corrupt(base + at, base + resume, uid, ends=ends)
            at = resume


def _crc(kind: int, payload: memoryview) -> int:
    return crc32(payload, crc32(_COVERED.pack(kind, len(payload))))


def suspect(damaged: memoryview) -> tuple[bytes, bool]:
    """Which exchange a damaged record is of, and whether it ended it.

    The id stands first in every payload and is a UUIDv7, which few other bytes are.
    """
    kind, payload = bytes(damaged[4:5]), bytes(damaged[HEADER_SIZE : HEADER_SIZE + 64])
    if kind in (b"\x02", b"\x05"):
        uid, behind = payload[:_UID], b""
    else:
        _, found, rest = payload[:24].partition(_PACKED_UID)
        uid = payload[len(payload[:24]) - len(rest) :][:_UID] if found else b""
        behind = payload[payload.find(uid) + _UID :][:1] if uid else b""
    if len(uid) < _UID or uid[6] >> 4 != 7 or uid[8] >> 6 != 2:
        return b"", False
    return uid, kind == b"\x03" and behind == _PACKED_TRUE


def _next_magic(data: memoryview, at: int) -> int:
    found = bytes(data[at:]).find(MAGIC)
    # Three bytes are left over: they may begin a magic whose rest isn't there yet.
    return at + found if found >= 0 else max(at, len(data) - len(MAGIC) + 1)
