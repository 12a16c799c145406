"""Which bundled provider sells a model, by the price rows in the database.

Part of the table in memory (`snapshot.py`): where nothing else says where a call goes,
its model may. Read again when a price has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pricing.models import ModelPrice, PriceRevision
from proxy.route import known

_NO_NAME = ("*", "/^")
"""What marks an alias as a pattern."""
_read: tuple[int | None, Mapping[str, frozenset[str]]] | None = None


def sold_by() -> Mapping[str, frozenset[str]]:
    """Model name in small letters → slugs of who has a price for it."""
    global _read
    # The token first: a change in between only means one reading too many.
    token = PriceRevision.objects.values_list("token", flat=True).first()
    if _read is None or _read[0] != token:
        _read = (token, _names())
    return _read[1]


def _names() -> Mapping[str, frozenset[str]]:
    slugs = [block["slug"] for block in known.blocks()]
    rows = ModelPrice.objects.filter(active=True, provider__in=slugs)
    found: dict[str, set[str]] = {}
    for provider, model, match, aliases in rows.values_list(
        "provider", "model", "match", "aliases"
    ):
        for name in _literal(model, match, aliases):
            found.setdefault(name.lower(), set()).add(provider)
    return {name: frozenset(sellers) for name, sellers in found.items()}


def _literal(model: str, match: str, aliases: Iterable[str]) -> Iterator[str]:
    if match == "equals":
        yield model
    for alias in aliases:
        if not any(mark in alias for mark in _NO_NAME):
            yield alias
