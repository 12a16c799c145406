"""Whose key that is and whose model, as `proxy/data/providers.toml` says. Pure.

For `proxy/route/recognition.py`; `proxy/setup/seed.py` puts the same blocks into the
database. Sources: the providers' own pages, and the rules of secret scanners.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "data" / "providers.toml"
ROUTERS = frozenset({"openrouter", "huggingface"})
"""They sell others' models, each under its maker's name and a slash."""
GEMINI_RESOURCE = "models/"
TUNED = "ft:"


@cache
def blocks() -> tuple[Mapping[str, Any], ...]:
    return tuple(tomllib.loads(FILE.read_text("utf-8"))["provider"])


@cache
def _key_beginnings() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Longest first: `sk-ant-` begins with `sk-`, too."""
    slugs: dict[str, list[str]] = {}
    for block in blocks():
        for beginning in block.get("keys", ()):
            slugs.setdefault(beginning, []).append(block["slug"])
    ordered = sorted(slugs, key=len, reverse=True)
    return tuple((beginning, tuple(slugs[beginning])) for beginning in ordered)


@cache
def _model_names() -> tuple[tuple[str, str], ...]:
    named = [(name, b["slug"]) for b in blocks() for name in b.get("models", ())]
    return tuple(sorted(named, key=lambda pair: -len(pair[0])))


def owners_of_key(key: str) -> tuple[str, ...]:
    """Slugs of the providers whose keys begin so, the likeliest first."""
    for beginning, slugs in _key_beginnings():
        if key.startswith(beginning):
            return slugs
    return ()


def maker_of_model(model: str, sold_by: Mapping[str, Collection[str]]) -> str:
    """The slug of who makes it, or alone sells it; "" where that isn't clear.

    `sold_by`: the price catalogue's model names, in small letters, and who sells each.
    """
    name = model.strip().lower().removeprefix(GEMINI_RESOURCE)
    maker = _maker_by_name(name)
    known = set(sold_by.get(name, ()))
    # By its plain name a router has it from the maker, who may tell no prices.
    sellers = known - ROUTERS if maker else known
    if len(sellers) == 1:
        return next(iter(sellers))
    # An open model has its maker's name, and is sold by others only.
    return maker if not sellers or maker in sellers else ""


def _maker_by_name(name: str) -> str:
    if ":" in name and not name.startswith(TUNED):
        return ""  # `mistral:7b` is a local server's way of naming
    for beginning, slug in _model_names():
        if name.startswith(beginning) and _ends(beginning, name):
            return slug
    return ""


def _ends(beginning: str, name: str) -> bool:
    """`o1` and `o1-mini`, not `o100`."""
    following = name[len(beginning) : len(beginning) + 1]
    return beginning.endswith("/") or not following.isalnum()
