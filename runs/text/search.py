"""Requests by the words of their prompts and answers.

`condition` is what lists are narrowed by; nothing that is asked can be an error of the
database, because it is taken apart into plain words first.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from runs.text import tables
from runs.text.coding import beginning, begun, coded, token
from runs.text.said import HITS, OftenSaid, Saying
from runs.text.words import Phrase, phrase

SHORTEST_PREFIX = 2
"""What begins with one letter is half of everything."""
FEW, MANY = 5_000, 50_000
"""So many are read by their ids; so many are put together in a moment."""
_IN_POSTGRES = (
    f"SELECT request_id FROM {tables.ROWS} WHERE {tables.LEXEMES}"
    " @@ CAST(%s AS tsquery)"
)
_BESIDE = " AND strpos(said, %s) > 0"
"""What the index can't tell: that words stand one behind the other, in one text."""
_BESIDE_A_START = " AND said ~ %s"


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
        return Q(pk__in=_in_postgres(found))
    match = as_match(found)
    hits, number = RawSQL(HITS, [match]), _count(match)
    if number <= FEW:
        return Q(pk__in=hits)
    # Many hits are no way to requests: beside another filter all would be sorted.
    # A sum is in no index.
    many = Q(In(F("pk") + Value(0), hits))
    return many if number <= MANY else OftenSaid(Saying(match))


def _in_postgres(asked: Phrase) -> RawSQL:
    query, given = _IN_POSTGRES, [as_tsquery(asked)]
    if len(asked.words) > 1:
        query += _BESIDE_A_START if asked.is_prefix else _BESIDE
        given.append(as_pattern(asked) if asked.is_prefix else coded(asked.words))
    return RawSQL(query, given)


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


def as_tsquery(asked: Phrase) -> str:
    """In PostgreSQL's: all of them, wherever."""
    quoted = [f"'{token(word)}'" for word in asked.words]
    if asked.is_prefix:
        start = asked.words[-1]
        ways = (f"'{start}':*", *(f"'{code}'" for code in beginning(start)))
        quoted[-1] = f"({' | '.join(ways)})"
    return " & ".join(quoted)


def as_pattern(asked: Phrase) -> str:
    """Of a phrase whose last word may go on."""
    before = coded(asked.words[:-1])
    start = asked.words[-1]
    goes_on = "|".join(map(re.escape, (begun(start), *beginning(start))))
    return f"{re.escape(before)}({goes_on})"
