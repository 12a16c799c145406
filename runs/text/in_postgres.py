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

FEW, UNSURE = 5_000, 50_000
"""So many are read by their ids; where PostgreSQL estimates so many, it is worth a look
whether it is few: what it knows of a word that isn't frequent is a share of all."""
PATIENCE_S = 0.1
"""For that look."""
_INDEXED = f"FROM {tables.ROWS} WHERE {tables.LEXEMES} @@ CAST(%s AS tsquery)"


def condition(asked: Phrase) -> Q:
    estimate = _estimate(asked)
    if estimate > UNSURE:
        return _often_said(asked, None)
    few = _few(asked)
    if few is not None:
        return Q(Saying(few))
    hits = _hits(asked)
    return _often_said(asked, _by_id(f"ARRAY({hits.sql})", hits.given))


def _few(asked: Phrase) -> Ways | None:
    """The ids of all that say it, found once for whatever is asked of them; None where
    they are many."""
    hits = _hits(asked)
    found = f"{hits.sql} LIMIT {FEW + 1}"
    try:
        with at_most(PATIENCE_S, connection.alias), connection.cursor() as cursor:
            cursor.execute(found, hits.given)
            ids = [str(request) for (request,) in cursor.fetchall()]
    except TookTooLong:
        return None
    if len(ids) > FEW:
        return None
    return _by_id("CAST(%s AS bigint[])", (f"{{{','.join(ids)}}}",))


def _by_id(array: str, given: tuple[str, ...]) -> Ways:
    """An array's are looked up, whatever the order of a list."""
    ids = Way(f"({{row}} = ANY({array}))", given)
    above = Way(f"({{row}} = ANY({array}) AND {{row}} > %s)", given)
    return Ways(ids, ids, above, ids)


def _often_said(asked: Phrase, together: Ways | None) -> Q:
    """Each of a list held against its words; where that finds too little, all are put
    together, unless that would take longer still."""
    says = _says(asked)
    kept = f"SELECT {says.sql} FROM {tables.ROWS} WHERE request_id = {{row}}"
    one = Way(f"coalesce(({kept}), false)", says.given)
    later = f"SELECT request_id FROM {tables.ROWS} WHERE {says.sql} AND request_id > %s"
    above = Way(f"({{row}} + 0 IN ({later}))", says.given)
    if together is None:
        return OftenSaid(Saying(Ways(one, one, above, one, are_too_many=True)))
    return OftenSaid(Saying(Ways(one, together.any, above, one)))


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
