"""The chain of digests over what was said: one request goes on from another by it.

`proxy/wire/talk.py` chains the messages that count. A long conversation comes again
with each of its calls, so the longest chains are remembered: what stands before the
first new message is not worked out again. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from pricing.values import dataclass
from proxy.wire.heard import DIGEST_SIZE, LARGEST, Heard, size

_LONG = 16
"""Messages; shorter chains are made as quickly as they are found."""
_REMEMBERED = 20_000
"""Messages of all chains that are remembered."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Of some messages, and of what stands before each of them."""

    digests: tuple[bytes, ...]
    ends: tuple[int, ...]
    """For each message, how many digests cover it and what stands before it."""
    messages: Sequence[Heard] = ()

    def up_to(self, message: int) -> bytes:
        """The digest that covers a message; b"" for none (-1)."""
        end = self.ends[message] if message >= 0 else 0
        return self.digests[end - 1] if end else b""


_EMPTY = Chain((), ())
_known: dict[bytes, Chain] = {}
"""By the digest of the first part, the last used at the end."""


def chain_of(messages: Sequence[Heard]) -> Chain:
    """The chain over the parts of messages that count."""
    if len(messages) < _LONG:
        return _made([], [], messages)
    first = (messages[0].parts or messages[0].unasked)[0]
    known = _known.pop(first, _EMPTY)
    same = _same(known.messages, messages)
    ends = list(known.ends[:same])
    digests = list(known.digests[: ends[-1] if ends else 0])
    found = _made(digests, ends, messages)
    if max(map(size, messages[same:]), default=0) > LARGEST:
        return found  # one that is heard anew each time
    _known[first] = found
    room = _REMEMBERED - sum([len(each.messages) for each in _known.values()])
    while room < 0:
        room += len(_known.pop(next(iter(_known))).messages)
    return found


def _same(known: Sequence[Heard], messages: Sequence[Heard]) -> int:
    """How many of the first messages are the same."""
    for at, (one, other) in enumerate(zip(known, messages, strict=False)):
        if one is not other:
            return at
    return min(len(known), len(messages))


def _made(digests: list[bytes], ends: list[int], messages: Sequence[Heard]) -> Chain:
    """The chain whose beginning is known."""
    last = digests[-1] if digests else b""
    for each in messages[len(ends) :] if ends else messages:
        for part in each.parts or each.unasked:
            last = link(last, part)
            digests.append(last)
        ends.append(len(digests))
    return Chain(tuple(digests), tuple(ends), messages)


def link(last: bytes, part: bytes) -> bytes:
    """The digest of a chain that goes on with a part."""
    return blake2b(last + part, digest_size=DIGEST_SIZE).digest()
