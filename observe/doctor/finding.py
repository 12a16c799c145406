"""One line of the doctor's report. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    """What was looked at."""
    state: State
    message: str
    """What was found, one sentence."""
    todo: str = ""
    """What to do about it; empty when there is nothing to do."""


class Check(Protocol):
    __name__: str

    def __call__(self) -> Iterable[Finding]: ...
