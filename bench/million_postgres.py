"""The same million requests on PostgreSQL; `bench/million.py` calls it for an address.

Words are those of the repeated requests, and three more each, as on SQLite. Indexes are
dropped while rows come, and made again: as one would restore a backup.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from runs.text.coding import coded

REQUESTS, DETAILS, BODIES = "runs_capturedrequest", "runs_requestdetail", "runs_body"
WORDS, MEETING = "runs_indexedtext", "runs_combination"
BATCH = 50_000
MEMORY = ("maintenance_work_mem = '512MB'", "work_mem = '256MB'")
"""Of the session that makes it, not of those that are measured."""
_OTHER_INDEXES = (
    "SELECT x.indexrelid::regclass::text, pg_get_indexdef(x.indexrelid) FROM pg_index x"
    " WHERE x.indrelid = ANY(%s::regclass[]) AND NOT x.indisunique"
)


def multiply(address: str, rows: int, changed: dict[str, str], span_s: float) -> int:
    """How many requests there are then; 0: there was nothing to repeat."""
    with psycopg.connect(address, autocommit=True) as database:
        for each in MEMORY:
            database.execute(f"SET {each}")
        have, stride = _one(
            database, f"SELECT count(*), coalesce(max(id), 0) FROM {REQUESTS}"
        )
        if not have:
            return 0
        rounds = -(-(rows - have) // have)
        values = {
            "stride": stride,
            "rounds": rounds,
            "step": span_s / max(rounds * stride, 1),
        }
        with _without_indexes(database):
            _fill(database, changed, values, max(BATCH // have, 1))
        _finish(database)
        return int(_one(database, f"SELECT count(*) FROM {REQUESTS}")[0])


@contextmanager
def _without_indexes(database: psycopg.Connection[Any]) -> Iterator[None]:
    tables = [REQUESTS, DETAILS, BODIES, WORDS]
    found = database.execute(_OTHER_INDEXES, [tables]).fetchall()
    for name, _ in found:
        database.execute(f"DROP INDEX {name}")
    yield
    for name, definition in found:
        began = time.monotonic()
        database.execute(definition)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


def _fill(
    database: psycopg.Connection[Any],
    changed: dict[str, str],
    values: dict[str, float],
    at_once: int,
) -> None:
    last_body = _one(database, f"SELECT max(id) FROM {BODIES}")[0]
    key = {"request_id": "request_id + n * %(stride)s"}
    bodies = key | {"id": f"id + n * {last_body}"}
    statements: list[Composed | SQL] = [
        _copy(database, REQUESTS, "id", changed, int(values["stride"])),
        _copy(database, DETAILS, "request_id", key, int(values["stride"])),
        _copy(database, BODIES, "id", bodies, last_body),
        _words(),
    ]
    # Bodies stand on bodies, and words on requests, of the same batch; what triggers
    # keep of requests is kept all the same.
    for name in _triggers(database):
        database.execute(f'ALTER TABLE {REQUESTS} ENABLE ALWAYS TRIGGER "{name}"')
    database.execute("SET session_replication_role = replica")
    rounds = int(values["rounds"])
    for low in range(1, rounds + 1, at_once):
        bounds = {"low": low, "high": min(low + at_once - 1, rounds)}
        for statement in statements:
            database.execute(statement, values | bounds)
    database.execute("SET session_replication_role = DEFAULT")
    database.execute(f"ALTER TABLE {REQUESTS} ENABLE TRIGGER USER")


def _triggers(database: psycopg.Connection[Any]) -> list[str]:
    found = database.execute(
        "SELECT tgname FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        [REQUESTS],
    )
    return [name for (name,) in found.fetchall()]


def _copy(
    database: psycopg.Connection[Any],
    table: str,
    key: str,
    changed: dict[str, str],
    last: int,
) -> Composed:
    names = _columns(database, table)
    return SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM (SELECT *,"
        " (n * 2654435761 + {key} * 40503) %% 200000 AS h"
        " FROM generate_series(%(low)s::bigint, %(high)s) AS n, {table}"
        " WHERE {key} <= {last} ORDER BY n, {key}) AS it"
    ).format(
        table=Identifier(table),
        key=Identifier(key),
        last=last,
        names=SQL(", ").join(map(Identifier, names)),
        values=SQL(", ").join(
            SQL(changed[name].replace(" % ", " %% "))
            if name in changed
            else Identifier(name)
            for name in names
        ),
    )


def _columns(database: psycopg.Connection[Any], table: str) -> list[str]:
    found = database.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = current_schema() AND is_generated = 'NEVER'"
        " ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in found]


def _words() -> SQL:
    """Beside their own: a word of nearly all, one of a hundredth, and a rare one."""
    the = coded(["the"])
    id_ = "(r.id + n * %(stride)s)"
    return SQL(
        f"INSERT INTO {WORDS} (request_id, texts, said, rest)"
        f" SELECT {id_}, coalesce(k.texts, ''),"
        f" replace(coalesce(k.said, ''), '{the}', '') || E'\\n'"
        f" || CASE WHEN {id_} %% 10 <> 0 THEN '{the}' ELSE '' END"
        f" || ' word' || {id_} %% 100 || '  rare' || {id_} / 5 || ' ',"
        f" replace(coalesce(k.rest, ''), '{the}', '')"
        " FROM generate_series(%(low)s::bigint, %(high)s) AS n,"
        f" {REQUESTS} AS r LEFT JOIN {WORDS} AS k ON k.request_id = r.id"
        " WHERE r.id <= %(stride)s ORDER BY 1"
    )


def _finish(database: psycopg.Connection[Any]) -> None:
    for table in (REQUESTS, BODIES):
        database.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"
            f" FROM {table}"
        )
    for kind in ("provider", "model", "route", "endpoint"):
        database.execute(
            "INSERT INTO runs_facet (kind, value)"
            f" SELECT DISTINCT '{kind}', {kind} FROM {REQUESTS} WHERE {kind} <> ''"
            " ON CONFLICT DO NOTHING"
        )
    meeting = ", ".join(_columns(database, MEETING)[1:])  # all but the id
    database.execute(f"TRUNCATE {MEETING}")
    database.execute(
        f"INSERT INTO {MEETING} ({meeting}) SELECT DISTINCT {meeting} FROM {REQUESTS}"
    )
    database.execute(
        "UPDATE runs_textposition SET waiting = '[]', older = 0, older_upto = 0,"
        f" reached = (SELECT max(id) FROM {REQUESTS})"
    )
    database.execute("VACUUM (ANALYZE)")


def _one(database: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] | None = database.execute(query).fetchone()
    assert found is not None
    return found
