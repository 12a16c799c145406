"""A stream whose events were cut apart holds a key where all of it holds one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from proxy.recording import secrets
from proxy.secrets.alike import Alike, is_clean
from proxy.secrets.scan import keys_in
from runs.record import CapturedBody, InlineBody, Side
from tests import make
from tests.proxy.secrets.test_repeats import NAMED
from tests.proxy.secrets.test_shapes import KEYS
from tests.proxy.wire.test_stencil import WRITERS, Write, padded, read

BLOCK = "-----BEGIN RSA PRIVATE KEY-----" + "MIIEpAIBAAKCAQEA7bq0lQ8w" * 4
WORDS = ("one", " two, or", " x: ", "sk-", "\\", 'TOKEN="', "ok_", " 7", "é", '"a": "')


def body(side: Side, data: bytes) -> CapturedBody:
    kind = "text/event-stream"
    source = InlineBody(data)
    return CapturedBody(side=side, source=source, size=len(data), content_type=kind)


def told(answer: bytes, sent: bytes | None, rows: tuple[Alike, ...]) -> tuple[str, ...]:
    bodies = [body(Side.RESPONSE, answer)]
    bodies += [body(Side.RECEIVED, sent)] if sent is not None else []
    record = make.record(bodies=tuple(bodies), alike=rows)
    return secrets.told(record).secrets


def stream(write: Write, dice: random.Random) -> bytes:
    """With a key now and then: whole, in pieces, or over whatever stands there."""
    keys = [*KEYS, *NAMED, BLOCK]
    texts = [dice.choice(WORDS) + str(n) for n in range(dice.choice((150, 400)))]
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        at, key = dice.randrange(len(texts) // 2), dice.choice(keys)
        cut = dice.randrange(1, 12)
        pieces = [key[n : n + cut] for n in range(0, len(key), cut)]
        texts[at : at + len(pieces)] = pieces if dice.random() < 0.5 else [key]
    made = "".join(map(write, texts, range(len(texts)))).encode()
    if dice.random() < 0.4:
        at, key = dice.randrange(len(made)), dice.choice(keys)
        made = made[:at] + key.encode() + made[at:]
    if dice.random() < 0.2:
        name = dice.choice(("m", "c-1", "index", "obfuscation", "delta", "content"))
        other = dice.choice((*KEYS, "password", "api_key", "jwt"))
        made = made.replace(f'"{name}"'.encode(), f'"{other}"'.encode())
    if dice.random() < 0.2:
        made = made.replace(b"x" * 4, dice.choice([*KEYS]).encode(), 3)
    return made + b"data: [DONE]\n\n"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("path", "write"), WRITERS)
def test_it_holds_a_key_where_all_of_it_does(
    path: str, write: Write, seed: int
) -> None:
    dice = random.Random(seed)
    hits = cleared = 0
    for _ in range(40):
        answer = stream(write, dice)
        rows = read(path, answer)[0].alike
        whole = told(answer, None, ())
        assert told(answer, None, rows) == whole, answer
        if rows:
            hits += bool(whole)
            cleared += is_clean(answer, rows, keys_in)
    assert cleared > 3
    assert hits > 3


def test_an_answer_without_its_last_events_is_the_one_that_was_read() -> None:
    sent = "".join(padded(f" {n}", n) for n in range(400)).encode()
    rows = read("/chat/completions", sent)[0].alike
    assert rows
    key = padded(next(iter(KEYS)), 3).encode()
    assert told(sent + b"data: [DONE]\n\n", sent, rows) == ()
    assert told(sent + key, sent, rows) == told(sent + key, None, ()) != ()
    assert told(key + sent, sent, rows) == told(key + sent, None, ()) != ()


def test_what_is_not_as_it_was_read_is_looked_through() -> None:
    sent = "".join(padded(f" {n}", n) for n in range(400)).encode()
    rows = read("/chat/completions", sent)[0].alike
    key = next(iter(KEYS)).encode()
    with_key = sent.replace(b" 200", key)
    assert told(with_key, sent, rows) == told(with_key, None, ()) != ()
    moved = tuple(replace(row, start=row.start + 1) for row in rows)
    assert told(with_key, None, moved) == told(with_key, None, ()) != ()
