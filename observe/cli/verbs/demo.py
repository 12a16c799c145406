"""What `weir demo` takes. Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_address
from observe.cli.verbs.verb import Verb


def arguments(parser: Parser) -> None:
    add_address(parser)
    parser.add_argument(
        "--minutes",
        type=_positive,
        default=2.0,
        metavar="N",
        help="how long (default: %(default)g)",
    )
    parser.add_argument(
        "--rate",
        type=_positive,
        default=1.5,
        metavar="N",
        help="clients started each second (default: %(default)g)",
    )
    parser.add_argument(
        "--start",
        action="store_true",
        help="start Weir when none is running there, and keep it until Ctrl-C",
    )


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"it must be a number above 0, not {text!r}")
    return value


VERB = Verb(
    name="demo",
    about="send a few minutes of varied traffic to the built-in model",
    examples=("weir demo --start", "weir demo --minutes 0.5 --rate 5"),
    arguments=arguments,
)
