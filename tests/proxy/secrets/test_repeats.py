"""A stream is looked through for keys without what its chunks repeat."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import takewhile

import pytest

from proxy.secrets import repeats
from proxy.secrets.repeats import parted
from proxy.secrets.scan import keys_in
from tests.proxy.secrets.test_shapes import KEYS


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


def test_the_repeated_end_is_said_once_up_to_the_text() -> None:
    end = b'},"logprobs":null,"finish_reason":null,"usage":null}]}'
    for blank in (b"\n\n", b"\r\n\r\n"):
        texts = [b'data: {"t":"%d, or more"' % n for n in range(9)]
        said, rest = parted(blank.join(text + end for text in texts))
        assert said == end
        assert rest == b"\n\n".join(text + b"}" for text in texts)


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
        blank = b"\n\n" if b"\n\n" in one else b"\r\n\r\n"
        assert repeats._events(one) == one.split(blank)
        alike = takewhile(
            lambda pair: pair[0] == pair[1], zip(one, other, strict=False)
        )
        assert repeats._shared(one, other) == bytes(each for each, _ in alike)


NAMED = (
    *("password: hunter2hunter2x9", "secret", "token:", '\\"password\\":\\"'),
    *("Authorization: Bearer abcdefghijklmnop1234", "https://u:pa55word9@host/x"),
    '\\"api_key\\": \\"a8f5f167f44f4964e6c998dee827110c\\"',
)
ENDS = (
    b'},"logprobs":null,"finish_reason":null}],"usage":null}',
    b'}],"role":"model"},"index":0}],"modelVersion":"gemini-2.5-pro"}',
    b"}",
)


@pytest.mark.parametrize("seed", range(6))
def test_keys_are_told_as_of_the_whole_stream(seed: int) -> None:
    dice = random.Random(seed)
    keys = [*KEYS, *NAMED * 3]
    hits = 0
    for _ in range(150):
        begin = b'data: {"id":"chatcmpl-0123456789","model":"m","choices":[{"delta":{'
        end, blank = dice.choice(ENDS), dice.choice((b"\n\n", b"\r\n\r\n"))
        texts = (dice.choice((b"one", b" two, or", b"x: ")) for _ in range(20))
        stream = b"".join(begin + b'"text":"' + t + b'"' + end + blank for t in texts)
        for _ in range(dice.randrange(1, 4)):
            key = dice.choice(keys).encode()
            quotes = [at for at, byte in enumerate(stream) if byte == ord('"')]
            at = dice.choice((dice.choice(quotes), dice.randrange(len(stream))))
            at += dice.randrange(2)
            stream = stream[:at] + key + dice.choice((b"", b" ")) + stream[at:]
            if dice.random() < 0.1:
                everywhere = dice.choice((b'"text":"', b'"choices":[', b"null"))
                stream = stream.replace(everywhere, everywhere + key)
        whole = Counter(each.title for each in keys_in(stream))
        said, rest = parted(stream)
        rest = stream if keys_in(said) else rest
        assert Counter(each.title for each in keys_in(rest)) == whole, stream
        hits += bool(whole)
    assert hits > 50
