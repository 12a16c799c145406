"""Makes a database of a million captured requests out of a small real one.

    export WEIR_DATA_DIR=DIR
    weir demo --start          # some real traffic, then Ctrl+C
    python -m bench.million DIR/weir.sqlite3 [--rows 1000000]
    weir rollups rebuild       # figures over time, of all of them

A PostgreSQL is told by its address, as in DATABASE_URL (`million_postgres.py`).

Every row that is there is repeated with a new id, a time of its own over sixty days,
its detail and its bodies, and spread over providers, models, routes and marks from very
frequent to five in a million. What the pages take then is in docs/performance.md.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time

from bench import million_postgres

REQUESTS, DETAILS, BODIES = "runs_capturedrequest", "runs_requestdetail", "runs_body"
MEETING = "runs_combination"
SPREAD = 200_000
"""One of this many rows gets a rare value."""
SPAN_S = 60 * 86_400
"""From the first row to the last, however many there are."""
BATCH = 50_000

# One run behind another, as they come: each in all hours would be as many figures.
RUN = (
    "CASE WHEN run_id > 0 THEN (SELECT r.id FROM runs_run AS r WHERE r.id <="
    " 1 + (n - 1) * (SELECT max(id) FROM runs_run) / {rounds}"
    " ORDER BY r.id DESC LIMIT 1) END"
)
# `h` is a fixed scatter of 0 … SPREAD - 1, so that two databases are the same.
CHANGED = {
    "id": "id + n * :stride",
    "uid": "lower(hex(randomblob(16)))",
    "started_at": (
        "strftime('%Y-%m-%d %H:%M:%f', 'now', "
        "'-' || (((:rounds - n + 1) * :stride - id) * :step) || ' seconds')"
    ),
    "run_id": RUN.format(rounds=":rounds"),
    "provider": (
        "CASE WHEN h = 7 THEN 'rare-provider' WHEN h < 100000 THEN 'openai' "
        "WHEN h < 160000 THEN 'anthropic' WHEN h < 190000 THEN 'gemini' "
        "ELSE provider END"
    ),
    "model": (
        "CASE WHEN h = 7 THEN 'rare-model' WHEN h < 60000 THEN 'gpt-5-mini' "
        "WHEN h < 100000 THEN 'gpt-5' WHEN h < 160000 THEN 'claude-sonnet-4-5' "
        "WHEN h < 190000 THEN 'gemini-2.5-flash' ELSE model || '-' || h % 20 END"
    ),
    "route": (
        "CASE WHEN h = 7 THEN 'rare-route' WHEN h % 3 = 0 THEN 'fast' ELSE '' END"
    ),
    "endpoint": "CASE WHEN h = 7 THEN '/v1/rare' ELSE endpoint END",
    "status": "CASE WHEN h = 7 THEN 418 ELSE status END",
    "status_class": "CASE WHEN h = 7 THEN 4 ELSE status_class END",
    "has_images": "has_images AND h % 50 = 0",
    "is_slow": "h % 1000 = 3",
    "is_large": "h = 11",
    "is_unpriced": "h = 13",
}
IN_POSTGRES = {
    "run_id": RUN.format(rounds="%(rounds)s"),
    "id": "id + n * %(stride)s",
    "uid": "gen_random_uuid()",
    "started_at": (
        "now() - make_interval(secs =>"
        " (((%(rounds)s - n + 1) * %(stride)s - id) * %(step)s)::float8)"
    ),
}
SCATTER = f"(n * 2654435761 + id * 40503) % {SPREAD} AS h"


def main() -> int:
    options = _options()
    started = time.monotonic()
    if "://" in options.database:
        rows = million_postgres.multiply(
            options.database, options.rows, CHANGED | IN_POSTGRES, SPAN_S
        )
    else:
        rows = _in_sqlite(options.database, options.rows)
    if not rows:
        print("There is nothing to repeat yet: send some traffic first.")
        return 1
    print(f"{rows:,} requests after {time.monotonic() - started:.0f} s")
    return 0


def _in_sqlite(file: str, wanted: int) -> int:
    database = sqlite3.connect(file, isolation_level=None)
    database.executescript(
        "PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA temp_store=MEMORY"
    )
    have, stride = database.execute(
        f"SELECT count(*), coalesce(max(id), 0) FROM {REQUESTS}"
    ).fetchone()
    if not have:
        return 0
    rounds = -(-(wanted - have) // have)
    # Sorted once each in the end: row by row they take most of the time.
    indexes = _without_indexes(database)
    _multiply(database, rounds, stride, max(BATCH // have, 1))
    for index in indexes:
        database.execute(index)
    _note_values(database)
    _index_words(database)
    database.executescript("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)")
    (rows,) = database.execute(f"SELECT count(*) FROM {REQUESTS}").fetchone()
    return int(rows)


def _without_indexes(database: sqlite3.Connection) -> list[str]:
    """Drops those of the tables that grow; what makes them again."""
    rows = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"
        f" AND tbl_name IN ('{REQUESTS}', '{DETAILS}', '{BODIES}')"
    ).fetchall()
    for name, _ in rows:
        database.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in rows]


def _multiply(
    database: sqlite3.Connection, rounds: int, stride: int, at_once: int
) -> None:
    statements = [
        _copy(database, REQUESTS, CHANGED, "id"),
        _copy(database, DETAILS, {"request_id": "request_id + n * :stride"}),
        # A delta goes on standing on the body that the first one stands on.
        _copy(
            database,
            BODIES,
            {
                "id": f"id + n * {_last(database, BODIES)}",
                "request_id": "request_id + n * :stride",
            },
        ),
    ]
    for low in range(1, rounds + 1, at_once):
        values = {
            "low": low,
            "high": min(low + at_once - 1, rounds),
            "stride": stride,
            "rounds": rounds,
            "step": SPAN_S / max(rounds * stride, 1),
        }
        database.execute("BEGIN")
        for statement in statements:
            database.execute(statement, values)
        database.execute("COMMIT")


def _copy(
    database: sqlite3.Connection,
    table: str,
    changed: dict[str, str],
    scattered: str = "",
) -> str:
    """Repeats the table's first rows for the rounds :low to :high."""
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    key = "id" if "id" in names else names[0]
    into = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    extra = f", {SCATTER}" if scattered else ""
    return (
        f"WITH RECURSIVE round(n) AS (SELECT :low UNION ALL SELECT n + 1 FROM round "
        f"WHERE n < :high) INSERT INTO {table} ({into}) SELECT {values} FROM "
        f"(SELECT *{extra} FROM round CROSS JOIN {table} "
        f"WHERE {key} <= {_last(database, table)} ORDER BY n, {key})"
    )


def _last(database: sqlite3.Connection, table: str) -> int:
    column = database.execute(f"SELECT name FROM pragma_table_info('{table}')")
    key = column.fetchone()[0]
    (last,) = database.execute(f"SELECT max({key}) FROM {table}").fetchone()
    return int(last)


def _note_values(database: sqlite3.Connection) -> None:
    """What the recorder does for values that it sees for the first time."""
    for kind in ("provider", "model", "route", "endpoint"):
        database.execute(
            "INSERT OR IGNORE INTO runs_facet (kind, value) "
            f"SELECT DISTINCT '{kind}', {kind} FROM {REQUESTS} WHERE {kind} <> ''"
        )
    # All columns but the id.
    names = [row[1] for row in database.execute(f"PRAGMA table_info({MEETING})")][1:]
    columns = ", ".join(names)
    database.executescript(
        f"DELETE FROM {MEETING}; INSERT INTO {MEETING} ({columns})"
        f" SELECT DISTINCT {columns} FROM {REQUESTS}"
    )


def _index_words(database: sqlite3.Connection) -> None:
    """Three words each: one that nearly all say, one of a hundredth, and a rare one."""
    database.execute(
        "INSERT INTO runs_textwords (runs_textwords) VALUES ('delete-all')"
    )
    database.executescript(
        "DELETE FROM runs_indexedtext; DELETE FROM runs_forgottentext"
    )
    said = "iif(id % 10, 'the ', '') || 'word' || (id % 100) || ' rare' || (id / 5)"
    database.execute(
        f"INSERT INTO runs_textwords (rowid, said, rest) SELECT id, {said}, ''"
        f" FROM {REQUESTS} ORDER BY id"
    )
    database.execute(
        "INSERT INTO runs_indexedtext (request_id, texts)"
        f" SELECT id, x'' FROM {REQUESTS}"
    )
    database.execute(
        "INSERT OR REPLACE INTO runs_textposition (id, waiting, older, older_upto,"
        f" reached) SELECT 1, '[]', 0, 0, max(id) FROM {REQUESTS}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database")
    parser.add_argument("--rows", type=int, default=1_000_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
