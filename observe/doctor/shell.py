"""Does this shell send its programs through Weir, as a session's environment should?

Told to who runs `weir doctor` where the harness is started. Without a session's
variables there is nothing that should be so, and only what leads elsewhere is named.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

from observe.doctor.finding import Finding, State
from proxy.setup.own_address import own_address

if TYPE_CHECKING:
    from runs.experiments.kinds import HarnessFile

NAME = "environment"
APPLY = 'Run eval "$(weir session env ID)" again in this shell, last of all.'
CLAUDE = (Path(".claude/settings.json"), Path(".claude/settings.local.json"))
MOST = 1024 * 1024


def environment() -> Iterable[Finding]:
    """Variables, and Claude Code's own file, that take precedence over a session's."""
    weir = os.environ.get("WEIR_SERVER") or _own()
    elsewhere = _elsewhere(os.environ, weir)
    if not os.environ.get("WEIR_RUN_KEY"):
        if elsewhere:
            message = f"{_told(elsewhere)}: programs of this shell don't come to Weir."
            yield Finding(NAME, State.OK, message)
        return
    missing = _not_applied(os.environ, weir)
    if elsewhere or missing:
        found = _told(elsewhere) or f"{', '.join(missing)} not set to the session's key"
        message = f"A session's key is in this shell, but {found}."
        yield Finding(NAME, State.WARN, message, APPLY)
    else:
        yield Finding(NAME, State.OK, "This shell's programs come to Weir.")


def harness_files() -> Iterable[Finding]:
    """An address in a harness's own file wins over the environment."""
    weir = os.environ.get("WEIR_SERVER") or _own()
    for folder in dict.fromkeys((Path.home(), Path.cwd())):
        for name in CLAUDE:
            address = _address_in(folder / name)
            if address and not _is_same(address, weir):
                message = f"{folder / name} sends Claude Code to {address}."
                todo = "Take ANTHROPIC_BASE_URL out of its `env`, or put Weir's there."
                yield Finding("harness files", State.WARN, message, todo)


def _address_in(path: Path) -> str:
    try:
        with path.open("rb") as file:
            told: Any = json.loads(file.read(MOST))
        return str(told["env"]["ANTHROPIC_BASE_URL"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _elsewhere(environ: Mapping[str, str], weir: str) -> dict[str, str]:
    """Address variables of the harnesses that are set to another place."""
    found: dict[str, str] = {}
    for name in _addresses():
        value = environ.get(name, "")
        if value and not _is_same(value, weir):
            found[name] = value
    return found


def _not_applied(environ: Mapping[str, str], weir: str) -> list[str]:
    """Families that come to Weir with another key than the session's."""
    key = environ["WEIR_RUN_KEY"]
    wrong: list[str] = []
    for family in _families():
        comes = any(_is_same(environ.get(n, ""), weir) for n in family.address)
        if comes:
            wrong += [n for n in family.keys if environ.get(n, "") not in ("", key)]
    return list(dict.fromkeys(wrong))


def _addresses() -> Iterator[str]:
    for family in _families():
        yield from family.address


def _is_same(address: str, weir: str) -> bool:
    """The same host and port; localhost is 127.0.0.1."""
    return _place(address) == _place(weir)


def _place(address: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").replace("localhost", "127.0.0.1")
        return host, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return address, None


def _told(elsewhere: Mapping[str, str]) -> str:
    """Without what may be a password in an address."""
    pairs = (f"{name} is {_shown(value)}" for name, value in elsewhere.items())
    return ", ".join(pairs)


def _shown(address: str) -> str:
    host, port = _place(address)
    return f"{urlsplit(address).scheme}://{host}" + (f":{port}" if port else "")


def _own() -> str:
    return own_address(settings.WEIR_HOST, settings.WEIR_PORT)


def _families() -> Iterator[HarnessFile]:
    # Read when asked for: what reads profiles takes long to load, and others load this.
    from runs.experiments import profiles

    return map(profiles.built_in, profiles.FAMILIES)
