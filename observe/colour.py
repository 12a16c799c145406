"""May a stream get colours? One answer for errors, tables and request lines. Pure.

rich, which draws the tables, asks the same: `NO_COLOR`, `TERM`, a terminal.
"""

from __future__ import annotations

import os
from typing import TextIO

RED, GREEN, YELLOW, DIM, OFF = (
    "\x1b[31m",
    "\x1b[32m",
    "\x1b[33m",
    "\x1b[2m",
    "\x1b[0m",
)


def paint(stream: TextIO, colour: str, text: str) -> str:
    """The text, in colour where the stream may have it."""
    return f"{colour}{text}{OFF}" if has_colour(stream) else text


def has_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()
