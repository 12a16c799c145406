"""What `weir --help` prints: the verbs in their groups, a line and an example each.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from observe.cli.verbs import GROUPS, VERBS, Group
from observe.colour import DIM, paint

HEAD = """\
usage: weir VERB [options]

Weir forwards LLM traffic, records it, and shows what went through.
"""
FOOT = """
`weir VERB --help` says what a verb takes. README.md has the settings.
"""


def text(out: TextIO) -> str:
    return "\n".join((HEAD, *(_group(each, out) for each in GROUPS))) + FOOT


def _group(group: Group, out: TextIO) -> str:
    return "\n".join((group.title, *_lines(group, out), ""))


def _lines(group: Group, out: TextIO) -> Iterator[str]:
    width = max(map(len, VERBS))
    for verb in group.verbs:
        yield f"  {verb.name:<{width}}  {verb.about}"
        yield paint(out, DIM, f"  {'':<{width}}    {verb.examples[0]}")
