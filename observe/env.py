"""Reading the environment: each getter fails loudly on a bad value.

Used by `observe/settings.py`; a `BadSetting` ends the start with one sentence. The page
of the settings asks where each came from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from urllib.parse import urlsplit

from proxy.route import bases
from runs.keeping.age import read_age

FALSE = {"0", "false", "no", "off", ""}
TRUE = {"1", "true", "yes", "on"}
_HOST = re.compile(
    r"[a-z0-9._-]+(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?|[0-9a-f:.]+"
)


PREFIX = "WEIR_"
FLAGS_GIVEN = "WEIR_FLAGS_GIVEN"
"""Names of the settings that came as flags of `weir serve`, commas between."""
_NO_SETTINGS = frozenset(
    {
        # Of the command line, and of what `weir run` hands to its command.
        *("WEIR_SERVER", "WEIR_RUN_ID", "WEIR_RUN_KEY"),
        # What docs/clients.md calls a client's key.
        "WEIR_KEY",
        # From one process of Weir to the next.
        *("WEIR_SERVER_KIND", "WEIR_WORKER_NUMBER", "WEIR_PARENT"),
        *("WEIR_LISTENS_AT", FLAGS_GIVEN),
    }
)
_asked: set[str] = set()
"""Every variable that a getter was asked for: the settings that there are."""


class Origin(StrEnum):
    """Where a value comes from."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    DATABASE = "database"
    DEFAULT = "default"


class BadSetting(Exception):
    """An environment variable holds something Weir can't use; str() is for users."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def text(name: str, default: str = "") -> str:
    _asked.add(name)
    return os.environ.get(name, "").strip() or default


def words(name: str) -> tuple[str, ...]:
    """A list with commas between, in lower case."""
    parts = (part.strip().lower() for part in text(name).split(","))
    return tuple(part for part in parts if part)


def origins(name: str) -> tuple[str, ...]:
    """Of web pages: `scheme://host[:port]`, or `scheme://*` for an app's own scheme."""
    for word in (listed := words(name)):
        scheme, separator, host = word.partition("://")
        is_any_site = host == "*" and scheme in ("http", "https")
        if not (scheme and separator and host) or "/" in host or is_any_site:
            raise BadSetting(
                f"{name} must list origins such as http://localhost:3000 or"
                f" chrome-extension://*, not {word!r}."
            )
    return listed


def flag(name: str, default: bool = False) -> bool:
    raw = text(name)
    if name not in os.environ:
        return default
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise BadSetting(f"{name} must be true or false, not {raw!r}.")


def unknown(environ: Mapping[str, str] = os.environ) -> Iterator[tuple[str, str]]:
    """Variables that look like a setting and are none, each with the nearest or ""."""
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in _asked | _NO_SETTINGS:
            near = get_close_matches(name, _asked, n=1, cutoff=0.8)
            yield name, near[0] if near else ""


def asked() -> frozenset[str]:
    """The settings that there are."""
    return frozenset(_asked)


def origin(name: str, environ: Mapping[str, str] = os.environ) -> Origin:
    """Where this setting's value comes from."""
    if name in environ.get(FLAGS_GIVEN, "").split(","):
        return Origin.FLAG
    return Origin.ENVIRONMENT if environ.get(name, "").strip() else Origin.DEFAULT


def integer(name: str, default: int, *, low: int, high: int) -> int:
    raw = text(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, not {raw!r}.") from None
    if not low <= value <= high:
        raise BadSetting(f"{name} must be between {low} and {high}, not {value}.")
    return value


def number(name: str, default: float, *, low: float, high: float) -> float:
    raw = text(name)
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise BadSetting(f"{name} must be a number, not {raw!r}.") from None
    if not low <= value <= high:
        raise BadSetting(f"{name} must be between {low:g} and {high:g}, not {raw}.")
    return value


def choice(
    name: str,
    default: str,
    choices: tuple[str, ...],
    also: Mapping[str, str] | None = None,
) -> str:
    """`also` are other words for some of them."""
    value = text(name, default)
    chosen = (also or {}).get(value.lower(), value.lower())
    if chosen not in choices:
        raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return chosen


def age(name: str) -> str:
    """An age such as `30d`; "" when it is not set."""
    value = text(name)
    try:
        if value:
            read_age(value)
    except ValueError as error:
        raise BadSetting(f"{name}: {error}") from None
    return value


def url(name: str) -> str:
    """An absolute http(s) URL, its trailing slash cut; "" when it is not set."""
    value = text(name)
    if not value:
        return ""
    if not value.lower().startswith(("http://", "https://")) or value.endswith("//"):
        raise BadSetting(f"{name} must be an absolute http(s) URL, not {value!r}.")
    if problem := bases.problem(value):
        raise BadSetting(f"{name}: {problem}")
    return value.rstrip("/")


def hosts(name: str, *, with_scheme: bool = False) -> tuple[str, ...]:
    """Names of hosts as they are called; what would never match is refused."""
    for word in (listed := words(name)):
        scheme, separator, host = word.rpartition("://")
        if not _HOST.fullmatch(host) or (
            separator and not (with_scheme and scheme in ("http", "https"))
        ):
            raise BadSetting(
                f"{name} must list hosts such as weir.example.com or localhost:9000,"
                f" not {word!r}."
            )
    return listed


def redis_url(name: str) -> str:
    """`redis://`, `rediss://` or `unix://`; "" when it is not set."""
    value = text(name)
    try:
        parts = urlsplit(value)
        is_redis = parts.scheme in ("redis", "rediss", "unix") and parts.port != 0
    except ValueError:
        is_redis = False
    if value and not is_redis:
        raise BadSetting(f"{name} must look like redis://host:6379/0.")
    return value
