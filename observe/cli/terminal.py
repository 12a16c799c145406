"""Where a verb writes: data to standard output, words to standard error.

Made by `observe/cli/main.py` for the one verb that runs; colours only on a terminal,
and not where `NO_COLOR` is set.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from observe.printable import printable

WIDTH = 160
"""Where no terminal tells its width: pipes and logs don't mind long lines."""


@dataclass(frozen=True, slots=True)
class Terminal:
    out: TextIO
    err: TextIO

    def show(self, thing: RenderableType) -> None:
        """Data: a table or a line."""
        # No markup: names of models and routes may hold brackets.
        width = None if self.out.isatty() else WIDTH
        console = Console(
            file=self.out, width=width, markup=False, emoji=False, highlight=False
        )
        with console.capture() as captured:
            console.print(_Clean(thing), soft_wrap=isinstance(thing, str | Text))
        self.out.write(captured.get())

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


@dataclass(frozen=True, slots=True)
class _Clean:
    """What rich draws, with its own colours and nobody else's."""

    thing: RenderableType

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        for segment in console.render(self.thing, options):
            text, style, control = segment
            yield segment if control else Segment(printable(text), style)


def _line(text: str) -> str:
    shown = printable(text)
    return shown if shown.endswith("\n") else f"{shown}\n"


@dataclass(frozen=True, slots=True)
class Words:
    """Standard error as a stream of whole texts."""

    terminal: Terminal

    def write(self, text: str) -> None:
        self.terminal.say(text)
