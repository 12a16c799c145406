"""Requests by the words of their prompts and answers.

`condition` is what lists are narrowed by; nothing that is asked can be an error of the
database, because it is taken apart into plain words first.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from runs.text import in_postgres, tables
from runs.text.said import HITS, NEWEST, Newest, OftenSaid, Saying, in_sqlite
from runs.text.words import Phrase, phrase

SHORTEST_PREFIX = 2
"""What begins with one letter is half of everything."""
FEW, KNOWN, MANY = 5_000, 10_001, 50_000
"""So many are read by their ids; of more, so many of the newest are known, for lists
and their figures; so many are put together in a moment."""


def is_on() -> bool:
    """Texts are indexed here."""
    return bool(settings.WEIR_TEXT_INDEX) and tables.are_there()


def why_not(asked: str) -> str:
    """Why nothing can be found by this, as a sentence; "": it can."""
    if not settings.WEIR_TEXT_INDEX:
        return "Prompts and answers are not indexed here (WEIR_TEXT_INDEX)."
    found = phrase(asked)
    if found is None:
        return f"There is no word in {asked!r} that could be looked for."
    if found.is_prefix and len(found.words[-1]) < SHORTEST_PREFIX:
        return f"Write at least {SHORTEST_PREFIX} letters before the *."
    return ""


def condition(asked: str) -> Q:
    """Requests that say these words, one behind the other; `time*`: that begin so."""
    found = phrase(asked)
    if found is None or not is_on():
        return Q(pk__in=[])
    if connection.vendor == "postgresql":
        return in_postgres.condition(found)
    match, most = as_match(found), max(FEW, KNOWN) + 1
    with connection.cursor() as cursor:
        cursor.execute(f"{NEWEST} LIMIT {most}", [match])
        rows = [row for (row,) in cursor.fetchall()]
    if len(rows) <= FEW:
        return Q(pk__in=RawSQL(HITS, [match]))
    # Many hits are no way to requests: beside another filter all would be sorted.
    are_many = cache(lambda: _count(match) > MANY)
    return OftenSaid(Saying(in_sqlite(match, Newest.of(rows, most), are_many)))


def _count(match: str) -> int:
    """Up to one more than `MANY`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {tables.WORDS}"
            f" WHERE {tables.WORDS} MATCH %s LIMIT {MANY + 1})",
            [match],
        )
        return int(cursor.fetchone()[0])


def as_match(asked: Phrase) -> str:
    """In FTS5's language. Words of `rest` have no order: only one is looked for."""
    text = " ".join(asked.words)
    star = " *" if asked.is_prefix else ""
    column = "" if len(asked.words) == 1 else "said : "
    return f'{column}"{text}"{star}'
