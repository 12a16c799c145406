"""The directory that holds everything Weir keeps: made, tried, and kept private.

`weir prepare` makes it before Weir listens; `observe/checks.py` and the doctor look at
it. Reading the settings only names it.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from observe.env import BadSetting

HINT = "Give this user the right to write there, or set WEIR_DATA_DIR to another place."
OWNER_ONLY = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO
CAPTURES = ("secret-key", "weir.sqlite3*", "journal", "journal/*.wj")
"""For the owner alone. What else lies in the directory is not ours to change."""


def make(folder: Path) -> None:
    """Raises `BadSetting` where Weir can't keep anything."""
    must_be_usable(folder)
    folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)


def must_be_usable(folder: Path) -> None:
    if why := why_unusable(folder):
        sentence = f"The data directory {folder} can't be used: {why}."
        raise BadSetting(sentence, hint=HINT)


def why_unusable(folder: Path) -> str:
    """ "" where it can be written, or made."""
    place = nearest(folder)
    if not place.is_dir():
        return f"{place} is not a directory"
    if not os.access(place, os.W_OK | os.X_OK):
        return f"{place} can't be written by this user"
    if place == folder:
        return ""
    try:
        # Rights aren't all: /proc has them, and takes no directory.
        tempfile.TemporaryDirectory(dir=place).cleanup()
    except OSError as error:
        return f"{place} takes no new directory ({error.strerror})"
    return ""


def nearest(folder: Path) -> Path:
    """The directory itself, or what is there of the way to it."""
    return next(each for each in (folder, *folder.parents) if os.path.lexists(each))


def readable_by_others(folder: Path) -> Iterator[Path]:
    """What other users of this machine could open."""
    return (path for path, status in _captures(folder) if status.st_mode & OTHERS)


def make_private(folder: Path) -> None:
    """Those of earlier versions were open to all. What isn't ours stays as it is."""
    for path, status in _captures(folder):
        # A sticky directory is one that many share, such as /tmp.
        is_ours = status.st_uid == os.geteuid() and not status.st_mode & stat.S_ISVTX
        if is_ours and status.st_mode & OTHERS:
            path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)


def _captures(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    yield folder, folder.stat()
    for path in (path for pattern in CAPTURES for path in folder.glob(pattern)):
        try:
            yield path, path.stat()
        except FileNotFoundError:  # the recorder was done with it
            continue
