"""What `weir session` takes; the command behind `--` is kept apart before. Pure."""

from __future__ import annotations

from pathlib import Path

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_limit, add_server
from observe.cli.verbs.verb import Verb

FORMATS = ("shell", "fish", "powershell", "json", "toml", "dotenv")
RESULTS = ("harbor", "inspect", "swe-bench", "junit", "csv")
STATUSES = ("completed", "failed", "aborted")
SESSION = "its id, the start of it, or its label"


def arguments(parser: Parser) -> None:
    _beginning(parser)
    shown = parser.add_verb("env", "print what points its harness at Weir")
    shown.add_argument("session", metavar="SESSION", help=SESSION)
    shown.add_argument(
        "--format",
        choices=FORMATS,
        default="shell",
        help="shell unless told; json and toml are the harness's own file, where it has"
        " one",
    )
    run = parser.add_verb("run", "run a command as it, and end it")
    run.add_argument("session", metavar="SESSION", help=SESSION)
    one = parser.add_verb("show", "one session, its versions, scores and figures")
    one.add_argument("session", metavar="SESSION", help=SESSION)
    _list(parser)
    _export(parser)
    _ending(parser)
    for name, each in parser.verbs.items():
        if name not in ("env", "run", "export"):
            add_json(each)
        add_server(each)


def _beginning(parser: Parser) -> None:
    begun = parser.add_verb("create", "begin one by hand, with a key of its own")
    for name, about in (
        ("experiment", "its name"),
        ("variant", "one of the experiment's"),
        ("task-card", "one of the experiment's"),
    ):
        begun.add_argument(f"--{name}", required=True, metavar="NAME", help=about)
    begun.add_argument("--harness", default="", metavar="NAME", help="the variant's")
    begun.add_argument(
        "--repeat",
        type=int,
        default=None,
        metavar="N",
        help="the next one, unless told",
    )
    for name, about in (
        ("label", "what it is called"),
        ("notes", "free text"),
        ("operator", "who runs it (default: the user's name)"),
    ):
        begun.add_argument(f"--{name}", default="", metavar="TEXT", help=about)


def _list(parser: Parser) -> None:
    listed = parser.add_verb("list", "the newest first")
    listed.add_argument("--experiment", default="", metavar="NAME", help="only its own")
    listed.add_argument(
        "--status", choices=("open", *STATUSES), default="", help="only those"
    )
    add_limit(listed, 200)


def _export(parser: Parser) -> None:
    saved = parser.add_verb("export", "save them as a table, a line each")
    saved.add_argument("--experiment", default="", metavar="NAME", help="only its own")
    saved.add_argument(
        "--format", choices=("csv", "json"), default="csv", help="csv unless told"
    )
    saved.add_argument(
        *("-o", "--output"),
        default="",
        metavar="FILE",
        help="where to; - is standard output (default: that in a pipe; on a terminal a"
        " file that the server names)",
    )


def _ending(parser: Parser) -> None:
    ended = parser.add_verb("finalize", "end one with its status")
    ended.add_argument("session", metavar="SESSION", help=SESSION)
    ended.add_argument(
        "--status", choices=STATUSES, default="completed", help="completed unless told"
    )
    _scoring(parser)
    deleted = parser.add_verb("delete", "remove one, with its requests")
    deleted.add_argument("session", metavar="SESSION", help=SESSION)


def _scoring(parser: Parser) -> None:
    scored = parser.add_verb("score", "say how well one did, or many from a file")
    scored.add_argument(
        "session", nargs="?", default="", metavar="SESSION", help=SESSION
    )
    scored.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="of the measure, as tests"
    )
    scored.add_argument(
        "value",
        nargs="?",
        default="",
        metavar="VALUE",
        help="a number, or pass, or fail; both as 0.9:pass",
    )
    scored.add_argument(
        "--from",
        dest="file",
        type=Path,
        default=None,
        metavar="FILE",
        help="a file of results, or a folder of such: each goes to its own session by"
        " id, run key or task; with SESSION all go to that one",
    )
    scored.add_argument(
        "--results",
        choices=RESULTS,
        default="",
        help="what the file is, where its content doesn't tell",
    )
    for name in ("experiment", "variant"):
        scored.add_argument(
            f"--{name}", default="", metavar="NAME", help="only sessions of this one"
        )


VERB = Verb(
    name="session",
    about="begin, drive, score and end one session of an experiment",
    examples=(
        "weir session list --experiment demo",
        "weir session export --experiment demo --format csv -o sessions.csv",
        "weir session create --experiment demo --variant demo-fast --task-card plan",
        'eval "$(weir session env 01a1)"',
        "weir session run 01a1 -- claude",
        "weir session show 01a1",
        "weir session finalize 01a1 --status completed",
        "weir session score 01a1 tests 0.9:pass",
        "weir session score --from jobs/ --experiment demo",
        "weir session delete 01a1",
    ),
    arguments=arguments,
    takes_command=True,
)
