"""Puts the usages of one answer together, member by member: the last good value counts.

Streams tell usage more than once: Anthropic begins with a first figure, vLLM counts on
each chunk, gateways add one of zeros or with half of the members. Every format keeps
what it was told in `Draft.told` and reads the buckets from there. Never a sum. Pure.
"""

from __future__ import annotations

import re
from typing import Any

from proxy.wire.lenient import Record, is_positive

_INPUT = re.compile("prompt|input|cache", re.IGNORECASE)
_OUTPUT = re.compile("completion|output|candidates|thought|reason|eval", re.IGNORECASE)
_TOTAL = re.compile("total", re.IGNORECASE)
_SAME = (
    ("prompt_tokens", "input_tokens"),
    ("completion_tokens", "output_tokens"),
    ("prompt_tokens_details", "input_tokens_details"),
    ("completion_tokens_details", "output_tokens_details"),
)


def merged(earlier: Record, later: Record) -> Record:
    """The usage after `later`, whose members win; null, empty and all-zero ones don't.

    Zeros count where their side, input or output, has any figure above zero: then they
    are figures, too. A side of zeros alone says nothing where the other usage did.
    """
    told = {name: value for name, value in later.items() if value not in (None, {}, [])}
    if not earlier:
        return told
    full = {_side(name) for name, value in told.items() if is_positive(value)}
    good = {
        name: _inside(earlier.get(name), value, _side(name) in full)
        for name, value in told.items()
        if _side(name) in full or not is_positive(earlier.get(name))
    }
    return {**_kept(earlier, good), **good}


def _side(name: str) -> str:
    if _TOTAL.match(name):
        return "total"
    if _INPUT.search(name):
        return "input"
    return "output" if _OUTPUT.search(name) else name


def _inside(earlier: Any, later: Any, is_full: bool) -> Any:
    """Details are merged like what they are details of."""
    if not isinstance(earlier, dict) or not isinstance(later, dict):
        return later
    told = {name: value for name, value in later.items() if value is not None}
    if not is_full:
        told = {n: v for n, v in told.items() if not is_positive(earlier.get(n))}
    return {**earlier, **told}


def _kept(earlier: Record, good: Record) -> Record:
    """Without what `good` says by another name, and without a total that is older than
    its parts."""
    dropped = {one for one, other in _SAME if other in good and one not in good}
    dropped |= {other for one, other in _SAME if one in good and other not in good}
    if good.keys() & {"prompt_tokens", "completion_tokens", "promptTokenCount"}:
        dropped |= {"total_tokens", "totalTokenCount"}
    return {name: value for name, value in earlier.items() if name not in dropped}
