"""What `weir alerts` takes. Pure."""

from __future__ import annotations

from observe.cli.parser import Parser
from observe.cli.verbs.flags import add_json, add_server
from observe.cli.verbs.verb import Verb


def arguments(parser: Parser) -> None:
    parser.add_verb("list", "what is watched, what fires, and who was told")
    added = parser.add_verb("add", "a new alert")
    _named(added)
    _condition(added)
    _receiver(_numbers(_filtered(added)))
    changed = parser.add_verb("change", "what is named, and nothing else")
    _named(changed)
    changed.add_argument("--condition", metavar="CONDITION", help="another condition")
    changed.add_argument("--rename", metavar="NAME", help="another name")
    _receiver(_numbers(_filtered(changed)))
    previewed = parser.add_verb("preview", "what a condition comes to, and came to")
    _condition(previewed)
    _numbers(previewed).add_argument("--where", metavar="…", help=WHERE)
    _named(parser.add_verb("test", "send a test message, show what was answered"))
    _named(parser.add_verb("pause", "look no more, tell nobody"))
    _named(parser.add_verb("resume", "look again"))
    _named(parser.add_verb("remove", "forget an alert and its messages"))
    for verb in parser.verbs.values():
        add_json(verb)
        add_server(verb)


WHERE = "the filter language (docs/filters.md)"


def _named(verb: Parser) -> None:
    verb.add_argument("name", metavar="NAME", help="what it is called")


def _condition(verb: Parser) -> None:
    verb.add_argument(
        "condition", metavar="CONDITION", help="such as 'errors > 5%% over 10m'"
    )


def _filtered(verb: Parser) -> Parser:
    verb.add_argument("--where", metavar="…", help=WHERE)
    verb.add_argument("--view", metavar="NAME", help="take a saved view's filter")
    return verb


def _numbers(verb: Parser) -> Parser:
    verb.add_argument("--hold", type=int, metavar="S", help="seconds it must be so")
    verb.add_argument(
        "--min-requests", type=int, metavar="N", help="fewest for a share or percentile"
    )
    return verb


def _receiver(verb: Parser) -> None:
    verb.add_argument("--url", metavar="URL", help="webhook that is told by a POST")
    verb.add_argument(
        "--secret",
        action="store_true",
        help="sign it with the secret on standard input; an empty line forgets it",
    )


VERB = Verb(
    name="alerts",
    about="what is watched, and who is told: add, preview, test, pause",
    examples=(
        "weir alerts list",
        "weir alerts add errors 'errors > 5% over 10m' --where 'provider:openai'",
        "weir alerts preview 'cost > $20 a day'",
        "weir alerts change errors --hold 60",
        "weir alerts test errors",
        "weir alerts pause errors",
        "weir alerts resume errors",
        "weir alerts remove errors",
    ),
    arguments=arguments,
)
