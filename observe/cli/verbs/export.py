"""What `weir export` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_server
from observe.cli.verbs.verb import Verb
from observe.remote.filters import add_filters


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "run",
        nargs="?",
        default="",
        metavar="RUN",
        help="its id, the start of it, or its name",
    )
    parser.add_argument(
        "--format",
        default="",
        metavar="NAME",
        help="csv, jsonl, har, http, parquet, html, atif (default: by the file's name)",
    )
    parser.add_argument(
        "-o",
        "--output",
        default="",
        metavar="FILE",
        help="where to; - is standard output (default: the server names it)",
    )
    parser.add_argument(
        "--without-content", action="store_true", help="leave the bodies out"
    )
    add_server(parser)
    filters = parser.add_argument_group("filters, without a run")
    add_filters(filters, without=("run",))


VERB = Verb(
    name="export",
    about="save a run, or the requests that filters leave, as a file",
    examples=(
        "weir export nightly -o nightly.har",
        "weir export --model gpt-4o --after 2026-01-01 --format csv -o -",
    ),
    arguments=arguments,
)
