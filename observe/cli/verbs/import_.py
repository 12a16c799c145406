"""What `weir import` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb

FORMATS = (
    *("litellm", "llm-observe-proxy", "logging-proxy", "openproxy", "har"),
    *("helicone", "langfuse", "atif", "weir"),
)


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "place",
        metavar="FILE",
        help="a file, a folder, or a database by its address (postgresql://…)",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="",
        help="what it is, where its content doesn't tell",
    )
    parser.add_argument(
        "--run",
        default="",
        metavar="RUN",
        help="put the requests in this run, a new one if there is none of that name",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="read everything, record nothing"
    )
    parser.add_argument(
        "--errors",
        default="",
        metavar="FILE",
        help="where to list what could not be read (default: the first 20 are shown)",
    )
    add_json(parser)


VERB = Verb(
    name="import",
    about="record requests that another product kept",
    more="They appear with their own time, marked as imported. What is there already"
    " is passed over, so an import that was broken off is begun again. Keys in headers"
    " and bodies are masked.",
    examples=(
        "weir import spend-logs.json --dry-run",
        "weir import llm_observe_proxy.sqlite3 --format llm-observe-proxy",
        "weir import trace.har --run from-the-browser",
    ),
    needs=Needs.DATABASE,
    arguments=arguments,
    failed=1,
)
