"""A score that another program gave, and what tells whose it is. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MOST = 64 * 1024 * 1024
"""Bytes of a file, and of a member of an archive."""
MOST_SCORE = 1e15
"""Larger ones can't be told apart by one, and their sums overflow."""
KEY = re.compile(r"sk-weir-[A-Za-z0-9_-]{8,}")
UID = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])"
)


class BadFile(Exception):
    """It can't be read; str() is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One score. What isn't told is empty."""

    name: str
    """Of the measure, such as `tests`."""
    value: float | None = None
    passed: bool | None = None
    session: str = ""
    """An id, or a label."""
    hints: tuple[str, ...] = ()
    """Ids that may be a session's, and digests of keys that may be one's."""
    task: str = ""
    experiment: str = ""
    variant: str = ""
    repeat: int | None = None
    where: str = ""
    """The place in the file, for people."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something in a file that is no score, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """One format; a module of this folder has one as `READER`."""

    name: str
    about: str
    claims: Callable[[str, bytes], bool]
    """By a file's name and its beginning."""
    read: Callable[[Path], Iterator[Result | Unusable]]


def small_enough(path: Path) -> bytes:
    """All of a file; raises `BadFile`."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise BadFile(f"{path} can't be read: {error.strerror}.") from None
    if len(data) > MOST:
        raise BadFile(f"{path} is longer than {MOST >> 20} MiB.")
    return data


def number(told: int | float | str) -> float | None:
    """None for what JSON has no word for, and for what nobody scores."""
    try:
        value = float(told)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) and abs(value) <= MOST_SCORE else None


def verdict(text: str) -> bool | None:
    """Of the words that programs use."""
    words = {"pass": True, "passed": True, "true": True, "yes": True, "resolved": True}
    words |= {"fail": False, "failed": False, "false": False, "no": False}
    words |= {"error": False, "unresolved": False, "c": True, "i": False, "n": False}
    return words.get(text.strip().lower())
