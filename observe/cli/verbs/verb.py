"""What a verb of the command line is: its words, its examples, what it takes. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from keyword import iskeyword

from observe.cli.parser import Parser
from observe.problem import FAILED


class Needs(Enum):
    """What is made ready before a verb does its work."""

    NOTHING = auto()
    """No settings and no Django: it asks a server, or only prints."""
    SETTINGS = auto()
    """Django, set up."""
    DATABASE = auto()
    """Django, and a database that `weir prepare` has made."""


def takes_nothing(parser: Parser) -> None:
    """For a verb without arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """`weir NAME …`; `observe/cli/commands/NAME.py` does its work."""

    name: str
    about: str
    """The line in `weir --help`."""
    examples: tuple[str, ...]
    """Whole commands; at least one for each verb below it."""
    needs: Needs = Needs.NOTHING
    more: str = ""
    """What its own help says after the line."""
    arguments: Callable[[Parser], None] = takes_nothing
    is_raw: bool = False
    """Its words are another program's: they are not parsed."""
    takes_command: bool = False
    """What stands behind `--` is a command with arguments of its own."""
    failed: int = FAILED
    """Its exit code where another verb's is 1."""

    @property
    def module(self) -> str:
        name = self.name.replace("-", "_")
        return f"observe.cli.commands.{name}{'_' if iskeyword(name) else ''}"

    def parser(self) -> Parser:
        """Reads its arguments; every help, also of a verb below it, has an example."""
        told = f"{self.about[:1].upper()}{self.about[1:]}."
        parser = Parser(
            prog=f"weir {self.name}", description=f"{told} {self.more}".strip()
        )
        self.arguments(parser)
        for each in (parser, *parser.verbs.values()):
            words = f"{each.prog} "
            fitting = [e for e in self.examples if words in f"{e} "]
            each.show_examples(fitting)
        return parser


@dataclass(frozen=True, slots=True)
class Group:
    """Verbs that stand together in `weir --help`."""

    title: str
    verbs: tuple[Verb, ...]
