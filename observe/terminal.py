"""Prints tables and lines for the `weir` commands of this room."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import OutputWrapper
from rich.console import Console, RenderableType

# Where no terminal tells its width: pipes and logs don't mind long lines.
WIDTH = 160


def show(out: OutputWrapper, thing: RenderableType) -> None:
    """A table or a line."""
    # No markup: names of models and routes may hold brackets.
    width = None if out.isatty() else WIDTH
    console = Console(width=width, markup=False, emoji=False, highlight=False)
    with console.capture() as captured:
        console.print(thing, soft_wrap=isinstance(thing, str))
    out.write(captured.get(), ending="")


def show_json(out: OutputWrapper, value: Any) -> None:
    out.write(json.dumps(value, indent=2, ensure_ascii=False))
