"""The ways one model name is written, most literal first.

Providers, gateways and SDKs decorate names: compact dates, `models/…`,
`BASE@ENDPOINT`, `MODEL:PROVIDER`. A price is looked up under each spelling until one
is found. Pure.
"""

from __future__ import annotations

import re
from datetime import date

# As genai-prices reads them: -20250929 at the end or before `-` or `:`.
_COMPACT_DATE = re.compile(r"(-)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")
_RESOURCE = re.compile(
    r"^(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?(?:models|endpoints)/"
)
# OpenRouter's wishes: they choose an endpoint or how to answer, not another model.
_ROUTING = (":nitro", ":floor", ":online", ":exacto", ":thinking")


def spellings(model: str, prefixes: tuple[str, ...] = ()) -> list[str]:
    """Lower-cased spellings; `prefixes` are the provider's own names (`openai/…`)."""
    name = model.strip().lower()
    found = [name, dashed_date(name)]
    bare = _RESOURCE.sub("", name)
    bare = _without_provider(bare, prefixes)
    bare = _without_routing(bare)
    found += [bare, dashed_date(bare)]
    return list(dict.fromkeys(spelling for spelling in found if spelling))


def split_host(model: str) -> tuple[str, str]:
    """`MODEL:PROVIDER` of the Hugging Face router, in two; "" without a provider."""
    name, _, host = model.strip().lower().partition(":")
    return name, host


def dashed_date(name: str) -> str:
    """`gpt-5.2-20251211` as `gpt-5.2-2025-12-11`."""
    return _COMPACT_DATE.sub(_dashed, name)


def _dashed(match: re.Match[str]) -> str:
    year, month, day = (int(match.group(index)) for index in (2, 3, 4))
    try:
        date(year, month, day)
    except ValueError:
        return match.group(0)
    return f"-{year:04d}-{month:02d}-{day:02d}"


def _without_provider(name: str, prefixes: tuple[str, ...]) -> str:
    head, slash, rest = name.partition("/")
    return rest if slash and head in prefixes else name


def _without_routing(name: str) -> str:
    base = name.partition("@")[0]
    for suffix in _ROUTING:
        base = base.removesuffix(suffix)
    return base
