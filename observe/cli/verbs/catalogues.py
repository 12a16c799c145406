"""What `weir prices preview | apply | undo | check | reconcile` take. Pure.

Added to `weir prices` by `prices.py` beside it.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_limit

SOURCES = ("openrouter", "huggingface", "litellm", "models.dev", "file")
EXAMPLES = (
    "weir prices preview litellm --only 'openai/gpt-5*'",
    "weir prices apply openrouter --only 'openrouter/deepseek/*' --hosts",
    "weir prices undo litellm",
    "weir prices check --provider openai",
    "weir prices reconcile anthropic-2026-10.csv",
)


def add_catalogues(parser: Parser) -> None:
    previewed = parser.add_verb("preview", "say what a catalogue would change")
    _add_source(previewed)
    add_limit(previewed, 50)
    applied = parser.add_verb("apply", "take prices of a catalogue")
    _add_source(applied)
    applied.add_argument(
        "--yes", action="store_true", help="take those with doubts, too"
    )
    applied.add_argument(
        "--from",
        dest="valid_from",
        type=_day,
        metavar="DAY",
        help="they count from this day on; the former stay for before",
    )
    undone = parser.add_verb("undo", "take back the last apply of a catalogue")
    undone.add_argument("source", choices=SOURCES, metavar="SOURCE", help="whose")
    checked = parser.add_verb("check", "say what is wrong with prices, or disputed")
    checked.add_argument(
        "--provider", default="", metavar="SLUG", help="only this one's"
    )
    checked.add_argument(
        "--corpus",
        default="",
        metavar="FILE",
        help="recorded answers with costs worked out by hand, as JSON lines",
    )
    add_limit(checked, 50)
    _add_reconcile(parser)


def _add_source(parser: Parser) -> None:
    parser.add_argument(
        "source", choices=SOURCES, metavar="SOURCE", help=", ".join(SOURCES)
    )
    parser.add_argument(
        "--file", default="", metavar="FILE", help="a saved one, not the network"
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="GLOB",
        help="PROVIDER/MODEL with *, such as 'openai/gpt-5*'",
    )
    parser.add_argument(
        "--hosts",
        action="store_true",
        help="openrouter: also what each host of these models takes",
    )


def _add_reconcile(parser: Parser) -> None:
    found = parser.add_verb("reconcile", "compare an invoice with what was recorded")
    found.add_argument(
        "file", metavar="FILE", help="a CSV of OpenAI, Anthropic or OpenRouter"
    )
    found.add_argument(
        "--provider",
        default="",
        metavar="SLUG",
        help="whose requests; default: the invoice's",
    )
    found.add_argument(
        "--all", action="store_true", help="show also the days and models that agree"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day like 2026-10-31") from None
