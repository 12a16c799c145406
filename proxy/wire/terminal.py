"""What the last event of a stream looks like, in any format, to who only passes it on.

`proxy/forward/relay.py` asks for each piece of a stream. A guess: a piece that is
taken for the last costs a write, the one that isn't seen may be lost. Pure.
"""

from __future__ import annotations

import re

from proxy.wire import FORMATS
from proxy.wire.faults import FAULT_MARKS

_MARKS = dict.fromkeys(
    [mark for each in FORMATS for mark in each.terminal_marks] + [*FAULT_MARKS]
)
# Asked for every piece of every stream. Marks that share their first byte are looked
# for from one such byte to the next; together with the others it takes twice as long.
_QUOTED = re.compile(b"|".join(mark for mark in _MARKS if mark[:1] == b'"'))
_OTHERS = re.compile(b"|".join(mark for mark in _MARKS if mark[:1] != b'"'))


def may_be_last(piece: bytes) -> bool:
    """Whether a client may hang up once it has this piece of a stream."""
    return bool(_OTHERS.search(piece) or _QUOTED.search(piece))
