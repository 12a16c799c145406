"""What `weir alerts` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server
from observe.cli.verbs.verb import Verb


def arguments(parser: Parser) -> None:
    parser.add_verb("list", "what is watched, what fires, and who was told")
    added = parser.add_verb("add", "a new alert")
    _named(added)
    added.add_argument(
        "condition", metavar="CONDITION", help="such as 'errors > 5%% over 10m'"
    )
    added.add_argument(
        "--where", default="", metavar="…", help="the filter language (docs/filters.md)"
    )
    added.add_argument(
        "--view", default="", metavar="NAME", help="take a saved view's filter"
    )
    added.add_argument(
        "--url", default="", metavar="URL", help="webhook that is told by a POST"
    )
    added.add_argument(
        "--hold", default=0, type=int, metavar="S", help="seconds it must be so"
    )
    _named(parser.add_verb("remove", "forget an alert and its messages"))
    _named(parser.add_verb("test", "send a test message to its receivers"))
    for verb in parser.verbs.values():
        add_json(verb)
        add_server(verb)


def _named(verb: Parser) -> None:
    verb.add_argument("name", metavar="NAME", help="what it is called")


VERB = Verb(
    name="alerts",
    about="list, add, remove and test alerts",
    examples=(
        "weir alerts list",
        "weir alerts add errors 'errors > 5% over 10m' --where 'provider:openai'",
        "weir alerts test errors",
        "weir alerts remove errors",
    ),
    arguments=arguments,
)
