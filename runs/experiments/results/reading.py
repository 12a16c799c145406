"""The scores of a file, or of every file of a folder that a format knows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runs.experiments.results import (
    from_csv,
    from_harbor,
    from_inspect,
    from_junit,
    from_swebench,
)
from runs.experiments.results.base import BadFile, Reader, Result, Unusable

READERS: tuple[Reader, ...] = (
    from_harbor.READER,
    from_inspect.READER,
    from_swebench.READER,
    from_junit.READER,
    from_csv.READER,
)
HEAD = 64 * 1024
FILES = 20_000
"""Of a folder, the folders inside of it included."""
SUFFIXES = (".json", ".eval", ".xml", ".csv")


def results(path: Path, name: str = "") -> Iterator[Result | Unusable]:
    """Raises `BadFile` for one file; in a folder, a bad one is told and passed over."""
    chosen = next((each for each in READERS if each.name == name), None)
    if not path.is_dir():
        yield from (chosen or _reader(path)).read(path)
        return
    for count, file in enumerate(sorted(_files(path))):
        if count >= FILES:
            yield Unusable(str(path), f"It has more than {FILES:,} files.")
            return
        try:
            yield from (chosen or _reader(file)).read(file)
        except BadFile as error:
            yield Unusable(str(file.relative_to(path)), str(error))


def _files(path: Path) -> Iterator[Path]:
    for file in path.rglob("*"):
        if file.suffix.lower() in SUFFIXES and file.is_file():
            yield file


def _reader(path: Path) -> Reader:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise BadFile(f"{path} can't be read: {error.strerror}.") from None
    for each in READERS:
        if each.claims(path.name.lower(), head):
            return each
    known = ", ".join(each.name for each in READERS)
    raise BadFile(f"{path} is in no format that is known ({known}).")
