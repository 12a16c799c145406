"""Text from outside, made harmless for a terminal: the one place. Pure.

Names of models and runs, paths, errors and answers come from clients and providers. On
a terminal, escape sequences in them could move, hide or forge lines; characters that
turn the direction of writing, or have no width, make one text look like another. All
of them are written as JSON writes them (`\\u001b`): so JSON stays the same value.
`observe/cli/terminal.py`, `observe/cli/failures.py` and `observe/serve/console.py` go
through here, and so do bodies and exports that are written to a terminal.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import TextIO

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, vowel separator
    "\u200b\u200e\u200f"  # zero-width space, marks of direction
    "\u2028-\u202e"  # line and paragraph separators, embeddings, overrides
    "\u2060-\u206f"  # word joiner, invisible operators, isolates
    "\ufeff\ufff9-\ufffb"  # zero-width no-break space, annotations
    "\ud800-\udfff"  # halves of a pair, which no stream takes
    "\U000e0000-\U000e007f]"  # tags, which hide whole texts
)
_LINE = re.compile(r"[\t\n]")


def printable(text: str) -> str:
    """Line feeds and tabs stay."""
    return _UNSAFE.sub(_escaped, text)


def one_line(text: str) -> str:
    """For a cell or a part of a line: nothing begins a new one."""
    return _LINE.sub(_escaped, printable(text))


def for_terminal(pieces: Iterable[bytes], out: TextIO) -> Iterable[bytes]:
    """Captured bytes: exactly as they are into a file or a pipe, harmless on a
    terminal."""
    return _spelled_out(pieces) if out.isatty() else pieces


def _spelled_out(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decoder = getincrementaldecoder("utf-8")("replace")
    for piece in pieces:
        yield printable(decoder.decode(piece)).encode()
    yield printable(decoder.decode(b"", final=True)).encode()


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(
        f"\\u{int.from_bytes(units[at : at + 2], 'big'):04x}"
        for at in range(0, len(units), 2)
    )
