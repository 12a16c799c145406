"""What was looked through is not looked through again, and no key slips by."""

from __future__ import annotations

import random

import pytest

from proxy.secrets import memory
from proxy.secrets.memory import CHUNK, CleanText
from proxy.secrets.scan import Found, keys_in

KEY = b"ghp_" + b"aB3" * 12


def text(size: int, seed: int) -> bytes:
    rng = random.Random(seed)
    words = [
        rng.choice(("weir", "stream", "flow", "tool_use", "a-b")) for _ in range(size)
    ]
    return " ".join(words).encode()[:size]


@pytest.mark.parametrize("seed", range(12))
def test_it_finds_what_looking_anew_finds(seed: int) -> None:
    rng, clean, history = random.Random(seed), CleanText(), text(5 * CHUNK, seed)
    for _ in range(8):
        history += text(rng.randrange(CHUNK), rng.randrange(10**6))
        if rng.random() < 0.4:
            # On the edge of a chunk as well.
            at = rng.choice([len(history), CHUNK - 20, 3 * CHUNK - 3, 2 * CHUNK])
            history = history[:at] + b" " + KEY + b" " + history[at:]
        assert clean.keys_in(history) == keys_in(history)


def test_a_history_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clean, history = CleanText(), text(40 * CHUNK, 1)
    assert clean.keys_in(history) == []
    seen: list[int] = []

    def looked(body: bytes) -> list[Found]:
        seen.append(len(body))
        return []

    monkeypatch.setattr(memory, "keys_in", looked)
    clean.keys_in(history + b" and more")
    assert 0 < sum(seen) <= 4 * CHUNK
