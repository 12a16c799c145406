"""What `weir views` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_order, add_server
from observe.cli.verbs.verb import Verb


def arguments(parser: Parser) -> None:
    parser.add_verb("list", "what is saved, with its filter and address")
    saved = parser.add_verb("save", "a new view, or in the place of the one so called")
    saved.add_argument("name", metavar="NAME", help="what it is called")
    saved.add_argument(
        "--where", default="", metavar="…", help="the filter language (docs/filters.md)"
    )
    saved.add_argument(
        "--hide",
        default="",
        metavar="COLUMN,…",
        help="columns that it leaves out; !calls,!spent: shows those",
    )
    add_order(saved)
    deleted = parser.add_verb("delete", "forget a view; its requests stay")
    deleted.add_argument("name", metavar="NAME", help="what it is called")
    for verb in parser.verbs.values():
        add_json(verb)
        add_server(verb)


VERB = Verb(
    name="views",
    about="list, save and delete named filters of the request list",
    examples=(
        "weir views list",
        "weir views save dear --where 'cost>0.05 after:24h' --order cost-desc",
        "weir views delete dear",
    ),
    arguments=arguments,
)
