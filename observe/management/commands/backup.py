"""`weir backup FILE`: a copy of the database while Weir serves."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from runs.keeping.backup import NoBackup, back_up


class Command(BaseCommand):
    help = "Copy the SQLite database to FILE while Weir serves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--force", action="store_true", help="replace FILE if it exists"
        )

    def handle(self, *args: Any, file: Path, force: bool, **options: Any) -> None:
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("copying", total=None)

            def show(done: int, pages: int) -> None:
                progress.update(task, completed=done, total=pages)

            try:
                size = back_up(file, show, force=force)
            except NoBackup as error:
                raise CommandError(str(error)) from None
        self.stdout.write(f"{file}: {size / 1e6:,.1f} MB, checked.")
