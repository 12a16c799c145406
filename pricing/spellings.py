"""The ways one model name is written, and whether two names are one model.

Providers, gateways and SDKs decorate names: compact dates, `models/…`,
`BASE@ENDPOINT`, `MODEL:PROVIDER`. A price is looked up under each spelling, the most
literal first, until one is found. An alias that became a dated snapshot is the same
model, and so is a name in another dress; another date than the one asked for is not.
Pure.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

# As genai-prices reads them: -20250929 at the end or before `-` or `:`.
_COMPACT_DATE = re.compile(r"(-)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")
_RESOURCE = re.compile(
    r"^(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?(?:models|endpoints)/"
)
# OpenRouter's wishes: they choose an endpoint or how to answer, not another model.
_ROUTING = (":nitro", ":floor", ":online", ":exacto", ":thinking")
_DATE = r"20\d{2}-?\d{2}-?\d{2}|\d{2}-20\d{2}|[01]\d-?[0-3]\d|2[3-9][01]\d|00\d"
"""2025-08-07, 20250807, 09-2025, 05-06, 0613, 2411 (Mistral), 001 (Gemini)."""
_DATED = re.compile(rf"[-@](?:{_DATE})$")
_RESOLVED = re.compile(r"(?:-preview|-exp(?:erimental)?|-latest)$")
"""What may stand behind a name or its date where an alias was resolved."""
_WISH = re.compile(
    r":(?:latest|free|beta|extended|nitro|floor|online|exacto|thinking)$"
)
_REGION = re.compile(
    r"^(?:(?:us|us-gov|eu|apac|jp|au|ca|global)\.)?[a-z0-9]+\.(?=[a-z])"
)
"""Bedrock's `us.anthropic.claude-…`."""
_BEDROCK = re.compile(r"-v\d+:\d+$")
_FILE = re.compile(r"(?:[-.](?:i?q\d\w*|f16|bf16|fp8|awq|gptq\S*))?\.gguf$")
_VERSION = re.compile(r"[\d.]+|preview|exp|v\d+")
_ANY = frozenset({"auto", "default", "model-router", "router"})
_NO_NAME = ("arn:", "ft:")


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


@lru_cache(1024)  # asked of each request, and it is always the same few
def is_same_model(asked: str, served: str) -> bool | None:
    """None where the asked name is no model's: a router's, or one of the customer's."""
    wanted, got = _bare(asked), _bare(served)
    if not wanted or not got or wanted & _ANY or asked.lower().startswith(_NO_NAME):
        return None
    if wanted & _short(got):
        return True
    # Asked with a date, told without one.
    if got & {_DATED.sub("", name) for name in wanted}:
        return True
    return any(_is_newest(name, got) for name in wanted if name.endswith("-latest"))


def _bare(model: str) -> frozenset[str]:
    """A name's spellings, without who sells it and how it is asked for."""
    found = set[str]()
    for name in spellings(model):
        last = name.rstrip("/").rpartition("/")[2] or name
        last = _FILE.sub("", last)
        last = _BEDROCK.sub("", _REGION.sub("", last)) if "." in last else last
        found |= {last, _WISH.sub("", last)}
        if "/" in name and ":" in last:  # MODEL:PROVIDER of a router
            found.add(last.partition(":")[0])
    return frozenset(each.replace(".", "-") for each in found if each)


def _short(names: frozenset[str]) -> frozenset[str]:
    """With what an alias may have become taken off again."""
    found = set(names)
    for name in names:
        while (less := _RESOLVED.sub("", _DATED.sub("", name))) != name:
            found.add(less)
            found.add(_DATED.sub("", name))
            name = less
    return frozenset(found)


def _is_newest(alias: str, got: frozenset[str]) -> bool:
    """`gemini-flash-latest` became `gemini-2.5-flash-preview-09-2025`."""
    words = alias.removesuffix("-latest").split("-")
    for name in got:
        rest = name.split("-")
        for word in words:
            if word not in rest:
                break
            rest.remove(word)
        else:
            if all(_VERSION.fullmatch(word) for word in rest):
                return True
    return False
