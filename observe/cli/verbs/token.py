"""What `weir token` takes. Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def arguments(parser: Parser) -> None:
    made = parser.add_verb("create", "make a token; it is shown once")
    made.add_argument("name", metavar="NAME", help="who or what it is for")
    made.add_argument("--write", action="store_true", help="it may change things, too")
    made.add_argument(
        "--expires", type=_period, metavar="AGE", help="after 12h, 30d or 8w"
    )
    parser.add_verb("list", "all tokens, never the tokens themselves")
    revoked = parser.add_verb("revoke", "refuse a token from now on")
    revoked.add_argument(
        "name", metavar="NAME", help="its name, or the beginning that list shows"
    )
    for verb in parser.verbs.values():
        add_json(verb)


def _period(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in UNITS:
        raise ArgumentTypeError(f"{text!r} is not a time such as 12h, 30d or 8w")
    if int(number) > 10_000 or not int(number):
        raise ArgumentTypeError(f"{text!r} is out of bounds")
    return int(number) * UNITS[unit]


VERB = Verb(
    name="token",
    about="make, list and revoke tokens for the API",
    examples=(
        "weir token create ci --write --expires 30d",
        "weir token list",
        "weir token revoke ci",
    ),
    needs=Needs.DATABASE,
    arguments=arguments,
)
