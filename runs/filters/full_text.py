"""Where `text:` is answered: `runs/apps.py` puts the search for words here.

Read by `fields.py`, which knows no tables. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runs.filters.kinds import BadFilter, FilterKind, plain_text

if TYPE_CHECKING:
    from django.db.models import Q

    from runs.models.conditions import Alternatives, Conditions


@dataclass(slots=True)
class SearchSlot:
    """Holds the search, where there are tables."""

    search: Callable[[str], Q] | None = None
    """From the words of `text:` to the requests that have them."""
    why_not: Callable[[str], str] = lambda words: ""
    """Why nothing can be found by some words, as a sentence; "": it can."""


FULL_TEXT = SearchSlot()


def condition(asked: Conditions, words: str) -> Alternatives:
    assert FULL_TEXT.search is not None  # `_words` has refused it otherwise
    return (FULL_TEXT.search(words),)


def _words(name: str, text: str) -> str:
    if FULL_TEXT.search is None:
        raise BadFilter(f"{name} can't be looked for without a database.")
    if reason := FULL_TEXT.why_not(text):
        raise BadFilter(reason)
    return plain_text(name, text)


WORDS = FilterKind(_words, {})
