"""Tables and coloured lines, drawn by rich for `observe/cli/terminal.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from observe.printable import printable

WIDTH = 160
"""Where no terminal tells its width: pipes and logs don't mind long lines."""


def drawn(thing: RenderableType, out: TextIO) -> str:
    """What stands for it in `out`; in colour where that is a terminal."""
    # No markup: names of models and routes may hold brackets.
    width = None if out.isatty() else WIDTH
    console = Console(file=out, width=width, markup=False, emoji=False, highlight=False)
    with console.capture() as captured:
        console.print(_Clean(thing), soft_wrap=isinstance(thing, str | Text))
    return captured.get()


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
