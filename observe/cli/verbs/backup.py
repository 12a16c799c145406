"""What `weir backup` takes. Pure."""

from __future__ import annotations

from pathlib import Path

from observe.cli.parser import Parser
from observe.cli.verbs.verb import Needs, Verb


def arguments(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the copy")
    parser.add_argument("--force", action="store_true", help="replace FILE")


VERB = Verb(
    name="backup",
    about="copy the SQLite database while Weir serves",
    examples=("weir backup weir-copy.sqlite3",),
    needs=Needs.DATABASE,
    arguments=arguments,
)
