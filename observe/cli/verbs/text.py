"""What `weir text` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb


def arguments(parser: Parser) -> None:
    add_json(parser.add_verb("status", "how much is indexed, and how large it is"))
    rebuild = parser.add_verb("rebuild", "index all stored prompts and answers anew")
    rebuild.add_argument(
        "--restart",
        action="store_true",
        help="begin anew, though an earlier one was broken off",
    )
    add_json(rebuild)
    add_json(parser.add_verb("drop", "remove all words from the index"))


VERB = Verb(
    name="text",
    about="the index of words in prompts and answers",
    more="The recorder keeps it, and catches up with older requests while nothing else"
    " is to be done. A rebuild that was broken off goes on where it was. Without"
    " WEIR_TEXT_INDEX nothing is added; drop removes what is there.",
    examples=("weir text status", "weir text rebuild", "weir text drop"),
    needs=Needs.DATABASE,
    arguments=arguments,
)
