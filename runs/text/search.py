"""Requests by the words of their prompts and answers.

`condition` is what lists are narrowed by; nothing that is asked can be an error of the
database, because it is taken apart into plain words first.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from runs.text import in_postgres, tables
from runs.text.said import HITS, OftenSaid, Saying, in_sqlite
from runs.text.words import Phrase, phrase

SHORTEST_PREFIX = 2
"""What begins with one letter is half of everything."""
FEW, MANY = 5_000, 50_000
"""So many are read by their ids; so many are put together in a moment."""


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
    match = as_match(found)
    hits, number = RawSQL(HITS, [match]), _count(match)
    if number <= FEW:
        return Q(pk__in=hits)
    # Many hits are no way to requests: beside another filter all would be sorted.
    # A sum is in no index.
    many = Q(In(F("pk") + Value(0), hits))
    return many if number <= MANY else OftenSaid(Saying(in_sqlite(match)))


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
