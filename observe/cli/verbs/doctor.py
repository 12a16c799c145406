"""What `weir doctor` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json
from observe.cli.verbs.verb import Needs, Verb


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "--all", action="store_true", help="a line for what is well, too"
    )
    add_json(parser)


VERB = Verb(
    name="doctor",
    about="check settings, database, journal and upstreams; say what to do",
    examples=("weir doctor", "weir doctor --all", "weir doctor --json"),
    needs=Needs.SETTINGS,
    more="Ends with exit code 1 when something fails; warnings alone leave it 0.",
    arguments=arguments,
)
