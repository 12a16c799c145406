"""Where a verb writes: data to standard output, words to standard error.

Made by `observe/cli/main.py` for the one verb that runs; colours only on a terminal,
and not where `NO_COLOR` is set.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from observe.printable import printable

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True)
class Terminal:
    out: TextIO
    err: TextIO

    def show(self, thing: RenderableType) -> None:
        """Data: a table or a line."""
        # Loaded by who draws: `weir serve` and clients that fail don't.
        from observe.cli.drawing import drawn

        self.out.write(drawn(thing, self.out))

    def show_json(self, value: Any) -> None:
        self.write(json.dumps(value, indent=2, ensure_ascii=False, default=str))

    def write(self, text: str) -> None:
        """Data as it is, but for what a terminal would obey."""
        self.out.write(_line(text))

    def say(self, text: str) -> None:
        """Words: progress, a note, what comes next."""
        self.err.write(_line(text))
        self.err.flush()

    @property
    def words(self) -> Words:
        """For what writes to a stream without choosing it."""
        return Words(self)


def _line(text: str) -> str:
    shown = printable(text)
    return shown if shown.endswith("\n") else f"{shown}\n"


@dataclass(frozen=True, slots=True)
class Words:
    """Standard error as a stream of whole texts."""

    terminal: Terminal

    def write(self, text: str) -> None:
        self.terminal.say(text)
