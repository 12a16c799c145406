"""Where else the same was asked: the requests that say the first words of a prompt.

The index of words has them (`runs/filters/full_text.py`); called by `view.py`.
"""

from __future__ import annotations

from observe.pages.requests.listing import address
from runs.filters.full_text import FULL_TEXT
from runs.filters.writing import term
from runs.models import CapturedRequest

MOST_WORDS = 12
CUT = "…"
"""Stands behind half a word, at the end of a preview of more than there is room for."""


def same_prompt(request: CapturedRequest) -> str:
    """ "" where nobody says anything, or no words are indexed."""
    words = request.preview.split()
    if request.preview.endswith(CUT):
        words = words[:-1]
    phrase = " ".join(words[:MOST_WORDS])
    if not phrase or FULL_TEXT.search is None or FULL_TEXT.why_not(phrase):
        return ""
    return address({"where": term("text", phrase)})
