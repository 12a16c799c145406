"""Every verb's help: consistent, with examples that parse, and nothing of Django's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from observe.cli.main import named, read
from observe.cli.parser import Parser
from observe.cli.verbs import GROUPS, VERBS, Verb
from observe.problem import BadUsage

DJANGOS = ("--settings", "--pythonpath", "--traceback", "--no-color", "--skip-checks")


def parsers() -> Iterator[Parser]:
    """Of every verb, and of every verb below one."""
    for verb in VERBS.values():
        parser = verb.parser()
        yield parser
        yield from parser.verbs.values()


def words_of(example: str) -> list[str]:
    """`weir runs list` out of a line for a shell."""
    line = re.sub(r'^eval "\$\((.*)\)"', r"\1", example).partition(" |")[0]
    return shlex.split(line, comments=True)[1:]


def test_help_has_an_example_and_nothing_of_djangos() -> None:
    for parser in parsers():
        told = parser.format_help()
        assert "examples:\n  " in told, parser.prog
        assert not [flag for flag in DJANGOS if flag in told], parser.prog


def test_every_argument_says_what_it_is() -> None:
    silent = [
        (parser.prog, each.dest)
        for parser in parsers()
        for each in parser.actions
        if not each.help and each.dest != "verb"
    ]
    assert silent == []


def test_a_default_is_told_in_one_way() -> None:
    helps = [
        (parser.prog, parser.help_of(each))
        for parser in parsers()
        for each in parser.actions
    ]
    odd = [each for each in helps if re.search(r"\(default [^:]|%\(", each[1])]
    assert odd == []


@pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: str(verb.name))
def test_examples_are_commands_of_the_verb_that_parse(verb: Verb) -> None:
    told = f"{verb.parser().format_help()}\n"
    for example in verb.examples:
        name, *rest = words_of(example)
        assert named(name) is verb
        read(verb, rest)
        assert f"  {example}\n" in told


def test_a_line_fits_beside_the_names() -> None:
    for verb in VERBS.values():
        assert len(verb.about) <= 66, verb.name
        assert not verb.about.endswith("."), verb.name


def test_a_verb_stands_in_one_group() -> None:
    listed = [verb.name for group in GROUPS for verb in group.verbs]
    assert sorted(listed) == sorted(VERBS)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("srve", "There is no verb “srve”; did you mean serve?"),
        ("migrate", "There is no verb “migrate”."),
        ("runs", "weir runs needs VERB: list, show, compare, start,"),
        ("runs lsit", "There is no “weir runs lsit”; did you mean list?"),
        ("runs list --jso", "weir runs list does not take --jso; did you mean --json?"),
        ("runs list --state=open", "--state: it can't be 'open'; it is one of active,"),
        ("runs list --state=activ", "it can't be 'activ'; did you mean active?"),
        ("runs list --limit many", "--limit: it must be a whole number above 0, not"),
        ("gate", "weir gate needs RUN."),
        ("run --max-co 1", "weir run does not take --max-co; did you mean --max-cost?"),
        ("resend --speed fast", "--speed: it must be a number above 0, not 'fast'."),
        ("demo --minutes 0", "--minutes: it must be a number above 0, not '0'."),
        ("token create x --expires soon", "'soon' is not a time such as 12h, 30d"),
    ],
)
def test_what_is_wrong_with_an_argument_is_a_sentence_and_a_hint(
    line: str, said: str
) -> None:
    name, *rest = line.split()
    with pytest.raises(BadUsage) as refused:
        read(named(name), rest)
    assert said in str(refused.value)
    assert refused.value.exit_code == 2
    assert refused.value.hint.startswith("`weir ")


def test_what_stands_behind_the_dashes_is_the_commands() -> None:
    options = read(VERBS["run"], ["--name", "n", "--", "pytest", "--name", "--", "x"])
    assert options["command"] == ["pytest", "--name", "--", "x"]
    assert options["name"] == "n"
