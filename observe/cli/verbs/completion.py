"""What `weir completion` takes. Pure."""

from __future__ import annotations

from observe.cli.completion import SHELLS
from observe.cli.parser import Parser
from observe.cli.verbs.verb import Verb


def arguments(parser: Parser) -> None:
    parser.add_argument("shell", choices=tuple(SHELLS), help="the one to write it for")


VERB = Verb(
    name="completion",
    about="print what completes verbs and options in your shell",
    examples=(
        'eval "$(weir completion bash)"      # in ~/.bashrc',
        'eval "$(weir completion zsh)"       # in ~/.zshrc',
        "weir completion fish | source       # in config.fish",
    ),
    arguments=arguments,
)
