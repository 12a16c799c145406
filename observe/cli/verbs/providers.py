"""What `weir providers` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server
from observe.cli.verbs.saving import ELSEWHERE, add_saving
from observe.cli.verbs.verb import Needs, Verb


def arguments(parser: Parser) -> None:
    listed = parser.add_verb("list", "all providers")
    listed.add_argument("--search", default="", metavar="TEXT", help="only with it")
    add_server(listed)
    tested = parser.add_verb("test", "ask one for its models, with its key")
    tested.add_argument(
        "slug", metavar="SLUG", help="a provider, or all for every active one"
    )
    add_saving(parser, "providers")
    for verb in parser.verbs.values():
        add_json(verb)


VERB = Verb(
    name="providers",
    about="list, edit, export and import providers; ask one for a sign",
    examples=(
        "weir providers list",
        "weir providers test openai",
        "weir providers show openai",
        "weir providers add gateway base_url=https://llm.example/v1 api_key_env=GW_KEY",
        "weir providers edit gateway read_timeout_s=60 active=false",
        "weir providers remove gateway --dry-run",
        "weir providers export providers.yaml",
        "weir providers import providers.yaml --dry-run",
    ),
    needs=Needs.DATABASE,
    more=ELSEWHERE,
    arguments=arguments,
)
