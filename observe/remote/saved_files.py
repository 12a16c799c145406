"""Files of providers, routes and prices: YAML and TOML, read and written. Pure.

One file may have a section of each kind. No file holds a key: what is saved names the
environment variable that has it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml

from observe.problem import Problem
from observe.remote.saved_kinds import KINDS, SavedKind, Values

FORMATS = ("yaml", "toml")
_HEADER = (
    "# Written by `weir {0} export`; `weir {0} import` reads it. It holds no key.\n"
)
_SECRETS = ("api_key", "key", "token", "password")


def format_of(name: str, told: str = "") -> str:
    """As told, else as the file is called; YAML where nothing says."""
    return told or ("toml" if name.lower().endswith(".toml") else "yaml")


def write(kind: SavedKind, entries: Sequence[Values], form: str) -> str:
    header = _HEADER.format(kind.many)
    if form == "toml":
        return header + "".join(_table(kind.many, entry) for entry in entries)
    body = yaml.safe_dump(
        {kind.many: list(entries)}, sort_keys=False, allow_unicode=True, width=100
    )
    return header + body


def read(text: str, form: str, kind: SavedKind, where: str) -> list[Values]:
    """The entries of one kind; raises Problem with a sentence."""
    document = _parsed(text, form, where)
    if not isinstance(document, dict):
        raise Problem(f"{where} has no section “{kind.many}”.")
    for section in document:
        if section not in KINDS:
            raise Problem(
                f"{where}: “{section}” is no section; there are {', '.join(KINDS)}."
            )
    entries = document.get(kind.many)
    if not isinstance(entries, list):
        raise Problem(f"{where} has no list “{kind.many}”.")
    return [
        _entry(each, kind, f"{where}, {kind.one} {n}")
        for n, each in enumerate(entries, 1)
    ]


def load(path: str, form: str, kind: SavedKind) -> list[Values]:
    try:
        text = Path(path).read_text("utf-8")
    except UnicodeDecodeError:
        raise Problem(f"{path} isn't UTF-8 text.") from None
    except OSError as error:
        raise Problem(f"{path} can't be read: {error.strerror}.") from None
    return read(text, format_of(path, form), kind, path)


def compact(value: Any) -> str:
    """A value on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parsed(text: str, form: str, where: str) -> Any:
    try:
        return tomllib.loads(text) if form == "toml" else yaml.safe_load(text)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise Problem(f"{where} isn't valid {form.upper()}: {why}.") from None


def _entry(entry: Any, kind: SavedKind, where: str) -> Values:
    if not isinstance(entry, dict):
        raise Problem(f"{where} must be a list of names and values.")
    for name in _SECRETS:
        if name in entry:
            raise Problem(
                f"{where} has “{name}”: a key is never stored.",
                hint="`api_key_env` names the environment variable that has it.",
            )
    missing = [name for name in kind.named_by if not entry.get(name)]
    if missing:
        raise Problem(f"{where} has no “{missing[0]}”.")
    return {str(name): _plain(value) for name, value in entry.items()}


def _plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _table(section: str, entry: Values) -> str:
    lines = [f"\n[[{section}]]"]
    # TOML has no null: what nothing is said of is left out.
    lines += [
        f"{_name(name)} = {_toml(value)}"
        for name, value in entry.items()
        if value is not None
    ]
    return "\n".join(lines) + "\n"


def _name(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _toml(name)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{_name(name)} = {_toml(each)}" for name, each in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    # JSON's strings, numbers and truths are TOML's, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
