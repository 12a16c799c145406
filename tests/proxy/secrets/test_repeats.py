"""A stream is looked through for keys without what its chunks repeat."""

from __future__ import annotations

import json
import random
from itertools import takewhile

from proxy.secrets import repeats
from proxy.secrets.repeats import parted


def _stream(*texts: str, **members: str) -> bytes:
    chunks = (
        {"id": "chatcmpl-0123456789abcdef", **members, "choices": [{"text": text}]}
        for text in texts
    )
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in chunks)


def test_the_repeated_beginning_is_said_once_and_every_text_is_kept() -> None:
    stream = _stream("one", "two", "three", object="chat.completion.chunk", model="m")
    head, rest = parted(stream)
    assert head.startswith(b'data: {"id"')
    assert head.endswith(b"{")
    assert rest.count(b"{") == 3
    assert b"chatcmpl" not in rest
    assert rest.replace(b'{"text"', head + b'"text"') == stream


def test_nothing_is_parted_within_a_text_or_where_little_is_shared() -> None:
    said = "a long sentence of a model, which begins twice alike, and then "
    for stream in (
        b"\n\n".join([b"data: 1", b"data: {", b"data: {"]),
        b"\n\n".join(f'data: "{said}{n}"'.encode() for n in range(4)),
        b"",
    ):
        assert parted(stream) == (b"", stream)


def test_events_and_what_they_share_are_told_as_python_would() -> None:
    rng = random.Random(1)
    pieces = (b"a", b"\n", b"\n\n", b"data: x\n\n", b"\r\n", b"\0")
    for _ in range(3000):
        one, other = (b"".join(rng.choices(pieces, k=rng.randrange(9))) for _ in "ab")
        assert repeats._events(one) == one.split(b"\n\n")
        alike = takewhile(
            lambda pair: pair[0] == pair[1], zip(one, other, strict=False)
        )
        assert repeats._shared(one, other) == bytes(each for each, _ in alike)
