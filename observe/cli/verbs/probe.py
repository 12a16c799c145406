"""What `weir probe` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server
from observe.cli.verbs.verb import Verb

KINDS = ("simple", "tools", "image", "stream")
"""As `proxy/own_calls/tries.py` has them; a test holds the two together."""


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "model", nargs="?", default="", metavar="MODEL", help="as a client would ask"
    )
    parser.add_argument(
        "--provider",
        default="",
        metavar="SLUG",
        help="at this one (default: as the model is routed)",
    )
    parser.add_argument(
        "--kind",
        choices=(*KINDS, "all"),
        default="simple",
        help="what to try (default: %(default)s)",
    )
    parser.add_argument(
        "--prompt", default="", metavar="TEXT", help="other words than the usual"
    )
    add_json(parser)
    add_server(parser)


VERB = Verb(
    name="probe",
    about="try a model with words, a tool, a picture, a stream",
    more="It goes through the proxy as a client's call does, and is captured.",
    examples=(
        "weir probe gpt-5-mini",
        "weir probe claude-haiku-4-5 --provider anthropic --kind all",
    ),
    arguments=arguments,
)
