"""`weir backup FILE`: a copy of the database while Weir serves."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import Progress

from observe.cli.terminal import Terminal
from observe.problem import Problem
from runs.keeping.backup import NoBackup, back_up


def act(options: dict[str, Any], terminal: Terminal) -> int:
    file, console = options["file"], Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("copying", total=None)

        def show(done: int, pages: int) -> None:
            progress.update(task, completed=done, total=pages)

        try:
            size = back_up(file, show, force=options["force"])
        except NoBackup as error:
            raise Problem(str(error)) from None
    terminal.say(f"{file}: {size / 1e6:,.1f} MB, checked.")
    return 0
