"""What `weir providers` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb


def arguments(parser: Parser) -> None:
    listed = parser.add_verb("list", "all providers")
    listed.add_argument("--search", default="", metavar="TEXT", help="only with it")
    tested = parser.add_verb("test", "ask one for its models, with its key")
    tested.add_argument(
        "slug", metavar="SLUG", help="a provider, or all for every active one"
    )
    for verb in parser.verbs.values():
        add_json(verb)


VERB = Verb(
    name="providers",
    about="list providers, or ask one for a sign of life",
    examples=("weir providers list", "weir providers test openai"),
    needs=Needs.DATABASE,
    arguments=arguments,
)
