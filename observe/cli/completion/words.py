"""What can be typed after `weir`, as a tree that a shell's script is written from.

Read out of the verbs' own parsers, so that no script lags behind. Pure.
"""

from __future__ import annotations

from argparse import Action
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from observe.cli.parser import Parser

FILES = ("FILE", "DIR")
"""What stands in a help for the name of a file."""


@dataclass(frozen=True, slots=True)
class Option:
    """`-o FILE`, `--json`"""

    flags: tuple[str, ...]
    about: str
    takes_value: bool
    choices: tuple[str, ...] = ()
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the words so far lead: `weir`, `weir runs`, `weir runs list`."""

    path: str
    """``, `/runs`, `/runs/list`"""
    words: tuple[tuple[str, str], ...]
    """What may come next, with what it says."""
    options: tuple[Option, ...]
    takes_file: bool = False


def places(verbs: Mapping[str, tuple[str, Parser]]) -> Iterator[Place]:
    """Each place once, the shortest first; `verbs` gives what each says and takes."""
    root = (Option(("--help", "-h"), "show the verbs", False),)
    version = (Option(("--version",), "show the version", False),)
    first = tuple((name, about) for name, (about, _) in verbs.items())
    yield Place("", (*first, ("help", "show the help of a verb")), root + version)
    yield Place("/help", first, ())
    for name, (_, parser) in verbs.items():
        yield _place(f"/{name}", parser)
        for below, its in parser.verbs.items():
            yield _place(f"/{name}/{below}", its)


def _place(path: str, parser: Parser) -> Place:
    positional = [each for each in parser.actions if not each.option_strings]
    verbs = {name: each.about for name, each in parser.verbs.items()}
    choices = [
        (str(choice), "")
        for action in positional
        if not parser.verbs
        for choice in action.choices or ()
    ]
    return Place(
        path,
        (*verbs.items(), *choices),
        tuple(_option(each, parser) for each in parser.actions if each.option_strings),
        any(_is_file(each) for each in positional),
    )


def _option(action: Action, parser: Parser) -> Option:
    return Option(
        tuple(action.option_strings),
        parser.help_of(action),
        action.nargs != 0,
        tuple(str(each) for each in action.choices or ()),
        _is_file(action),
    )


def _is_file(action: Action) -> bool:
    return action.metavar in FILES
