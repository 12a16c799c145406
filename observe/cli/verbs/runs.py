"""What `weir runs` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_limit, add_run, add_server
from observe.cli.verbs.verb import Verb

CHANGES = {
    "pause": "stop taking requests for a while (default: the active global run)",
    "resume": "take requests again",
    "end": "no further requests (default: the active global run)",
}
RUN = "its id, the start of it, or its name"


def arguments(parser: Parser) -> None:
    _reading(parser)
    started = parser.add_verb(
        "start", "start one that takes every request that names no run"
    )
    started.add_argument("name", metavar="NAME", help="what it is called")
    started.add_argument(
        "--key",
        action="store_true",
        help="it takes only requests with its key, which is printed once",
    )
    add_run(started)
    for verb, about in CHANGES.items():
        changed = parser.add_verb(verb, about)
        nargs = None if verb == "resume" else "?"
        changed.add_argument("run", nargs=nargs, metavar="RUN", help=RUN)
    deleted = parser.add_verb("delete", "remove one; its requests stay")
    deleted.add_argument("run", metavar="RUN", help=RUN)
    deleted.add_argument("--with-requests", action="store_true", help="them too")
    for each in parser.verbs.values():
        add_json(each)
        add_server(each)


def _reading(parser: Parser) -> None:
    listed = parser.add_verb("list", "the newest first")
    listed.add_argument(
        "--state", choices=("active", "paused", "ended"), help="only those"
    )
    listed.add_argument("--tag", default="", metavar="WORD", help="only those with it")
    listed.add_argument("--q", default="", metavar="TEXT", help="part of the name")
    add_limit(listed, 30)
    shown = parser.add_verb("show", "one run and its figures")
    shown.add_argument("run", metavar="RUN", help=RUN)
    compared = parser.add_verb("compare", "two or more side by side")
    compared.add_argument(
        "run", nargs="+", metavar="RUN", help="commas join several runs into one side"
    )
    compared.add_argument(
        "--primary",
        default="",
        metavar="METRIC",
        help="one chosen beforehand, as cost_usd: it needs no share for the others",
    )


VERB = Verb(
    name="runs",
    about="list, show, start, pause, resume, end, delete and compare runs",
    examples=(
        "weir runs list --state active",
        "weir runs show nightly",
        "weir runs compare main branch",
        'weir runs start "by hand" --tag try',
        "weir runs pause",
        'weir runs resume "by hand"',
        "weir runs end",
        'weir runs delete "by hand" --with-requests',
    ),
    arguments=arguments,
)
