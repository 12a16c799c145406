"""Whether a stream holds no key, by what its reader found alike in its events.

The reader (`proxy/wire/stencil.py`) has cut hundreds of events apart already: all that
they have of their own are their texts. Asked by `proxy/recording/secrets.py`, which
looks through the whole stream where this can't say no for sure. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pricing.values import dataclass
from proxy.secrets.names import is_secret
from proxy.secrets.scan import Found, quoted_before

BETWEEN = b'",\n"'
"""Stands between two texts, and in none of them."""
# A stream spells a key in pieces, an event each.
DELTA = re.compile(
    rb'"(?:content|text|delta|partial_json|arguments|thinking|response)"\s*:\s*'
    rb'"((?:[^"\\]++|\\.)*+)"'
)
_OF_A_BLOCK = b"PRIVATE KEY-----"
"""Such a key has lines, and may go on in the next events."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Bytes [start, end) of a decoded stream: events that are the same but for a text,
    counts, and padding."""

    start: int
    first_end: int
    """Where the first of them ends, with its blank line."""
    end: int
    begin: bytes
    """What each begins with."""
    front: bytes
    """What stands before the text of each, up to its quote."""
    texts: bytes
    """As they are spelt, with `BETWEEN` between them."""
    padded: tuple[str, ...] = ()
    """The members that are padded: letters, digits, `-` and `_`."""
    padding: bytes = b""
    """Of all of them, likewise."""


def is_clean(
    stream: bytes, rows: Sequence[Alike], keys_in: Callable[[bytes], list[Found]]
) -> bool:
    """True: no key stands in it, nor is one spelt over several events. `rows` are in
    their order; all bytes up to the end of the last are those that were read."""
    if any(map(_tells, rows)):
        return False
    others = list(_others(stream, rows))
    texts = [row.texts for row in rows]
    own = b'"\n"'.join([*others, *texts, *(row.padding for row in rows)])
    if _OF_A_BLOCK in own or keys_in(own):
        return False
    spelt = _spelt(others, rows)
    return spelt is not None and not keys_in(spelt)


def _tells(row: Alike) -> bool:
    """By the name of a member alone, its value may be a key."""
    name = quoted_before(row.front, row.front.rfind(b":"))
    return any(map(is_secret, (name.decode(), *row.padded)))


def _others(stream: bytes, rows: Sequence[Alike]) -> Iterator[bytes]:
    """The stretches between the rows, each with the first event of the next."""
    at = 0
    for row in rows:
        yield stream[at : row.first_end]
        at = row.end
    yield stream[at:]


def _spelt(others: Sequence[bytes], rows: Sequence[Alike]) -> bytes | None:
    """All pieces of text, one behind the other; None where an event may have more of
    them than its own."""
    pieces = list[bytes]()
    for other, row in zip(others, rows, strict=False):
        found = DELTA.findall(other)
        first, _, more = row.texts.partition(BETWEEN)
        of_first = DELTA.findall(other[row.start - row.first_end :])
        pieces += found
        if of_first == found[-1:] == [first]:
            pieces.append(more.replace(BETWEEN, b""))
        elif of_first:
            return None
    return b"".join([*pieces, *DELTA.findall(others[-1])])
