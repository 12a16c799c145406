"""Requests by the words they say, as conditions of PostgreSQL's; `search.py` asks.

The GIN index finds all that say a word, in no order. To hold a row against the index's
own expression takes a tenth of a millisecond, and PostgreSQL would do so for a million
of them, so that is never a way here: what few say is read from the index before
anything else, and what many say is looked for in the kept words of each request that a
list comes to.
"""

from __future__ import annotations

import json
import re

from django.db import connection
from django.db.models import Q

from runs.text import tables
from runs.text.coding import beginning, begun, coded, token
from runs.text.patience import TookTooLong, at_most
from runs.text.said import OftenSaid, Saying, Way, Ways
from runs.text.words import Phrase

FEW, UNSURE, MANY = 5_000, 50_000, 200_000
"""So many are read by their ids; where PostgreSQL estimates so many, it is worth a look
whether it is few; so many are put together in a moment."""
PATIENCE_S = 0.04
"""For that look."""
_INDEXED = f"FROM {tables.ROWS} WHERE {tables.LEXEMES} @@ CAST(%s AS tsquery)"


def condition(asked: Phrase) -> Q:
    estimate = _estimate(asked)
    if estimate <= UNSURE and _is_few(asked, estimate):
        return _few(asked)
    return _many(asked, estimate)


def _is_few(asked: Phrase, estimate: int) -> bool:
    """Of a word that is frequent PostgreSQL knows how many say it; of one that isn't,
    it takes a share of all. How many words begin so is a guess."""
    if estimate <= FEW and not asked.is_prefix:
        return True
    hits = _hits(asked)
    count = f"SELECT count(*) FROM ({hits.sql} LIMIT {FEW + 1}) AS found"
    try:
        with at_most(PATIENCE_S, connection.alias), connection.cursor() as cursor:
            cursor.execute(count, hits.given)
            return int(cursor.fetchone()[0]) <= FEW
    except TookTooLong:
        return False


def _few(asked: Phrase) -> Q:
    """By their ids: an array's are looked up, whatever the order of a list."""
    hits = _hits(asked)
    found = f"{{row}} = ANY(ARRAY({hits.sql}))"
    ids = Way(f"({found})", hits.given)
    above = Way(f"({found} AND {{row}} > %s)", hits.given)
    return Q(Saying(Ways(ids, ids, above, ids)))


def _many(asked: Phrase, estimate: int) -> Q:
    says, hits = _says(asked), _hits(asked)
    kept = f"SELECT {says.sql} FROM {tables.ROWS} WHERE request_id = {{row}}"
    one = Way(f"coalesce(({kept}), false)", says.given)
    later = f"SELECT request_id FROM {tables.ROWS} WHERE {says.sql} AND request_id > %s"
    above = Way(f"({{row}} + 0 IN ({later}))", says.given)
    if estimate > MANY:
        return OftenSaid(Saying(Ways(one, one, above, one, are_too_many=True)))
    together = Way(f"({{row}} + 0 IN ({hits.sql}))", hits.given)
    return OftenSaid(Saying(Ways(one, together, above, one)))


def _estimate(asked: Phrase) -> int:
    with connection.cursor() as cursor:
        explain = f"EXPLAIN (FORMAT JSON) SELECT request_id {_INDEXED}"
        cursor.execute(explain, [as_tsquery(asked)])
        found = cursor.fetchone()[0]
    told = json.loads(found) if isinstance(found, str) else found
    return int(told[0]["Plan"]["Plan Rows"])


def _hits(asked: Phrase) -> Way:
    """All that say it, found first: PostgreSQL would rather try each of a list's."""
    query = f"SELECT request_id {_INDEXED}"
    given: tuple[str, ...] = (as_tsquery(asked),)
    if len(asked.words) > 1:
        says = _says(asked)
        query, given = f"{query} AND {says.sql}", (*given, *says.given)
    return Way(
        f"WITH hits AS MATERIALIZED ({query}) SELECT request_id FROM hits", given
    )


def _says(asked: Phrase) -> Way:
    """True of kept words with the phrase in them. Words of `rest` have no order."""
    if asked.is_prefix:
        test, wanted = "{column} ~ %s", as_pattern(asked)
    else:
        test, wanted = "strpos({column}, %s) > 0", coded(asked.words)
    columns = ("said", "rest") if len(asked.words) == 1 else ("said",)
    tests = " OR ".join(test.format(column=column) for column in columns)
    return Way(f"({tests})", (wanted,) * len(columns))


def as_tsquery(asked: Phrase) -> str:
    """In PostgreSQL's language: all of them, wherever."""
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
