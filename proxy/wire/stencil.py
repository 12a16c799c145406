"""What the events of a stream have in common but for their text: many are read at once.

A stream says the same id, model and members with every piece of its answer. Two events
that were read, one behind the other, tell where the piece stands and what else differs:
a count or padding in members that no reader looks at. What then follows in the same
bytes is cut apart without decoding each. Used by `stream_events.py`; the events one by
one stay the truth (`tests/proxy/wire/test_stencil.py`). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import msgspec

from proxy.wire.plain import LOOKED_AT
from proxy.wire.sse import Event

WINDOW = 64 * 1024
"""Bytes that are cut apart at once."""
_PIECE = re.compile(rb'((?:[^"\\]|\\.)*+)"')
_TOKEN = re.compile(rb'"[^"\\]*"|[0-9]+|[^"0-9]+|.', re.DOTALL)
_NUMBER, _PADDING = rb"(?:0|[1-9][0-9]*+)", rb'"[A-Za-z0-9_-]*+"'
_text = msgspec.json.Decoder(str).decode
_texts = msgspec.json.Decoder(list[str]).decode


class AlikeEvents(NamedTuple):
    """Events that stand one behind the other."""

    texts: list[str]
    ends: list[int]
    """Bytes of the stream up to and with the blank line of each."""
    size: int


class Stencil(NamedTuple):
    """An event, up to its piece of the text and behind it."""

    begin: bytes
    end: re.Pattern[bytes]

    def row(self, block: bytes, at: int, before: int) -> AlikeEvents | None:
        """The events from `at` on that fit, `before` bytes of the stream being read;
        None where their texts can't be told."""
        until = block.rfind(b"\n\n", at, at + WINDOW)
        pieces = block[at + len(self.begin) : max(until, 0)].split(b"\n\n" + self.begin)
        lines = b"\n".join(pieces)
        if lines.count(b"\n") >= len(pieces):  # behind one of them others stand
            last = next(n for n, each in enumerate(pieces) if b"\n" in each)
            pieces[last:] = [pieces[last].partition(b"\n\n")[0]]
            lines = b"\n".join(pieces)
        texts = self._texts_in(lines + b"\n", len(pieces))
        if texts is None:
            return None
        each = len(self.begin) + 2
        sizes = accumulate(map(len, pieces))
        ends = [before + size + each * n for n, size in enumerate(sizes, 1)]
        return AlikeEvents(texts, ends, ends[-1] - before)

    def _texts_in(self, lines: bytes, count: int) -> list[str] | None:
        *raw, rest = self.end.split(lines)
        if rest or len(raw) != count or lines.count(b"\n") != count:
            return None
        try:
            # A line end is in no text: each of them is one, or this is no JSON.
            texts = _texts(b'["%b"]' % b'",\n"'.join(raw))
        except (ValueError, RecursionError):
            return None
        return texts if len(texts) == count and all(texts) else None


def stencil_of(one: Event, other: Event) -> tuple[Stencil, str, str] | None:
    """What two events have in common, and the text of each, which `other` has to be
    known to bring: nothing is known here of what their members mean."""
    shared = _shared(one.data, other.data)
    begin = shared[: max(shared.rfind(b':"') + 2, shared.rfind(b': "') + 3)]
    pieces = [_PIECE.match(each.data, len(begin)) for each in (one, other)]
    if len(begin) < 3 or one.name != other.name or None in pieces:
        return None
    texts, rests = list[str](), list[bytes]()
    for each, found in zip((one, other), pieces, strict=True):
        if found is None:
            return None
        texts.append(_text(b'"%b"' % found[1]))
        rests.append(each.data[found.end() :])
    end = list(_end_of(*map(_TOKEN.findall, rests)))
    if not end or texts[0] == texts[1]:
        return None
    named = b"event: %b\n" % one.name if one.name else b""
    stencil = Stencil(named + b"data: " + begin, re.compile(b'"%b\n' % b"".join(end)))
    return stencil, texts[0], texts[1]


def _end_of(one: list[bytes], other: list[bytes]) -> Iterator[bytes]:
    """A pattern, token by token; nothing where they differ in what counts."""
    made = list[bytes]()
    for at, (each, same) in enumerate(zip(one, other, strict=False)):
        pattern = re.escape(each) if each == same else _varying(each, same)
        if not pattern or (each != same and not _is_nobodys(one[max(at - 2, 0) : at])):
            return
        made.append(pattern)
    if len(one) == len(other):
        yield from made


def _varying(one: bytes, other: bytes) -> bytes:
    for pattern in (_NUMBER, _PADDING):
        if re.fullmatch(pattern, one) and re.fullmatch(pattern, other):
            return pattern
    return b""


def _is_nobodys(before: list[bytes]) -> bool:
    """The member whose value follows is one that no reader looks at."""
    name = before[0][1:-1].decode("latin-1") if len(before) == 2 else ""
    is_name = bool(name) and before[0][:1] == b'"' and before[1].strip() == b":"
    return is_name and name not in LOOKED_AT


def _shared(one: bytes, other: bytes) -> bytes:
    size = min(len(one), len(other))
    differ = int.from_bytes(one[:size], "big") ^ int.from_bytes(other[:size], "big")
    return one[: size - (differ.bit_length() + 7) // 8]
