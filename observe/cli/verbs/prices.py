"""What `weir prices` takes. Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError

from observe.cli.parser import Parser
from observe.cli.verbs import catalogues
from observe.cli.verbs.flags import add_json, add_limit
from observe.cli.verbs.saving import ELSEWHERE, add_saving
from observe.cli.verbs.verb import Needs, Verb
from observe.remote.filters import add_filters
from pricing.usage import COUNTS

WHICH = {
    "missing": "of those without a known cost (default)",
    "cached": "of those whose cached tokens were billed as input",
    "all": "of all whose cost is another one now",
}


def arguments(parser: Parser) -> None:
    parser.add_verb("refresh", "read the catalogues again; edited prices are kept")
    listed = parser.add_verb("list", "show active prices")
    listed.add_argument("--search", default="", metavar="TEXT", help="only with it")
    listed.add_argument(
        "--provider", default="", metavar="SLUG", help="only this one's"
    )
    add_limit(listed, 50)
    quoted = parser.add_verb("quote", "say what a request would cost, and why")
    quoted.add_argument("--provider", required=True, metavar="SLUG", help="who is paid")
    quoted.add_argument("--model", required=True, metavar="NAME", help="as it answers")
    quoted.add_argument(
        "--operation", default="chat", metavar="NAME", help="default: %(default)s"
    )
    quoted.add_argument(
        "--service-tier",
        default="",
        metavar="NAME",
        help="such as flex, batch or batch+us",
    )
    for bucket in COUNTS:
        flag, words = f"--{bucket.replace('_', '-')}", bucket.replace("_", " ")
        quoted.add_argument(
            flag, type=_tokens, metavar="N", dest=bucket, help=f"{words} tokens"
        )
    _backfilling(parser)
    add_saving(parser, "prices")
    catalogues.add_catalogues(parser)
    for verb in parser.verbs.values():
        add_json(verb)


def _backfilling(parser: Parser) -> None:
    filled = parser.add_verb("backfill", "find costs of stored requests anew")
    which = filled.add_mutually_exclusive_group()
    for name, about in WHICH.items():
        which.add_argument(
            f"--{name}", dest="which", action="store_const", const=name, help=about
        )
    which.add_argument(
        "--undo", action="store_true", help="bring back the costs of before"
    )
    filled.set_defaults(which="missing")
    filled.add_argument(
        "--dry-run", action="store_true", help="say what would change, change nothing"
    )
    add_filters(filled.add_argument_group("filters"))


def _tokens(text: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a number of tokens")
    return int(digits)


VERB = Verb(
    name="prices",
    about="list, edit, quote, compare and take prices; find stored costs anew",
    examples=(
        "weir prices list --search sonnet",
        "weir prices quote --provider openai --model gpt-4o --input 1200 --output 300",
        "weir prices refresh",
        "weir prices backfill --missing --provider openai --dry-run",
        "weir prices show openai/gpt-5",
        "weir prices add gateway llama-70b input=0.6 output=0.8",
        "weir prices edit gateway/llama-70b cache_read=0.06",
        "weir prices remove gateway/llama-70b",
        "weir prices export prices.yaml",
        "weir prices import prices.yaml --dry-run",
        *catalogues.EXAMPLES,
    ),
    needs=Needs.DATABASE,
    more=ELSEWHERE,
    arguments=arguments,
)
