"""What "the same answer" means where a straight and a proxied one are compared."""

from __future__ import annotations

from collections import defaultdict

from proxy.headers import HOP_BY_HOP
from tests.raw_client import Answer
from tests.upstream import Pairs, Received

FRAMING = HOP_BY_HOP | {b"content-length"}
"""A hop may frame a body of unknown length its own way; a length must not be lost."""


def end_to_end(pairs: Pairs) -> dict[bytes, list[bytes]]:
    """Values by lower-cased name, each name's in their order."""
    named = b",".join(v for k, v in pairs if k.lower() == b"connection").lower()
    dropped = FRAMING | {token.strip() for token in named.split(b",")}
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for name, value in pairs:
        if name.lower() not in dropped:
            found[name.lower()].append(value)
    return found


def assert_same_answer(through: Answer, straight: Answer) -> None:
    assert straight.header("x-no-script") is None, "the case has no script"
    assert through.status == straight.status
    assert end_to_end(through.headers) == end_to_end(straight.headers)
    assert through.body == straight.body
    assert through.complete == straight.complete
    length = straight.header("content-length")
    if length is not None:
        assert through.all("content-length") == [length]


def forwarded(pairs: Pairs) -> Pairs:
    """Request headers that must arrive, lower-cased, in order."""
    named = b",".join(v for k, v in pairs if k.lower() == b"connection").lower()
    own = {b"host", b"expect", b"content-length"} | HOP_BY_HOP
    dropped = own | {token.strip() for token in named.split(b",")}
    return [(k.lower(), v) for k, v in pairs if k.lower() not in dropped]


def assert_same_request(through: Received, straight: Received) -> None:
    assert through.method == straight.method
    assert through.target == straight.target
    assert forwarded(through.headers) == forwarded(straight.headers)
    assert (through.size, through.sha256) == (straight.size, straight.sha256)
    assert through.body == straight.body
