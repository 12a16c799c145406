"""What `weir what-if` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server
from observe.cli.verbs.verb import Verb
from observe.remote.filters import add_filters


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "run",
        nargs="?",
        default="",
        metavar="RUN",
        help="a run's id, its start, or name",
    )
    parser.add_argument("--run", dest="named", default="", metavar="RUN", help="as RUN")
    parser.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="PROVIDER/MODEL",
        help="at whose prices; may be repeated",
    )
    add_filters(parser.add_argument_group("filters"), without=("run", "model"))
    add_json(parser)
    add_server(parser)


VERB = Verb(
    name="what-if",
    about="say what requests would have cost with other models",
    examples=(
        "weir what-if nightly --model openai/gpt-5-mini --model xai/grok-4",
        "weir what-if --conversation 7 --model deepseek/deepseek-chat",
        "weir what-if --provider openai --model openai/gpt-5-nano",
    ),
    arguments=arguments,
)
