"""What `weir gate` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server
from observe.cli.verbs.verb import Verb
from observe.remote import limits
from observe.remote.reports import add_report_flags


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "run", metavar="RUN", help="its id, the start of it, or its name"
    )
    add_json(parser)
    add_server(parser)
    limits.add_flags(parser)
    add_report_flags(parser)


VERB = Verb(
    name="gate",
    about="hold a recorded run to limits, or against another run",
    examples=(
        "weir gate nightly --max-cost 0.50 --max-p95-ms 8s",
        "weir gate nightly --baseline main --tolerance 10% --json",
    ),
    more="Ends with exit code 3 when a limit is broken.",
    arguments=arguments,
)
