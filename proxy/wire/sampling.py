"""What a request asks of the sampling: temperature, and how long the answer may be.

Read by `proxy/recording/facts.py` from every JSON body, whatever its dialect: the
names are few and mean one thing each. Sources: the API references of OpenAI (chat,
responses), Anthropic (messages), Gemini (generateContent, also inside of Code Assist's
`request`), Ollama (`options`), Bedrock (Converse, Invoke), Cohere, DashScope
(`parameters`), TGI. Pure.
"""

from __future__ import annotations

import math
from typing import TypeVar

import msgspec

from pricing.values import dataclass
from proxy.wire.members import Members

INSIDE = (
    *("generationConfig", "generation_config", "inferenceConfig", "options"),
    *("parameters", "textGenerationConfig", "request"),
)
"""Members that hold them in some dialects."""
LENGTHS = (
    *("max_completion_tokens", "max_output_tokens", "max_tokens", "maxOutputTokens"),
    *("maxTokens", "max_tokens_to_sample", "max_new_tokens", "num_predict"),
    *("maxTokenCount", "n_predict", "max_gen_len"),
)
"""The more exact name first: where a client sends two, it counts."""
DEEPEST = 2
_NAMES = frozenset({"temperature", *LENGTHS, *INSIDE})
_T = TypeVar("_T")
_number_or_text = msgspec.json.Decoder(float | str).decode


@dataclass(frozen=True, slots=True)
class Sampling:
    """None: not asked for."""

    temperature: float | None = None
    max_tokens: int | None = None


NO_SAMPLING = Sampling()


def read_sampling(asked: Members, depth: int = 0) -> Sampling:
    """Of a JSON body; nothing of anything else."""
    if not asked.has_any(_NAMES):
        return NO_SAMPLING
    there = asked.those(_NAMES)
    lengths = (_number(asked.raw(name)) for name in LENGTHS if name in there)
    most = next((int(each) for each in lengths if each is not None and each > 0), None)
    found = Sampling(_number(asked.raw("temperature")), most)
    for name in INSIDE:
        inner = asked.raw(name) if name in there else b""
        if inner.startswith(b"{") and depth < DEEPEST:
            deeper = read_sampling(Members(inner), depth + 1)
            found = Sampling(
                _first(found.temperature, deeper.temperature),
                _first(found.max_tokens, deeper.max_tokens),
            )
    return found


def _first(one: _T | None, other: _T | None) -> _T | None:
    return other if one is None else one


def _number(raw: bytes) -> float | None:
    """As a number, or as the text of one; absurd ones are not told."""
    try:
        value = _number_or_text(raw) if raw else None
        number = float(value) if value is not None else None
    except ValueError:
        return None
    sane = number is not None and math.isfinite(number) and abs(number) < 10**12
    return number if sane else None
