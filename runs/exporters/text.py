"""Captured bodies as the text of JSON, CSV and pages. Pure.

Content encoding is undone; what isn't UTF-8 is base64. JSON strings are made from bytes
directly: as Python text an emoji would make a body four times as large.
"""

from __future__ import annotations

import codecs
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from runs.decoding import decode

STEP = 768 * 1024
"""Divisible by three, so that base64 can be made piece by piece."""
_SPECIAL = re.compile(rb'["\\\x00-\x1f\x7f]')
_ESCAPED = {bytes([code]): b"\\u%04x" % code for code in (*range(32), 0x7F)} | {
    b'"': b'\\"',
    b"\\": b"\\\\",
    b"\n": b"\\n",
    b"\r": b"\\r",
    b"\t": b"\\t",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A body's bytes without content encoding, and what they are."""

    data: bytes
    is_base64: bool
    """Not UTF-8: shown as base64."""
    note: str = ""

    def json(self) -> Iterator[bytes]:
        """The pieces of a JSON string, quotes included."""
        yield b'"'
        for piece in self.pieces():
            # base64 has nothing that JSON would escape.
            yield piece if self.is_base64 else _SPECIAL.sub(_escape, piece)
        yield b'"'

    def pieces(self) -> Iterator[bytes]:
        """As UTF-8, or base64."""
        for at in range(0, len(self.data), STEP):
            piece = self.data[at : at + STEP]
            yield b64encode(piece) if self.is_base64 else piece

    def plain(self, limit: int | None = None) -> str:
        """As Python text, at most `limit` bytes of it."""
        data = self.data if limit is None else self.data[:limit]
        if self.is_base64:
            return b64encode(data).decode()
        return data.decode("utf-8", "ignore")


def as_text(raw: bytes, content_encoding: str, *, is_cut: bool) -> Text:
    data, note = decode(raw, content_encoding)
    # A cut body may end inside a character; that makes it no less text.
    length = _text_length(data, may_be_cut=is_cut or note is not None)
    if length is None:
        return Text(data, is_base64=True, note=note or "")
    return Text(data[:length], is_base64=False, note=note or "")


def _text_length(data: bytes, *, may_be_cut: bool) -> int | None:
    """How many of the bytes are UTF-8: all, or all but half a character; or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), STEP):
            decoder.decode(data[at : at + STEP])
        half = len(decoder.getstate()[0])
        decoder.decode(b"", final=not may_be_cut)
    except UnicodeDecodeError:
        return None
    return len(data) - half


def _escape(found: re.Match[bytes]) -> bytes:
    return _ESCAPED[found[0]]
