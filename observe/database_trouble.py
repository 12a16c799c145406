"""Why a database can't be used, as a sentence. Pure: known by what drivers call it.

For commands, pages and API. The drivers' own words name hosts, users and tables: they
are for the log.
"""

from __future__ import annotations

UNPREPARED = ("no such table", "no such column", "does not exist")
"""How databases say that a migration is missing, where no code tells it."""
PREPARE = "`weir prepare` makes or upgrades it, and so does `weir serve`."
LOCKED = "The database is locked: try again soon. Captured traffic isn't affected."
AWAY = "The database can't be reached: try again soon. Captured traffic isn't affected."
FULL = "There is no room left where the database is: free some space."
OTHER = "The database can't be used; Weir's log says why."
READ_ONLY = "The database can't be written: it is read-only."
_SQLITE = {
    **dict.fromkeys((5, 6), LOCKED),
    8: "The database can't be written: its file, or the folder, is read-only.",
    10: "The disk that the database is on fails; Weir's log says how.",
    13: FULL,
    14: "The database's file can't be opened.",
}
"""https://sqlite.org/rescode.html, primary codes."""
_POSTGRES = {
    "08": AWAY,
    "25006": READ_ONLY,
    "28": "The database refuses Weir's account; its log says why.",
    "40": LOCKED,
    "53": "The database has no memory or no connection left: try again soon.",
    "53100": FULL,
    "55": LOCKED,
    "57": AWAY,
    "57014": "The database stopped a question that took too long.",
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html: codes or classes."""


_OF_ANOTHER_VERSION = ("42P01", "42703")  # undefined table, undefined column


def sentence(error: BaseException) -> str:
    """Of an error of Django's, whose cause is the driver's."""
    if is_unprepared(error):
        return f"The database is not of this version of Weir: {PREPARE}"
    cause = error.__cause__ or error
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF, OTHER)
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRES.get(state) or _POSTGRES.get(state[:2]) or OTHER
    # A connection that never came about has no code.
    return AWAY if hasattr(cause, "sqlstate") else OTHER


def is_trouble(error: BaseException | None) -> bool:
    """Of the database, though PostgreSQL tells it as a mistake of the question's, a
    `ProgrammingError`, or as one of its own, an `InternalError`."""
    return _state(error) in (*_OF_ANOTHER_VERSION, "25006")


def is_unprepared(error: BaseException) -> bool:
    """Of an error of Django's for a database."""
    if hasattr(error.__cause__, "sqlstate"):
        # Its words may be of a database, or an account, that isn't there at all.
        return _state(error) in _OF_ANOTHER_VERSION
    return any(words in str(error) for words in UNPREPARED)


def _state(error: BaseException | None) -> str | None:
    return getattr(error and error.__cause__, "sqlstate", None)
