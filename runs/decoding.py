"""Undoes Content-Encoding on a captured body; the client got the encoded bytes.

Used before a body is read (`proxy/recording/facts.py`), shown or exported: a captured
body may be cut, so `decode` returns what it could, with a note. `decode_pieces` is for
a body on its way (`proxy/forward/upload.py`), of which half is nothing. Pure.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol

import brotli
import zstandard

from runs.cleaning import remembered

DEFAULT_LIMIT = 64 * 1024 * 1024
_STEP = 64 * 1024
# What is decoded in one go stays small, unless it is very well packed.
_SMALL_STEP = 1024


class _Decoder(Protocol):
    def decode(self, piece: bytes, room: int) -> bytes:
        """Decoded bytes, not many more than `room`."""
        ...

    def is_done(self) -> bool: ...


class Undecodable(ValueError):
    """The bytes do not follow the encoding they claim."""


class _Zlib:
    """gzip (several members in a row too), zlib and raw deflate."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._stream = zlib.decompressobj(wbits)
        self._started = False

    def decode(self, piece: bytes, room: int) -> bytes:
        out: list[bytes] = []
        while piece and room > 0:
            if self._stream.eof:
                if not piece.startswith(b"\x1f\x8b"):
                    break
                self._stream = zlib.decompressobj(self._wbits)
            got = self._inflate(piece, room)
            out.append(got)
            room -= len(got)
            piece = self._stream.unconsumed_tail or self._stream.unused_data
        return b"".join(out)

    def _inflate(self, piece: bytes, room: int) -> bytes:
        try:
            got = self._stream.decompress(piece, room)
        except zlib.error as exc:
            if self._started or self._wbits != zlib.MAX_WBITS:
                raise Undecodable(str(exc)) from exc
            # "deflate" should be zlib, but some servers send it without the header.
            self._wbits = -zlib.MAX_WBITS
            self._stream = zlib.decompressobj(self._wbits)
            return self._inflate(piece, room)
        self._started = True
        return got

    def is_done(self) -> bool:
        return self._stream.eof


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, piece: bytes, room: int) -> bytes:
        try:
            got: bytes = self._stream.process(piece, output_buffer_limit=room)
            out = [got]
            while len(got) and not self._stream.can_accept_more_data():
                room -= len(got)
                if room <= 0:
                    break
                got = self._stream.process(b"", output_buffer_limit=room)
                out.append(got)
        except brotli.error as exc:
            raise Undecodable(str(exc)) from exc
        return b"".join(out)

    def is_done(self) -> bool:
        return bool(self._stream.is_finished())


class _Zstd:
    """Frames in a row; a frame's window may be 128 MiB at most."""

    def __init__(self) -> None:
        self._open()

    def _open(self) -> None:
        decoder = zstandard.ZstdDecompressor(max_window_size=2**27)
        self._stream = decoder.decompressobj()

    def decode(self, piece: bytes, room: int) -> bytes:
        out: list[bytes] = []
        while piece and room > 0:
            if self._stream.eof:
                self._open()
            # Small steps bound what a bomb can expand to before the cap is seen.
            step, piece = piece[:1024], piece[1024:]
            try:
                got = self._stream.decompress(step)
            except zstandard.ZstdError as exc:
                raise Undecodable(str(exc)) from exc
            out.append(got)
            room -= len(got)
            if self._stream.eof:
                piece = self._stream.unused_data + piece
        return b"".join(out)

    def is_done(self) -> bool:
        return bool(self._stream.eof)


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(16 + zlib.MAX_WBITS),
    "x-gzip": lambda: _Zlib(16 + zlib.MAX_WBITS),
    "deflate": lambda: _Zlib(zlib.MAX_WBITS),
    "br": _Brotli,
    "brotli": _Brotli,
    "zstd": _Zstd,
}


def decode(
    body: bytes, content_encoding: str, limit: int = DEFAULT_LIMIT
) -> tuple[bytes, str | None]:
    """The decoded body, and a sentence when it isn't all of it."""
    note: str | None = None
    for name in _codings(content_encoding):
        if not body:
            break
        actual = _actual(body, name)
        make = _DECODERS.get(name)
        if make is None and actual not in _DECODERS:
            return body, note or _not_known(name)
        if make is None or actual != name:
            note = note or _MISLABELLED.format(name, actual or "not encoded")
            if not actual:
                continue
            make = _DECODERS[actual]
        body, problem = _undo(make(), name, body, limit)
        note = note or problem
    return body, note


def decode_text(
    body: bytes, content_encoding: str, content_type: str
) -> tuple[bytes, str | None]:
    """The same for what its type says is text; that one may have lost its label. A file
    that is gzip by itself has a type of its own, and stays as it is."""
    if content_encoding or not _is_text(content_type):
        return decode(body, content_encoding)
    if not body.startswith(_MAGICS):
        return body, None  # as nearly always
    actual = next((name for magic, name in _MAGIC if body.startswith(magic)), "")
    plain, note = decode(body, actual)
    return plain, _UNLABELLED.format(actual) if actual and note is None else note


@remembered(256)
def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind.endswith("json")


_UNLABELLED = "The body names no coding and is {}: it was read as what it is."
_MISLABELLED = "The body says {} and is {}: it was read as what it is."
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_MAGICS = tuple(magic for magic, _ in _MAGIC)
_TEXT_STARTS = (b"{", b"[", b"<", b'"', b"data:", b"event:", b"id:", b": ")
_CONTROLS = bytes(each for each in range(32) if each not in b"\t\n\r\x1b") + b"\x7f"


def _actual(body: bytes, name: str) -> str:
    """The coding that a body has by its first bytes, "" for plain text.

    Proxies that decode an answer may leave the label; clients that look are served.
    """
    by_magic = next((each for magic, each in _MAGIC if body.startswith(magic)), "")
    if by_magic:
        return name if name == f"x-{by_magic}" else by_magic
    head = body[:1024]
    is_text = head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_TEXT_STARTS)
    if not is_text or head.translate(None, _CONTROLS) != head:
        return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return name
    return ""


def decode_pieces(
    pieces: Iterable[bytes], content_encoding: str, limit: int = DEFAULT_LIMIT
) -> Iterator[bytes]:
    """The decoded body piece by piece; raises Undecodable where it isn't all of it."""
    for name in _codings(content_encoding):
        make = _DECODERS.get(name)
        if make is None:
            raise Undecodable(_not_known(name))
        pieces = _undone(make(), name, pieces, limit)
    return iter(pieces)


def decoded_ends(
    pieces: Iterable[bytes], content_encoding: str, limit: int = DEFAULT_LIMIT
) -> list[int]:
    """How many decoded bytes there were after each piece as it came; the list ends
    where the body can't be decoded on."""
    incoming = iter(pieces)
    first = next(incoming, b"")
    names, known = _codings(content_encoding), _DECODERS.keys()
    if len(names) == 1:  # as `decode` takes it: by what it is, not by its label
        actual = _actual(first, names[0])
        names = [actual] if {names[0], actual} & known or not actual else names
    if any(name and name not in _DECODERS for name in names):
        return []
    decoders = [_DECODERS[name]() for name in names if name]
    ends: list[int] = []
    total = 0
    for piece in chain([first] if first else [], incoming):
        try:
            for decoder in decoders:
                piece = decoder.decode(piece, limit + 1 - total)
        except Undecodable:
            break
        total += len(piece)
        if total > limit:
            break
        ends.append(total)
    return ends


def _undone(
    decoder: _Decoder, name: str, pieces: Iterable[bytes], limit: int
) -> Iterator[bytes]:
    room = limit
    for step in _steps(pieces, _SMALL_STEP):
        try:
            got = decoder.decode(step, room + 1)
        except Undecodable as exc:
            raise Undecodable(f"The {name} body is damaged: {exc}.") from exc
        room -= len(got)
        if room < 0:
            raise Undecodable(f"The {name} body has more than {limit:,} bytes decoded.")
        yield from _steps([got], _STEP)
    if not decoder.is_done():
        raise Undecodable(f"The {name} body ends early.")


def _steps(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), size):
            yield piece[at : at + size]


def _codings(content_encoding: str) -> list[str]:
    """Their names, the last one applied first; some servers add quotes, or weights as
    in Accept-Encoding."""
    told = (each.partition(";")[0] for each in content_encoding.lower().split(","))
    names = [name.strip(' \t"') for name in told]
    return [name for name in reversed(names) if name not in ("", "identity")]


def _not_known(name: str) -> str:
    return f"Content encoding {name[:40]!r} is not known."


def _undo(
    decoder: _Decoder, name: str, body: bytes, limit: int
) -> tuple[bytes, str | None]:
    out: list[bytes] = []
    size = 0
    for at in range(0, len(body), _STEP):
        try:
            got = decoder.decode(body[at : at + _STEP], limit + 1 - size)
        except Undecodable as exc:
            return b"".join(out), f"The {name} body is damaged: {exc}."
        out.append(got)
        size += len(got)
        if size > limit:
            return b"".join(out)[:limit], f"Decoded only the first {limit:,} bytes."
    note = None if decoder.is_done() else f"The {name} body ends early."
    return b"".join(out), note
