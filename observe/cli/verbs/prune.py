"""What `weir prune` takes. Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb
from runs.keeping.age import read_age


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "--older-than",
        required=True,
        type=_age,
        metavar="AGE",
        help="such as 30d, 12h or 8w; by the request's start",
    )
    parser.add_argument(
        "--bodies-only",
        action="store_true",
        help="keep the requests with their tokens, costs and headers",
    )
    parser.add_argument(
        "--keep-runs", action="store_true", help="keep what belongs to a run"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would go, change nothing"
    )
    parser.add_argument("--gently", action="store_true", help="slower, with more rests")
    add_json(parser)


def _age(text: str) -> timedelta:
    try:
        return read_age(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


VERB = Verb(
    name="prune",
    about="remove old requests, or only their bodies, while Weir serves",
    examples=(
        "weir prune --older-than 30d --dry-run",
        "weir prune --older-than 8w --bodies-only --keep-runs",
    ),
    needs=Needs.DATABASE,
    arguments=arguments,
)
