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


def last_piece_test(formats: Iterable[WireFormat]) -> Callable[[bytes], bool]:
    """Whether a client may hang up once it has this piece of a stream."""
    marks = dict.fromkeys(
        [mark for each in formats for mark in each.terminal_marks] + [*FAULT_MARKS]
    )
    # Asked for every piece of every stream. Marks that share their first byte are
    # looked for from one such byte to the next; together with the others it takes
    # twice as long.
    quoted = re.compile(_quoted(mark for mark in marks if mark[:1] == b'"')).search
    others = re.compile(b"|".join(mark for mark in marks if mark[:1] != b'"')).search
    return lambda piece: bool(others(piece) or quoted(piece))


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


may_be_last = last_piece_test(FORMATS)
