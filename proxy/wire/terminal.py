"""What the last event of a stream looks like, in any format, to who only passes it on.

`proxy/forward/relay.py` asks for each piece of a stream. A guess: a piece that is
taken for the last costs a write, the one that isn't seen may be lost. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from proxy.wire import FORMATS
from proxy.wire.base import WireFormat
from proxy.wire.faults import FAULT_MARKS
from proxy.wire.sought import Sought

_KEY = re.compile(rb'"\w+"')


def last_pieces_of(
    formats: Iterable[WireFormat], more: Iterable[bytes] = ()
) -> Callable[[], Sought]:
    """Makes, for each stream, what finds the piece behind which clients hang up; and
    pieces with `more` marks, of the same kind, in the same look."""
    ends = [mark for each in formats for mark in each.terminal_marks]
    marks = dict.fromkeys([*ends, *FAULT_MARKS, *more])
    # Asked for every piece of every stream. Marks that share their first byte are
    # looked for from one such byte to the next; together with the others it takes
    # twice as long.
    quoted = re.compile(_quoted(mark for mark in marks if mark[:1] == b'"')).search
    others = re.compile(b"|".join(mark for mark in marks if mark[:1] != b'"')).search
    crosses = re.compile(b"|".join(crossing(marks)) or rb"(?!)").search

    def search(piece: bytes, at: int) -> object:
        return others(piece, at) or quoted(piece, at)

    return lambda: Sought(search, crosses)


def crossing(marks: Iterable[bytes]) -> list[bytes]:
    """How those begin that go on over other members."""
    keys = [_KEY.match(mark) for mark in marks if b"[^" in mark or b"," in mark]
    return [key[0] for key in keys if key]


def _quoted(marks: Iterable[bytes]) -> bytes:
    """Any of the marks: behind a quote that no word follows nothing is tried, behind
    another those of the same first letter. Their number costs next to nothing so."""
    by_letter: dict[bytes, list[bytes]] = {}
    odd: list[bytes] = []
    for mark in marks:
        first, rest = mark[1:2], mark[2:]
        if first.isalpha():
            by_letter.setdefault(first, []).append(rest)
        else:
            odd.append(mark[1:])
    groups = [b + b"(?:" + b"|".join(rests) + b")" for b, rests in by_letter.items()]
    return rb'"(?=\w)(?:' + b"|".join([*groups, *odd]) + b")"


last_pieces = last_pieces_of(FORMATS)
