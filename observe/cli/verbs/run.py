"""What `weir run` takes; the command behind `--` is kept apart before. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_run, add_server
from observe.cli.verbs.verb import Verb
from observe.problem import RUN_FAILED
from observe.remote import limits
from observe.remote.reports import add_report_flags


def arguments(parser: Parser) -> None:
    parser.usage = "weir run [options] [limits] -- COMMAND [ARGUMENT …]"
    parser.add_argument(
        "--name", default="", metavar="TEXT", help="default: the command's name"
    )
    add_run(parser)
    parser.add_argument(
        "--keys",
        choices=("auto", "run", "own"),
        default="auto",
        help="whose keys the command gets (auto: the run's, but your own where only "
        "you have one for a provider)",
    )
    parser.add_argument(
        "--wait",
        type=float,
        default=30.0,
        metavar="S",
        help="seconds for the last records (default: %(default)g)",
    )
    parser.add_argument(
        "--data-dir",
        default="",
        metavar="DIR",
        help="of a server that is started for the duration",
    )
    add_server(parser)
    limits.add_flags(parser)
    add_report_flags(parser)


VERB = Verb(
    name="run",
    about="run a command whose LLM calls are a run, within limits",
    examples=(
        "weir run -- ./agent.sh",
        "weir run --name agents --max-cost 0.50 --max-error-rate 0 -- pytest tests",
    ),
    more="Starts a server for the duration when none runs. Ends with the command's "
    "exit code; 3 when it succeeded but a limit was broken; 125 when Weir itself "
    "failed.",
    arguments=arguments,
    takes_command=True,
    failed=RUN_FAILED,
)
