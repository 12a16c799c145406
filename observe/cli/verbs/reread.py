"""What `weir reread` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb
from observe.remote.filters import add_filters


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would change, change nothing"
    )
    parser.add_argument(
        "--restart",
        action="store_true",
        help="begin anew, though an earlier reread was broken off",
    )
    add_json(parser)
    add_filters(parser.add_argument_group("filters"))


VERB = Verb(
    name="reread",
    about="read stored requests again with today's readers, while Weir serves",
    more="Tokens, texts, outcomes, tool calls, purposes and costs that were read wrong"
    " become right where the bodies are still stored; what is right stays. A reread"
    " that was broken off goes on where it was.",
    examples=(
        "weir reread --dry-run",
        "weir reread --provider anthropic --after 2026-01-01",
    ),
    needs=Needs.DATABASE,
    arguments=arguments,
)
