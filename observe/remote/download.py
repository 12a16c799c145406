"""Brings a long answer into a file: whole or not at all, with a bar on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import httpx
from rich.console import Console
from rich.progress import (
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from observe.printable import for_terminal
from observe.problem import Problem
from observe.remote.client import Query, Weir

STDOUT = "-"
_NAME = re.compile(r'filename="([^"/\\]+)"')


def fetch(weir: Weir, path: str, query: Query, target: str) -> tuple[str, int]:
    """`(file name, bytes)`. Without a target the server names the file."""
    try:
        with weir.stream(path, query) as response:
            name = target or _named(response)
            pieces = _watched(response.iter_bytes(), name)
            if name == STDOUT:
                shown = for_terminal(pieces, sys.stdout)
                return name, _copy(shown, sys.stdout.buffer)
            return name, _save(pieces, Path(name))
    except OSError as error:
        why = error.strerror or error
        raise Problem(f"{target or 'The file'} can't be written: {why}.") from None


def _named(response: httpx.Response) -> str:
    found = _NAME.search(response.headers.get("content-disposition", ""))
    return found[1] if found else "weir-export"


def _save(pieces: Iterable[bytes], path: Path) -> int:
    """A broken download leaves no half a file under the real name."""
    if path.exists() and not path.is_file():  # /dev/null, a pipe
        with path.open("wb") as out:
            return _copy(pieces, out)
    part = path.with_name(f"{path.name}.part")
    try:
        # It holds prompts and answers: for its owner alone.
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with part.open("wb") as out:
            size = _copy(pieces, out)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return size


def _copy(pieces: Iterable[bytes], out: IO[bytes]) -> int:
    size = 0
    for piece in pieces:
        out.write(piece)
        size += len(piece)
    return size


def _watched(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    visible = console.is_terminal
    with Progress(
        *columns, console=console, transient=True, disable=not visible
    ) as bar:
        # How long it gets is known when it is over: the answer is streamed.
        task = bar.add_task(name, total=None)
        for piece in pieces:
            yield piece
            bar.advance(task, len(piece))
