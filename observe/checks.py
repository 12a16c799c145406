"""Django system checks of Weir's settings: wrong set-ups get an id and a hint.

They run before every command, `weir serve` too; an Error keeps it from starting.

    observe.E001  bound beyond this machine without WEIR_TOKEN
    observe.E002  the data directory can't be written, or made
    observe.E003  SQLite is too old
    observe.E004  WEIR_MODELS_FILE can't be read
    observe.E005  WEIR_TOKEN is too short, or can't be sent
    observe.W001  WEIR_DEBUG is on, bound beyond this machine
    observe.W002  bound beyond this machine, any Host header accepted
    observe.W003  a variable looks like a setting and is none
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from observe import env
from observe.data_directory import HINT, why_unusable
from proxy.headers import UNMISTAKABLE
from proxy.route.hosts import is_loopback

OWN = "weir"
"""What a start asks; `weir doctor` asks Django's, too."""
OLDEST_SQLITE = (3, 35, 0)
"""RETURNING and DROP COLUMN came with it."""


@register(Tags.security, OWN)
def exposure(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """What being reachable from other machines asks for."""
    if is_loopback(settings.WEIR_HOST):
        return []
    found: list[CheckMessage] = []
    if not settings.WEIR_TOKEN:
        found.append(
            Error(
                f"Weir would listen on {settings.WEIR_HOST} for other machines, and "
                "WEIR_TOKEN is not set: anyone there could spend your keys.",
                hint="Set WEIR_TOKEN to a long random word, or WEIR_HOST to 127.0.0.1.",
                id="observe.E001",
            )
        )
    if settings.DEBUG:
        found.append(
            Warning(
                "WEIR_DEBUG shows settings and source on error pages to anyone.",
                hint="Unset WEIR_DEBUG.",
                id="observe.W001",
            )
        )
    if not settings.WEIR_ALLOWED_HOSTS:
        found.append(
            Warning(
                "Weir answers to any Host header on an address that others can reach.",
                hint="List the names it is called by in WEIR_ALLOWED_HOSTS.",
                id="observe.W002",
            )
        )
    return found


@register(Tags.security, OWN)
def token(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """One that can be guessed is none; what no header can carry opens nothing."""
    given: str = settings.WEIR_TOKEN
    if not given:
        return []
    if len(given) < UNMISTAKABLE:
        why = (
            f"WEIR_TOKEN has {len(given)} characters; it wants {UNMISTAKABLE} or more."
        )
    elif not re.fullmatch(r"[!-~]+", given):
        why = "WEIR_TOKEN holds a character that no header can carry."
    else:
        return []
    hint = "Such as what `openssl rand -hex 24` prints."
    return [Error(why, hint=hint, id="observe.E005")]


@register(Tags.files, OWN)
def data_directory(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """It may be missing, if it can be made."""
    folder: Path = settings.WEIR_DATA_DIR
    why = why_unusable(folder)
    if not why:
        return []
    return [
        Error(
            f"The data directory {folder} can't be used: {why}.",
            hint=HINT,
            id="observe.E002",
        )
    ]


@register(Tags.compatibility, OWN)
def sqlite_version(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    uses_sqlite = settings.DATABASES["default"]["ENGINE"] == "observe.sqlite"
    if not uses_sqlite or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return []
    return [
        Error(
            f"This Python's SQLite is {sqlite3.sqlite_version}; Weir needs 3.35 or "
            "newer.",
            hint="Use a newer Python build, or PostgreSQL through DATABASE_URL.",
            id="observe.E003",
        )
    ]


@register(Tags.files, OWN)
def models_file(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    name = settings.WEIR_MODELS_FILE
    if not name or os.access(name, os.R_OK):
        return []
    return [
        Error(
            f"The models file {name} can't be read.",
            hint="Correct WEIR_MODELS_FILE, or unset it to start without it.",
            id="observe.E004",
        )
    ]


@register(Tags.compatibility)
def unknown_settings(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Said by `weir serve` itself as well, before anything else."""
    return [
        Warning(
            f"There is no setting {name}.",
            hint=f"Did you mean {near}?" if near else "README.md lists them.",
            id="observe.W003",
        )
        for name, near in env.unknown()
    ]
