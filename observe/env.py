"""Reading the environment: each getter fails loudly on a bad value.

Used by `observe/settings.py` only; a `BadSetting` ends the start with one sentence.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from runs.keeping.age import read_age

FALSE = {"0", "false", "no", "off", ""}
TRUE = {"1", "true", "yes", "on"}


class BadSetting(Exception):
    """An environment variable holds something Weir can't use; str() is for users."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def text(name: str, default: str = "") -> str:
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
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.strip().lower() in TRUE:
        return True
    if raw.strip().lower() in FALSE:
        return False
    raise BadSetting(f"{name} must be true or false, not {raw!r}.")


def integer(name: str, default: int, *, low: int, high: int) -> int:
    raw = os.environ.get(name, "").strip()
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
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise BadSetting(f"{name} must be a number, not {raw!r}.") from None
    if not low <= value <= high:
        raise BadSetting(f"{name} must be between {low:g} and {high:g}, not {raw}.")
    return value


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value.lower() not in choices:
        raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value.lower()


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
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(f"{name} must be an absolute http(s) URL, not {value!r}.")
    return value.rstrip("/")
