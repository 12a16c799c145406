"""How a request was served, in the words that price rows use: `batch`, `fast+us`.

Providers tell it in many spellings: OpenAI's and Gemini's service tiers, Vertex'
traffic types, Anthropic's speed and region of inference. `pricing/book.py` looks for
the row of exactly that. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

_STANDARD = frozenset(
    {
        *("auto", "default", "standard", "standard_only", "normal", "none"),
        *("on_demand", "on_demand_standard", "unspecified", "global", "not_available"),
    }
)
"""Words for the standard price."""
_PREFIX = re.compile(r"^(?:service_tier|traffic_type|on_demand)_")


@lru_cache(maxsize=1024)
def served_as(*told: str | None) -> str:
    """The key of the price row: what is special, in alphabetical order, or ""."""
    words = (_word(part) for each in told for part in (each or "").split("+"))
    return "+".join(sorted({word for word in words if word}))


def _word(told: str) -> str:
    """One word in lower case; "" for the standard way."""
    word = re.sub(r"[\s-]+", "_", told.strip().lower())
    bare = _PREFIX.sub("", word)
    return "" if word in _STANDARD or bare in _STANDARD else bare
