"""The verbs that `weir providers`, `routes` and `prices` have alike. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_server
from observe.remote.saved_kinds import KINDS

SAVING = ("show", "add", "edit", "remove", "export", "import")
ELSEWHERE = (
    "With --server, or WEIR_SERVER, they work on a Weir that runs elsewhere; else on"
    " the data directory, whether or not one runs."
)
_WHICH = {
    "providers": (("SLUG", "its slug"),),
    "routes": (("MATCH", "what it takes, its name or its id"),),
    "prices": (("PRICE", "PROVIDER/MODEL or its id"),),
}
_NEW = {
    "providers": (("slug", "first segment of its address"),),
    "routes": (("match", "a model's name, or its beginning with * behind"),),
    "prices": (
        ("provider", "whose price"),
        ("model", "the model's name, as the provider writes it"),
    ),
}
_LIKE = {
    "providers": "base_url=https://llm.example/v1",
    "routes": "provider=openai priority=40",
    "prices": "input=1.25 output=10",
}


def add_saving(parser: Parser, many: str) -> None:
    """To the verbs of one kind."""
    kind = KINDS[many]
    shown = parser.add_verb("show", f"one {kind.one}, every field")
    added = parser.add_verb("add", f"make a {kind.one}")
    edited = parser.add_verb("edit", f"change a {kind.one}: only what is named")
    removed = parser.add_verb("remove", f"delete a {kind.one}")
    for verb in (shown, edited, removed):
        for name, about in _WHICH[many]:
            verb.add_argument("which", metavar=name, help=about)
    for name, about in _NEW[many]:
        added.add_argument(name, metavar=name.upper(), help=about)
    for verb, least in ((added, "*"), (edited, "+")):
        verb.add_argument(
            "fields",
            nargs=least,
            metavar="NAME=VALUE",
            help=f"such as {_LIKE[many]}; `show` names them all; null is nothing",
        )
    removed.add_argument(
        "--yes", action="store_true", help="and what hangs on it, without asking"
    )
    _files(parser, many)
    if many == "prices":
        for verb in (edited, parser.verbs["import"]):
            verb.add_argument(
                "--yes",
                action="store_true",
                help="a rate may become more than three times as much, or a third",
            )
    for verb in (added, edited, removed):
        add_dry_run(verb)
    for name in SAVING:
        add_server(parser.verbs[name])


def _files(parser: Parser, many: str) -> None:
    exported = parser.add_verb("export", "write them as a file; no key is in it")
    exported.add_argument(
        "file", nargs="?", default="", metavar="FILE", help="default: what is printed"
    )
    exported.add_argument(
        "--all",
        action="store_true",
        dest="everything",
        help="also those that Weir made and nobody has edited",
    )
    imported = parser.add_verb("import", "make them as a file says")
    imported.add_argument("file", metavar="FILE", help="YAML or TOML")
    imported.add_argument(
        "--exact",
        action="store_true",
        help="what an entry leaves out gets its usual value, and what the file doesn't"
        " have goes, if it is your own",
    )
    add_dry_run(imported)
    for verb in (exported, imported):
        verb.add_argument(
            "--format",
            choices=("yaml", "toml"),
            default="",
            help="default: as the file is called, else YAML",
        )


def add_dry_run(parser: Parser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would change, change nothing"
    )
