"""What `weir routes` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server
from observe.cli.verbs.saving import ELSEWHERE, add_saving
from observe.cli.verbs.verb import Needs, Verb


def arguments(parser: Parser) -> None:
    listed = parser.add_verb("list", "all routes, in the order they are asked")
    listed.add_argument("--search", default="", metavar="TEXT", help="only with it")
    add_server(listed)
    told = parser.add_verb("explain", "where a request would go, and why")
    told.add_argument(
        "--model", default="", metavar="NAME", help="the model in its body"
    )
    told.add_argument(
        "--path",
        default="/v1/chat/completions",
        metavar="PATH",
        help="default: %(default)s",
    )
    told.add_argument(
        "--method", default="POST", metavar="WORD", help="default: %(default)s"
    )
    told.add_argument("--host", default="", metavar="NAME", help="the Host header")
    told.add_argument(
        "--key",
        default="",
        metavar="TEXT",
        help="the client's key, or only its beginning, such as sk-ant-",
    )
    seeded = parser.add_verb("seed", "make a route for every model with a price")
    seeded.add_argument(
        "--provider", default="", metavar="SLUG", help="only this one's"
    )
    seeded.add_argument(
        "--refresh", action="store_true", help="also rewrite what it made before"
    )
    seeded.add_argument(
        "--dry-run", action="store_true", help="say what would be done, change nothing"
    )
    parser.add_verb("check", "find routes that can never match")
    add_saving(parser, "routes")
    for verb in parser.verbs.values():
        add_json(verb)


VERB = Verb(
    name="routes",
    about="list, explain, edit, export, import, seed and check routes",
    examples=(
        "weir routes list --search gpt",
        "weir routes explain --model gpt-4o-mini",
        "weir routes seed --dry-run",
        "weir routes check",
        "weir routes show gpt-5",
        "weir routes add gpt-5 provider=openai upstream_model=gpt-5-mini",
        "weir routes edit gpt-5 priority=40",
        "weir routes remove gpt-5",
        "weir routes export routes.toml",
        "weir routes import routes.toml --exact --dry-run",
    ),
    needs=Needs.DATABASE,
    more=ELSEWHERE,
    arguments=arguments,
)
