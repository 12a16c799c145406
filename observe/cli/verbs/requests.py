"""What `weir requests` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_limit, add_order, add_server
from observe.cli.verbs.verb import Verb
from observe.remote.filters import add_filters
from runs.record import Side

SIDES = (Side.REQUEST.value, Side.RESPONSE.value)
"""What the client sent and got; the others are rarely another text."""


def arguments(parser: Parser) -> None:
    listed = parser.add_verb("list", "the newest, narrowed by filters")
    add_limit(listed, 30)
    add_order(listed)
    shown = parser.add_verb("show", "everything about one request")
    shown.add_argument("id", metavar="ID", help="its id, or the start of it")
    shown.add_argument(
        "--body", choices=SIDES, help="print these bytes and nothing else"
    )
    followed = parser.add_verb("tail", "print each request when it ends")
    followed.add_argument(
        "--last",
        type=int,
        default=10,
        metavar="N",
        help="begin with so many (default: %(default)s)",
    )
    for narrowed in (listed, followed):
        add_filters(narrowed.add_argument_group("filters"))
    for verb in parser.verbs.values():
        add_json(verb)
        add_server(verb)


VERB = Verb(
    name="requests",
    about="list captured requests, show one, or follow them as they come",
    examples=(
        "weir requests list --error 1 --limit 5",
        "weir requests list --where after:24h --order cost-desc",
        "weir requests show 01980f3a --body response",
        "weir requests tail --model gpt-4o-mini",
    ),
    arguments=arguments,
)
