"""`DATABASE_URL`, read as libpq reads it: every parameter counts, or is refused.

Used by `observe/settings.py`; a `BadSetting` ends the start with one sentence. Source:
PostgreSQL, "Connection URIs".
"""

from __future__ import annotations

from typing import Any

from observe.env import BadSetting, text

_NAMED = {
    "dbname": "NAME",
    "user": "USER",
    "password": "PASSWORD",
    "host": "HOST",
    "port": "PORT",
}
"""What Django has a setting for; all else is an option of the connection."""
_OURS = frozenset({"client_encoding", "fallback_application_name", "replication"})
"""Weir speaks UTF-8, and plain SQL."""
HINT = (
    "It reads postgresql://user:password@host:port/name?sslmode=verify-full; what may"
    " follow the ? is PostgreSQL's, “Parameter Key Words”."
)


def postgres(name: str = "DATABASE_URL") -> dict[str, Any] | None:
    """Django's connection settings; None without the variable."""
    url = text(name)
    if not url:
        return None
    if not url.startswith(("postgres://", "postgresql://")):
        raise BadSetting(
            f"{name} must start with postgresql://; leave it unset for SQLite."
        )
    given = _parsed(url, name)
    refused = sorted(_OURS & given.keys())
    if refused:
        raise BadSetting(f"{name} can't set {refused[0]}.", hint=HINT)
    # A service file may name the database.
    given.setdefault("dbname", "" if "service" in given else "weir")
    found: dict[str, Any] = dict.fromkeys(_NAMED.values(), "")
    found |= {_NAMED[key]: given.pop(key) for key in list(given) if key in _NAMED}
    return {**found, "OPTIONS": given}


def _parsed(url: str, name: str) -> dict[str, Any]:
    # Slow to import, and only wanted here.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        return dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        said = str(error).strip()
        # Other complaints may quote a piece of the password.
        unknown = said.startswith("invalid URI query parameter")
        why = said if unknown else "it is no connection URI"
        raise BadSetting(f"{name} can't be used: {why}.", hint=HINT) from None
