"""A verb in this process, on the test's own database; what it wrote and its code."""

from __future__ import annotations

import io
from dataclasses import dataclass

from observe.cli import main as cli
from observe.cli.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Told:
    out: str
    err: str
    code: int


def weir(*words: str) -> Told:
    """`weir WORDS…`; what would end it is raised as it is."""
    out, err = io.StringIO(), io.StringIO()
    verb = cli.named(words[0])
    code = cli.perform(verb, cli.read(verb, words[1:]), Terminal(out, err))
    return Told(out.getvalue(), err.getvalue(), code)
