"""Each setting as it is in force: its value, never a secret, and where it came from.

Called by `observe/pages/settings/server.py`. README.md's table says more of each; a
test holds both to the settings that there are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from observe import formats
from observe.env import Origin, origin
from proxy.table import snapshot

_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")
_QUERY = re.compile(r"\?\S*")
NOT_SET = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A line of the page."""

    name: str
    words: str
    value: str
    """"" where nothing is set."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class SettingGroup:
    label: str
    lines: list[InForce]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return NOT_SET if value is None else str(value)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of a setting, and how its value is shown."""

    words: str
    shown: Callable[[Any], str] = _plain


def _secret(value: Any) -> str:
    return "set, not shown" if value else NOT_SET


def _address(value: Any) -> str:
    """Without a user's name, a password, or a query that may hold a key."""
    return _QUERY.sub("?…", _USER_INFO.sub("", str(value or "")))


def _seconds(value: Any) -> str:
    return f"{value:g} s"


def _routes(value: Any) -> str:
    # The text may hold keys.
    return f"{len(snapshot.startup_rules()):,} routes" if value else NOT_SET


GROUPS: dict[str, dict[str, _Told]] = {
    "Listening": {
        "WEIR_HOST": _Told("Address that Weir listens on"),
        "WEIR_PORT": _Told("Port; 0 takes a free one"),
        "WEIR_WORKERS": _Told("Worker processes"),
        "WEIR_TOKEN": _Told("Token that clients on other machines send", _secret),
        "WEIR_ALLOWED_HOSTS": _Told("Further names that Weir answers to"),
        "WEIR_ALLOWED_ORIGINS": _Told("Web pages that may call models"),
        "WEIR_TRUSTED_ORIGINS": _Told("Weir's addresses at a load balancer"),
        "WEIR_FORWARDED_PROTO": _Told("The load balancer says what came by HTTPS"),
    },
    "Forwarding": {
        "WEIR_UPSTREAM_URL": _Told("Where calls go that no route takes", _address),
        "WEIR_GUESS_PROVIDER": _Told("Else key or model tell the provider"),
        "WEIR_LIST_MODELS": _Told("Lists of models are answered from the routes"),
        "WEIR_NOT_FOUND": _Told("Where unknown addresses go", _address),
        "WEIR_MODELS_FILE": _Told("File with routes that come first"),
        "WEIR_MODELS_JSON": _Told("Routes that come first, as text", _routes),
        "WEIR_DEFAULT_FIXES": _Told("Fixes of answers from the default upstream"),
        "WEIR_PROXY_HOSTS": _Told("Hosts for /proxy/{domain}"),
        "WEIR_CONNECT_TIMEOUT": _Told("Longest wait for a connection", _seconds),
        "WEIR_READ_TIMEOUT": _Told("Longest silence of an upstream", _seconds),
        "WEIR_GRACE": _Told("Time for open streams, when Weir stops", _seconds),
    },
    "Keeping": {
        "WEIR_DATA_DIR": _Told("Database, journal, secret key"),
        "DATABASE_URL": _Told("Database"),
        "REDIS_URL": _Told("Live updates between hosts", _address),
        "WEIR_CAPTURE": _Told("What is kept where neither route nor provider says"),
        "WEIR_RAW_FILES": _Told("Requests are written as files, too"),
        "WEIR_RAW_FILES_LIMIT": _Told("Room for such files", formats.size),
        "WEIR_CAPTURE_UNKNOWN": _Told("Record a GET of an unknown address"),
        "WEIR_CAPTURE_LIMIT": _Told("Most that is kept of a body", formats.size),
        "WEIR_RETENTION": _Told("Requests are removed at this age"),
        "WEIR_TEXT_INDEX": _Told("Words are indexed, to find requests by"),
        "WEIR_BODY_RETENTION": _Told("Bodies are removed at this age"),
        "WEIR_RETENTION_KEEP_RUNS": _Told("What belongs to a run stays"),
        "WEIR_EXPERIMENTS_DIR": _Told("Folder of experiments"),
    },
    "Telling": {
        "WEIR_ALERT_EVERY": _Told("Alerts are looked at every", _seconds),
        "WEIR_ALERT_SECRET": _Told("Signs the webhooks of alerts", _secret),
        "WEIR_ALERT_HOSTS": _Told("Private hosts that alerts may call"),
        "WEIR_ALERT_COMMAND": _Told("Is run for each alert", _secret),
        "WEIR_PROMETHEUS_URL": _Told("Prometheus that should scrape Weir", _address),
        "WEIR_LOG_LEVEL": _Told("Log level"),
        "WEIR_QUIET": _Told("No line for each request"),
        "WEIR_DEBUG": _Told("Error pages for development"),
    },
}


def groups(summary: Mapping[str, Any]) -> list[SettingGroup]:
    """In the page's order; `summary` is the API's."""
    return [
        *(
            SettingGroup(label, [_line(name, told) for name, told in those.items()])
            for label, those in GROUPS.items()
        ),
        SettingGroup(
            "From files and the database", list(_elsewhere(summary["upstream"]))
        ),
    ]


def _line(name: str, told: _Told) -> InForce:
    return InForce(
        name=name,
        words=told.words,
        value=_database() if name == "DATABASE_URL" else told.shown(_value(name)),
        origin=origin(name, os.environ),
    )


def _value(name: str) -> Any:
    return settings.DEBUG if name == "WEIR_DEBUG" else getattr(settings, name)


def _database() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"SQLite, {Path(told['NAME']).name}"
    host = told["HOST"] or "the local socket"
    return f"PostgreSQL, {told['NAME']} at {host}"


def _elsewhere(upstream: Mapping[str, Any]) -> Iterator[InForce]:
    """What is no variable, but counts all the same."""
    rules = snapshot.startup_rules()
    yield InForce(
        name="startup routes",
        words="Asked before all others",
        value=f"{len(rules):,}" if rules else NOT_SET,
        origin=Origin.FILE if settings.WEIR_MODELS_FILE else Origin.DEFAULT,
    )
    in_force, is_on = upstream["default_fixes"], upstream["fallback_enabled"]
    yield InForce(
        name="default fixes",
        words="In force for answers from the default upstream",
        value=", ".join(in_force),
        origin=_fixes_origin(snapshot.startup_fixes(), in_force),
    )
    yield InForce(
        name="fallback",
        words="Provider of calls that no route takes, set with the routes",
        value=upstream["default_provider"] if is_on else NOT_SET,
        origin=Origin.DATABASE if is_on else Origin.DEFAULT,
    )
    yield InForce(
        name="secret key",
        words="Signs sessions",
        value="set, not shown",
        origin=Origin.FILE,
    )


def _fixes_origin(given: tuple[str, ...] | None, in_force: list[str]) -> Origin:
    if given is None:
        return Origin.DATABASE if in_force else Origin.DEFAULT
    return Origin.ENVIRONMENT if settings.WEIR_DEFAULT_FIXES else Origin.FILE
