"""Temperature and the longest answer, as each dialect asks for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proxy.wire.members import Members
from proxy.wire.sampling import Sampling, read_sampling


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"temperature": 0.7, "max_tokens": 100}, (0.7, 100)),
        ({"temperature": 0, "max_completion_tokens": 5, "max_tokens": 9}, (0.0, 5)),
        ({"max_output_tokens": 4096}, (None, 4096)),
        ({"generationConfig": {"temperature": 1, "maxOutputTokens": 8}}, (1.0, 8)),
        ({"request": {"generationConfig": {"maxOutputTokens": 8}}}, (None, 8)),
        ({"options": {"temperature": 0.2, "num_predict": -1}}, (0.2, None)),
        ({"inferenceConfig": {"maxTokens": 7, "temperature": 0.5}}, (0.5, 7)),
        ({"parameters": {"max_tokens": 3}}, (None, 3)),
        ({"temperature": "0.3", "max_tokens": None}, (0.3, None)),
        ({"messages": [{"temperature": 40}], "temperature": [1]}, (None, None)),
        ({"temperature": True, "max_tokens": 1e300}, (None, None)),
        ([{"temperature": 1}], (None, None)),
    ],
)
def test_each_dialect(body: Any, told: tuple[float | None, int | None]) -> None:
    assert read_sampling(Members(json.dumps(body).encode())) == Sampling(*told)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":' * 5000, b"null"])
def test_anything_else_tells_nothing(body: bytes) -> None:
    assert read_sampling(Members(body)) == Sampling()
