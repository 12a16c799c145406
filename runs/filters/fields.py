"""The fields of the language of `?where=`: the filters, and what only it can say.

`grammar.py` reads by `FIELDS`; completion, docs and errors are made from them, too.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runs.filters import full_text
from runs.filters.field import Filter
from runs.filters.kinds import FilterKind, one_of
from runs.filters.measures import DURATION, TOKENS, USD
from runs.filters.table import FILTERS

if TYPE_CHECKING:
    from runs.models.conditions import Alternatives, Conditions

CACHEABLE = 1024
"""Fewer tokens of input are cached by no provider."""
SIGNALS: Mapping[str, Mapping[str, Any]] = {
    "error": {"is_success": False},
    "images": {"has_images": True},
    "tools": {"has_tool_calls": True},
    "cache-miss": {"cache_read_tokens": 0, "input_tokens__gte": CACHEABLE},
    "cache-hit": {"cache_read_tokens__gt": 0},
    "secrets": {"has_secrets": True},
    "cost": {"cost_usd__isnull": False},
    "run": {"run__isnull": False},
    "conversation": {"conversation__isnull": False},
}
"""What `has:` can be asked for."""


def _signal(asked: Conditions, name: str) -> Alternatives:
    return asked.are(**SIGNALS[name])


def _measure(
    name: str, kind: FilterKind[Any], column: str, example: str, about: str
) -> Filter[Any]:
    return Filter(
        name=name,
        kind=kind,
        condition=lambda asked, value: asked.are(**{column: value}),
        help=about,
        indexes={example.lstrip("<>=:"): f"request_by_{name}"},
        column=column,
        is_ordered=True,
        example=f"{name}{example}",
    )


ONLY_WHERE: tuple[Filter[Any], ...] = (
    _measure("cost", USD, "cost_usd", ">0.01", "Cost in USD."),
    _measure("duration", DURATION, "duration_ms", ">2s", "How long it took."),
    _measure("ttft", DURATION, "ttft_ms", ">1s", "Time to the first token."),
    _measure("tokens", TOKENS, "total_tokens", ">100k", "All tokens, in and out."),
    Filter(
        name="has",
        kind=FilterKind(lambda name, text: one_of(name, text, tuple(SIGNALS)), {}),
        condition=_signal,
        help=f"One of {', '.join(SIGNALS)}. A cache-miss has {CACHEABLE:,} tokens of"
        " input or more, and none of them came from the cache.",
        indexes={"error": "request_errors"},
        values=tuple(SIGNALS),
    ),
    Filter(
        name="text",
        kind=full_text.WORDS,
        condition=full_text.condition,
        help="Words that stand in a prompt or an answer.",
        indexes={},
        example='text:"timeout"',
    ),
)
FIELDS = (*FILTERS, *ONLY_WHERE)
