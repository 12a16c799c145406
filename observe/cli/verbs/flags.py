"""Arguments that several verbs take, worded once. Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError

from observe.cli.parser import Parser
from runs.filters.orders import FIRST, NEWEST, ORDER, ORDERS


def add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_limit(parser: Parser, default: int, what: str = "rows") -> None:
    parser.add_argument(
        "--limit",
        type=count,
        default=default,
        metavar="N",
        help=f"{what} (default: %(default)s)",
    )


def add_order(parser: Parser) -> None:
    parser.add_argument(
        f"--{ORDER}",
        choices=tuple(ORDERS),
        default="",
        metavar="ORDER",
        help=f"{', '.join(FIRST)}, each with -desc or -asc (default: {NEWEST.text})",
    )


def add_address(parser: Parser) -> None:
    parser.add_argument(
        "--server",
        default="",
        metavar="URL",
        help="a running Weir (default: WEIR_SERVER, else this machine's)",
    )


def add_server(parser: Parser) -> None:
    add_address(parser)
    parser.add_argument(
        "--token",
        default="",
        metavar="TEXT",
        help="for a Weir on another machine (default: WEIR_TOKEN)",
    )


def add_run(parser: Parser) -> None:
    """What a new run is told about itself."""
    parser.add_argument("--notes", default="", metavar="TEXT", help="free text")
    parser.add_argument(
        "--tag",
        action="append",
        default=[],
        metavar="WORD",
        help="a word to find it by; may be repeated",
    )
    parser.add_argument(
        "--meta",
        action="append",
        default=[],
        type=pair,
        metavar="KEY=VALUE",
        help="a fact about it; may be repeated",
    )


def pair(text: str) -> tuple[str, str]:
    """`a=1`"""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ArgumentTypeError(f"it must be KEY=VALUE, not {text!r}")
    return name.strip(), value


def count(text: str) -> int:
    """A number of rows."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise ArgumentTypeError(f"it must be a whole number above 0, not {text!r}")
    return int(text)
