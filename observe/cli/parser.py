"""argparse with Weir's words: a bad argument is one sentence and a hint. Pure."""

from __future__ import annotations

from argparse import (
    Action,
    ArgumentError,
    ArgumentParser,
    HelpFormatter,
    Namespace,
    _SubParsersAction,
)
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from observe.nearest import did_you_mean
from observe.problem import BadUsage

REQUIRED = "the following arguments are required: "
UNKNOWN = "unrecognized arguments: "


class Help(HelpFormatter):
    """Text is wrapped; lines that begin with a blank (examples) stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n  " in text:
            return text
        return super()._fill_text(text, width, indent)

    def _format_action(self, action: Action) -> str:
        told = super()._format_action(action)
        # The verbs stand below their heading, without a line that says VERB.
        return told.partition("\n")[2] if action.metavar == "VERB" else told


class Parser(ArgumentParser):
    """Of one verb, or of a verb below it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", Help)
        # `--max-co` would mean another thing on the day a second such flag comes.
        super().__init__(allow_abbrev=False, **options)
        self.about = ""
        """Its line where the verb above lists it."""
        self.verbs: dict[str, Parser] = {}

    def add_verb(self, name: str, about: str) -> Parser:
        """`weir NAME VERB`: a parser of its own."""
        if not self.verbs:
            self._below: _SubParsersAction[Parser] = self.add_subparsers(
                dest="verb", required=True, metavar="VERB", title="verbs"
            )
        told = f"{about[:1].upper()}{about[1:]}."
        below = self._below.add_parser(name, help=about, description=told)
        below.about = about
        self.verbs[name] = below
        return below

    @property
    def actions(self) -> Sequence[Action]:
        """Its arguments, `--help` too."""
        return self._actions

    def help_of(self, action: Action) -> str:
        """What its help says about an argument, on one line."""
        if not action.help:
            return ""
        return self._get_formatter()._expand_help(action)

    def show_examples(self, examples: Sequence[str]) -> None:
        self.epilog = "\n  ".join(("examples:", *examples)) if examples else None

    def parse_known_args(  # type: ignore[override]  # its overloads
        self, args: Sequence[str] | None = None, namespace: Namespace | None = None
    ) -> tuple[Namespace, list[str]]:
        """A verb below another tells itself what it does not take: its own help, not
        the upper one's, says what it does."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown and not self.verbs:
            self.error(f"{UNKNOWN}{' '.join(unknown)}")
        return known, unknown

    def error(self, message: str) -> NoReturn:
        hint = f"`{self.prog} --help` shows what it takes."
        raise BadUsage(self._sentence(message), hint=hint)

    def _sentence(self, message: str) -> str:
        if message.startswith(REQUIRED):
            missing = message.removeprefix(REQUIRED)
            choices = f": {', '.join(self.verbs)}" if self.verbs else ""
            return f"{self.prog} needs {missing}{choices}."
        if message.startswith(UNKNOWN):
            word = message.removeprefix(UNKNOWN).split()[0]
            message = f"{self.prog} does not take {word}{self._near(word)}"
        told = message.removeprefix("argument ").rstrip(".")
        return told if told.endswith("?") else f"{told}."

    def _near(self, word: str) -> str:
        return did_you_mean(word.partition("=")[0], tuple(self._flags()))

    def _flags(self) -> Iterator[str]:
        for parser in (self, *self.verbs.values()):
            yield from parser._option_string_actions

    def _check_value(self, action: Action, value: Any) -> None:
        choices = [str(each) for each in action.choices or ()]
        if not choices or str(value) in choices:
            return
        near = did_you_mean(str(value), choices)
        if action.dest == "verb":
            self.error(f"There is no “{self.prog} {value}”{near}")
        named = "" if near else f"; it is one of {', '.join(choices)}"
        raise ArgumentError(action, f"it can't be {value!r}{near or named}")
