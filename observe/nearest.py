"""What somebody meant who wrote a name that there isn't. Pure.

Asked by the command line (verbs, flags) and the API (query parameters).
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

NEAR = 0.75
"""So alike are `lsit` and `list`; `migrate` and `gate` are less."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean list?`, or "" when nothing is near."""
    near = get_close_matches(word, known, n=1, cutoff=NEAR)
    return f"; did you mean {near[0]}?" if near else ""
