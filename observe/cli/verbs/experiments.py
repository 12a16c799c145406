"""What `weir experiments` takes; the command behind `--` is kept apart before. Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server, count
from observe.cli.verbs.verb import Verb

KINDS = ("provider", "harness", "variant", "experiment", "task-card")
EXPERIMENT = "an experiment's name"


def arguments(parser: Parser) -> None:
    _of_the_folder(parser)
    _of_the_server(parser)
    _of_one(parser)
    _report(parser)
    _planning(parser)


def _of_the_folder(parser: Parser) -> None:
    parser.add_verb("init", "write a commented example that runs on weir-demo")
    parser.add_verb("validate", "check every file and what it refers to")
    parser.add_verb("schemas", "write JSON Schemas of the files, for editors")
    for each in parser.verbs.values():
        _dir(each)


def _of_the_server(parser: Parser) -> None:
    for verb, about in (
        ("load", "store what the folder says; each version once"),
        ("diff", "show what load would change"),
    ):
        each = parser.add_verb(verb, about)
        _dir(each)
        add_server(each)
    listed = parser.add_verb("list", "show what is loaded")
    listed.add_argument("--kind", choices=KINDS, default="", help="only those")
    shown = parser.add_verb("show", "show one definition and its versions")
    shown.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    shown.add_argument("name", metavar="NAME", help="what it is called")
    for each in (listed, shown):
        add_json(each)
        add_server(each)


def _of_one(parser: Parser) -> None:
    run = parser.add_verb("run", "run the sessions that are missing, in random order")
    run.add_argument("experiment", metavar="EXPERIMENT", help=EXPERIMENT)
    run.add_argument("--repeats", type=count, default=0, metavar="N", help="of each")
    run.add_argument("--variant", default="", metavar="NAME", help="only this one")
    run.add_argument(
        "--parallel", type=count, default=1, metavar="N", help="sessions at a time"
    )
    run.add_argument("--operator", default="", metavar="TEXT", help="who runs it")
    add_server(run)


def _planning(parser: Parser) -> None:
    plan = parser.add_verb("plan", "say how many repeats a difference needs")
    plan.add_argument("experiment", metavar="EXPERIMENT", help=EXPERIMENT)
    plan.add_argument(
        "--effect", type=_share, required=True, metavar="SHARE", help="such as 10%%"
    )
    plan.add_argument(
        "--metric", default="", metavar="NAME", help="the primary one, else cost_usd"
    )
    plan.add_argument(
        "--spread",
        type=_share,
        default=None,
        metavar="SHARE",
        help="how much sessions differ; of those recorded, unless told",
    )
    add_json(plan)
    add_server(plan)
    made = parser.add_verb("simulate", "count verdicts over made-up experiments")
    for name, default, about in (
        ("experiments", 1000, "how many"),
        ("tasks", 2, "of each"),
        ("repeats", 5, "of each arm on each task"),
        ("arms", 2, "of each"),
    ):
        made.add_argument(
            f"--{name}",
            type=count,
            default=default,
            metavar="N",
            help=f"{about} (default: %(default)s)",
        )
    made.add_argument(
        "--spread", type=_share, default=0.3, metavar="SHARE", help="30%% unless told"
    )
    made.add_argument(
        "--effect",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="by which the second arm costs more; none unless told: all are the same",
    )


def _share(text: str) -> float:
    """`10%` or `0.1`."""
    try:
        number = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = 0.0
    if not 0 < number <= 10:
        raise ArgumentTypeError(f"it must be a share such as 10% or 0.1, not {text!r}")
    return number


def _report(parser: Parser) -> None:
    told = parser.add_verb("report", "show the variants side by side, and what differs")
    told.add_argument("experiment", metavar="EXPERIMENT", help=EXPERIMENT)
    told.add_argument(
        "--format",
        choices=("markdown", "html", "json", "csv"),
        default="markdown",
        help="markdown unless told; csv has a line a session",
    )
    told.add_argument(
        *("-o", "--output"), default="", metavar="FILE", help="a file to write to"
    )
    add_server(told)


def _dir(parser: Parser) -> None:
    parser.add_argument(
        "--dir",
        default="",
        metavar="DIR",
        help="the folder of definitions (default: WEIR_EXPERIMENTS_DIR, else "
        "experiments)",
    )


VERB = Verb(
    name="experiments",
    about="compare providers, models and harnesses by repeated sessions",
    examples=(
        "weir experiments init",
        "weir experiments validate",
        "weir experiments load",
        "weir experiments schemas",
        "weir experiments diff",
        "weir experiments list --kind variant",
        "weir experiments show experiment demo",
        "weir experiments run demo",
        "weir experiments run demo --repeats 5 -- ./agent.sh",
        "weir experiments report demo --format html -o demo.html",
        "weir experiments plan demo --effect 10%",
        "weir experiments simulate --experiments 200 --effect 30%",
    ),
    more="docs/experiments.md tells the whole way.",
    arguments=arguments,
    takes_command=True,
)
