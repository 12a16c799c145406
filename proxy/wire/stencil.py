"""What the events of a stream have in common but for their text: many are read at once.

A stream says the same id, model and members with every piece of its answer. Two events
that were read, one behind the other, tell where the piece stands and what else differs:
a number or padding in members that no reader looks at, or counts that only grow. What
then follows in the same bytes is cut apart without decoding each. Used by
`stream_events.py`; the events one by one stay the truth
(`tests/proxy/wire/test_stencil.py`). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, repeat, takewhile
from typing import NamedTuple

import msgspec

from proxy.secrets.alike import BETWEEN, Alike
from proxy.wire.plain import LOOKED_AT
from proxy.wire.sought import shared
from proxy.wire.sse import Event

WINDOW = 64 * 1024
"""Bytes that are cut apart at once."""
_TEXT = rb'(?:[^"\\]|\\.)*+'
_PIECE = re.compile(b'(%b)"' % _TEXT)
_TOKEN = re.compile(rb'"[^"\\]*"|[0-9]+|[^"0-9]+|.', re.DOTALL)
_NUMBER, _PADDING = rb"(?:0|[1-9][0-9]*+)", rb'"([A-Za-z0-9_-]*+)"'
_COUNT = rb"[1-9][0-9]{0,11}"
_COUNTED = re.compile(rb'"([^"\\]*)"(\s*:\s*)[0-9]*\Z')
_DIGITS = re.compile(_NUMBER)
_FRONT = 16
"""Bytes."""
_MARK = b"\x01"
"""Stands in no JSON."""
_NUL = rb"\u0000"
"""That some formats keep as another character."""
_MARKED = re.compile(_NUMBER + _MARK)
_text = msgspec.json.Decoder(str).decode
_texts = msgspec.json.Decoder(list[str]).decode


class AlikeEvents(NamedTuple):
    """Events that stand one behind the other."""

    texts: list[str]
    ends: list[int]
    """Bytes of the stream up to and with the blank line of each."""
    size: int
    alike: Alike
    """The same for who looks for keys in it."""


class _Cut(NamedTuple):
    """What events have of their own."""

    texts: list[str]
    spelt: list[bytes]
    padding: list[bytes]


class Stencil(NamedTuple):
    """An event, up to its piece of the text and behind it."""

    begin: bytes
    """What all begin with: up to the text, or to a number that each has its own."""
    middle: bytes
    """What stands between that number and the text."""
    end: bytes
    """A pattern of all that is behind the text's own characters."""
    between: re.Pattern[bytes]
    """From one text to that of the next line."""
    line_end: bytes
    has_counts: bool
    """Of what fits, the last event is left to be read by itself."""
    padded: tuple[str, ...]
    """The members that are padded: a group of the pattern each."""

    def row(self, block: bytes, at: int, before: int) -> AlikeEvents | None:
        """The events from `at` on that fit, `before` bytes of the stream being read;
        None where their texts can't be told."""
        blank = self.line_end * 2
        until = block.rfind(blank, at, at + WINDOW)
        stretch = block[at + len(self.begin) : max(until, 0)]
        pieces = split(stretch, blank + self.begin)
        lines = b"\n".join(pieces)
        if lines.count(b"\n") >= len(pieces):  # behind one of them others stand
            last = next(n for n, each in enumerate(pieces) if b"\n" in each)
            pieces[last:] = [pieces[last].partition(blank)[0]]
            lines = b"\n".join(pieces)
        cut = self._cut(lines, len(pieces))
        if cut is None and (fit := self._fitting(pieces)):
            pieces = fit
            cut = self._cut(b"\n".join(fit), len(fit))
        if cut is None:
            return None
        if self.has_counts:
            del cut.texts[-1], cut.spelt[-1], pieces[-1]
        each = len(self.begin) + len(blank)
        sizes = list(accumulate(map(len, pieces)))
        size = sizes[-1] + each * len(sizes) if sizes else 0
        alike = Alike(
            start=before,
            first_end=before + sizes[0] + each if sizes else before,
            end=before + size,
            begin=self.begin,
            front=self.middle or self.begin,
            texts=BETWEEN.join(cut.spelt),
            padded=self.padded,
            padding=BETWEEN.join(cut.padding),
        )
        # Complete with the blank line's first byte, be it the CR of a CRLF.
        before += 1 - len(self.line_end)
        ends = [before + size + each * n for n, size in enumerate(sizes, 1)]
        return AlikeEvents(cut.texts, ends, size, alike)

    def _fitting(self, pieces: list[bytes]) -> list[bytes]:
        """Those before the first that is another event."""
        head = _NUMBER + re.escape(self.middle) if self.middle else b""
        return list(takewhile(re.compile(head + _TEXT + self.end).fullmatch, pieces))

    def _cut(self, lines: bytes, count: int) -> _Cut | None:
        if lines.count(b"\n") != count - 1 or _MARK in lines or _NUL in lines:
            return None
        lines += b"\n"
        if self.middle:  # in the pattern it would take long to compile
            lines = _MARK.join(split(lines, self.middle)) + b"0" + _MARK
            if (number := _MARKED.match(lines)) is None:
                return None
            lines = lines[number.end() :]
        *found, rest = self.between.split(lines)
        of_each = 1 + len(self.padded)
        raw = found[::of_each]
        if rest or len(found) != count * of_each:
            return None
        try:
            # A line end is in no text: each of them is one, or this is no JSON.
            texts = _texts(b'["%b"]' % BETWEEN.join(raw))
        except (ValueError, RecursionError):
            return None
        if len(texts) != count or not all(texts):
            return None
        del found[::of_each]
        return _Cut(texts, raw, found)


def split(data: bytes, separator: bytes) -> list[bytes]:
    """`data.split(separator)`; a long one is looked for by how it begins, in half the
    time, where nothing else begins so."""
    front, rest = separator[:_FRONT], separator[_FRONT:]
    first, *others = data.split(front)
    pieces = list(map(bytes.removeprefix, others, repeat(rest)))
    if sum(map(len, others)) - sum(map(len, pieces)) != len(rest) * len(others):
        return data.split(separator)
    return [first, *pieces]


def stencil_of(
    one: Event, other: Event, growing: frozenset[str], line_end: bytes
) -> tuple[Stencil, str, str] | None:
    """What two events have in common, and the text of each, which `other` has to be
    known to bring: nothing is known here of what their members mean, but that counts
    of these names may be `growing`."""
    if one.name != other.name:
        return None
    begin, middle, *starts = _begin_of(one.data, other.data)
    if growing and middle:
        return None
    texts, rests = list[str](), list[bytes]()
    for each, start in zip((one, other), starts, strict=True):
        found = _PIECE.match(each.data, start)
        if found is None or not start:
            return None
        texts.append(_text(b'"%b"' % found[1]))
        rests.append(each.data[found.end() :])
    tokens = [_TOKEN.findall(rest) for rest in rests]
    patterns = list(_end_of(tokens[0], tokens[1], growing))
    end = b"".join([pattern for pattern, _ in patterns])
    if not end or texts[0] == texts[1]:
        return None
    padded = tuple([name for pattern, name in patterns if pattern == _PADDING])
    named = b"event: %b%b" % (one.name, line_end) if one.name else b""
    end = b'"' + end
    between = re.compile(end + b"\n" + (_MARKED.pattern if middle else b""))
    begin = named + b"data: " + begin
    stencil = Stencil(begin, middle, end, between, line_end, bool(growing), padded)
    return stencil, texts[0], texts[1]


def _begin_of(one: bytes, other: bytes) -> tuple[bytes, bytes, int, int]:
    """What both begin with, what stands between a number of theirs and the text, where
    one does, and where the text stands in each."""
    begins = shared(one, other)
    counted = _COUNTED.search(begins)
    if counted is not None and counted[1].decode("latin-1") not in LOOKED_AT:
        begin = begins[: counted.end(2)]
        numbers = [_DIGITS.match(each, len(begin)) for each in (one, other)]
        ends = [found.end() for found in numbers if found is not None]
        if len(ends) == len(numbers):
            middle = _up_to_text(shared(one[ends[0] :], other[ends[1] :]))
            if middle:
                return begin, middle, ends[0] + len(middle), ends[1] + len(middle)
    begin = _up_to_text(begins)
    return begin, b"", len(begin), len(begin)


def _up_to_text(begins: bytes) -> bytes:
    """Up to the last text that begins in it, or nothing."""
    end = max(begins.rfind(b':"') + 2, begins.rfind(b': "') + 3)
    return begins[:end] if end > 2 else b""


def _end_of(
    one: list[bytes], other: list[bytes], growing: frozenset[str]
) -> Iterator[tuple[bytes, str]]:
    """A pattern, token by token, with the name of the member that it is the value of;
    nothing where they differ in what counts."""
    made = list[tuple[bytes, str]]()
    for at, (each, same) in enumerate(zip(one, other, strict=False)):
        name = _name_in(one[max(at - 2, 0) : at])
        if name in growing:
            pattern = _varying(each, same, (_COUNT,))
        elif each == same:
            pattern = re.escape(each)
        else:
            is_nobodys = bool(name) and not growing and name not in LOOKED_AT
            pattern = _varying(each, same, (_NUMBER, _PADDING)) if is_nobodys else b""
        if not pattern:
            return
        made.append((pattern, name))
    if len(one) == len(other):
        yield from made


def _varying(one: bytes, other: bytes, patterns: tuple[bytes, ...]) -> bytes:
    for pattern in patterns:
        if re.fullmatch(pattern, one) and re.fullmatch(pattern, other):
            return pattern
    return b""


def _name_in(before: list[bytes]) -> str:
    """Of the member whose value follows."""
    is_name = len(before) == 2 and before[0][:1] == b'"' and before[1].strip() == b":"
    return before[0][1:-1].decode("latin-1") if is_name else ""
