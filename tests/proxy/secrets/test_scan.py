"""Keys inside bodies are found where they stand."""

from __future__ import annotations

import json
import random
import re
import time

import pytest

from proxy.secrets import scan
from proxy.secrets.scan import keys_in
from proxy.secrets.shapes import SHAPES
from tests.proxy.secrets.test_shapes import KEYS

RANDOM = "q7Rw2Zk9Tx4Lm8Np"


def found(text: str) -> list[tuple[str, str]]:
    body = text.encode()
    return [(body[f.start : f.end].decode(), f.title) for f in keys_in(body)]


@pytest.mark.parametrize(("key", "title"), KEYS.items())
def test_a_key_of_every_shape_is_found_in_json(key: str, title: str) -> None:
    inner = json.dumps({"content": f"export K={key}\nok"})
    text = json.dumps({"messages": [{"content": f"use {key}"}, {"content": inner}]})
    assert found(text) == [(key, title)] * 2


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"api_key": RANDOM}),
        json.dumps({"a": json.dumps({"clientSecret": RANDOM})}),
        json.dumps({"text": f"AWS_SECRET_ACCESS_KEY={RANDOM}\nnext"}),
        f"AccountName=a;AccountKey={RANDOM};EndpointSuffix=core.windows.net",
        json.dumps({"text": f"SharedAccessKeyName=root;SharedAccessKey={RANDOM}"}),
    ],
)
def test_a_value_is_found_by_its_name(text: str) -> None:
    assert found(text) == [(RANDOM, "named value")]


@pytest.mark.parametrize(
    "address",
    [
        "postgres://app:{}@db.example/app",
        "https://:{}@example.com",
        "redis://default:{}@[::1]:6379/0",
        "amqp:\\/\\/guest:{}@broker",
    ],
)
def test_a_password_in_an_address_is_found(address: str) -> None:
    text = json.dumps({"text": f"DSN {address.format(RANDOM)} ok"})
    assert found(text.replace("\\\\", "\\")) == [(RANDOM, "password in an address")]


@pytest.mark.parametrize(
    "address",
    [
        "https://user:password@example.com",
        "postgres://app:${DB_PASSWORD_1}@db/app",
        "postgres://app:{password_1}@db/app",
        "docker://library/ubuntu:20240101a@sha256:8f1c",
        "docker://ubuntu:20240101a@sha256:8f1c",
        "https://example.com:8443/~user1@example",
        "see http://localhost:8000 and write to a1b2c3d4@example.com",
    ],
)
def test_an_address_without_a_password_has_none(address: str) -> None:
    assert found(json.dumps({"text": address})) == []


def test_a_long_row_of_addresses_takes_no_longer_than_its_length() -> None:
    for piece in (b"://", b"://a:", b"://a:b1c2d3e4", b":\\/\\/" + b"a" * 63):
        began = time.process_time()
        assert keys_in(piece * (400_000 // len(piece)) + b"@") == []
        assert time.process_time() - began < 1


def test_a_private_key_is_found() -> None:
    block = (
        f"-----BEGIN RSA PRIVATE KEY-----\n{RANDOM * 4}\n-----END RSA PRIVATE KEY-----"
    )
    [(text, title)] = found(block)
    assert title == "private key"
    assert RANDOM * 4 in text


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"logprobs": [{"token": "internationalization", "logprob": -1}]}),
        json.dumps(
            {"next_page_token": RANDOM, "max_tokens": 5, "key": "an ordinary one"}
        ),
        json.dumps({"properties": {"password": {"type": "string"}}}),
        'class="sk-estimator-doc-link fitted" id="sk-container-id-one"',
        "and sk-your-api-key-goes-here-please",
        "hf_hub_download(fw_version_something) xai-grok-4-fast-reasoning-latest",
        "",
    ],
)
def test_ordinary_text_has_none(text: str) -> None:
    assert found(text) == []


PREFIXES = [prefix for shape in SHAPES for prefix in shape.prefixes]
PIECES = (
    *('"api_key": "', '\\"api_key\\":\\"', '"clientSecret"  :"', "MY_TOKEN=", "_KEY='"),
    *("-----BEGIN PRIVATE KEY-----\n", " ", '"', '":"', ",", ". ", "\\", "é", "-", "_"),
)


def made_up(rng: random.Random) -> str:
    """Beginnings of keys, keys, halves of them, names, and letters in between."""
    key = rng.choice([*KEYS])
    letters = rng.choice(("abcdef0123456789", "AIzaKTLJeyQ._-=:/", "abcXYZ019_-"))
    return rng.choice(
        [
            *(rng.choice(PREFIXES), rng.choice(PIECES), key),
            key[: rng.randrange(len(key))],
            "".join(rng.choices(letters, k=rng.randrange(60))),
        ]
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_quick_looks_miss_no_key(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a key may end its beginning at each place, and a name have any value."""
    rng = random.Random(seed)
    texts = [
        "".join(made_up(rng) for _ in range(rng.randrange(1, 12))) for _ in range(400)
    ]
    quickly = [found(text) for text in texts]
    member = re.compile(rb':[ \t]{0,4}\\?"([^"\\\s]{12,512})')
    monkeypatch.setattr(scan, "_HINTS", [(b"", re.compile(b""))])
    monkeypatch.setattr(
        scan, "_VALUES", ((member, scan._VALUES[0][1]), scan._VALUES[1])
    )
    assert quickly == [found(text) for text in texts]
    assert sum(map(bool, quickly)) > 100


def test_a_long_row_of_words_is_gone_through_once() -> None:
    key = b"sk-ant-api03-" + b"Ab1_" * 12
    words = b"sk-" * 50_000
    began = time.thread_time()
    assert keys_in(words) == []
    found = keys_in(words + b"\n" + key)
    assert [(each.start, each.end) for each in found] == [
        (len(words) + 1, len(words) + 1 + len(key))
    ]
    assert time.thread_time() - began < 5.0  # a look at the rest from each takes 90


@pytest.mark.parametrize("prefix", [b"sk-ant-", b"sk-a1-", b"ya29."])
def test_a_long_row_of_what_begins_keys_is_one_of_them(prefix: bytes) -> None:
    row = prefix * 100_000
    began = time.thread_time()
    (found,) = keys_in(b'{"a": "' + row + b'"}')
    assert found.start == 7
    assert time.thread_time() - began < 5.0  # each to the end of the row takes minutes
