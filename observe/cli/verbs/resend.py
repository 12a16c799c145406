"""What `weir resend` takes. Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_limit, add_server, count
from observe.cli.verbs.verb import Verb
from observe.remote.filters import add_filters


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        default="",
        metavar="FILE|ID",
        help="a request's id, its start, or a file with one; else all that pass",
    )
    parser.add_argument(
        "--to",
        default="",
        metavar="PLACE",
        help="a provider, a route (name, match or id) or a base URL",
    )
    parser.add_argument(
        "--as-model", default="", metavar="MODEL", help="ask another model"
    )
    parser.add_argument(
        "--in-run", default="", metavar="RUN", help="the run that they belong to"
    )
    parser.add_argument(
        "--speed",
        type=speed,
        metavar="N",
        help="keep the pauses between them; 2: half as long (default: at once)",
    )
    parser.add_argument(
        "--parallel",
        type=count,
        default=4,
        metavar="N",
        help="at a time (default: %(default)s)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what would go where"
    )
    add_limit(parser, 100, "send none if more than so many fit")
    add_filters(parser.add_argument_group("filters"))
    add_json(parser)
    add_server(parser)


def speed(text: str) -> float:
    """1 is as it was, 10 ten times as fast."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise ArgumentTypeError(f"it must be a number above 0, not {text!r}")
    return value


VERB = Verb(
    name="resend",
    about="send captured requests again, there or elsewhere, and compare",
    more="Keys are added as for a live call, and the new answers are captured: each"
    " request's page leads to the other. It costs what such calls cost.",
    examples=(
        "weir resend 01980f3a --to openrouter --as-model openai/gpt-5-mini",
        "weir resend --run nightly --error 1 --dry-run",
        "weir resend raw/2026-11-25_22-26-01.123_01980f3a_request.bin",
    ),
    arguments=arguments,
)
