"""What `weir rollups` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb


def arguments(parser: Parser) -> None:
    add_json(parser.add_verb("rebuild", "count them anew from the stored requests"))


VERB = Verb(
    name="rollups",
    about="count the figures over time anew",
    more="Weir keeps them as it stores requests; this is for a database that was"
    " changed by other means. Hours of pruned requests keep what they have.",
    examples=("weir rollups rebuild",),
    needs=Needs.DATABASE,
    arguments=arguments,
)
