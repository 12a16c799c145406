"""YAML as plain values, and on which line each of them stands. Pure.

Read by PyYAML's safe loader: no tag makes an object. `folder.py` tells errors with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Place = tuple[str | int, ...]
LARGEST = 256 * 1024


class BadYaml(Exception):
    """What can't be read at all."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Document:
    value: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Of the nearest thing around it that stands anywhere."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(text: str) -> Document:
    """Raises BadYaml."""
    if len(text) > LARGEST:
        raise BadYaml(1, "it is larger than 256 KiB")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            raise BadYaml(1, "it is empty")
        lines = dict(_lines(root, (), set()))
        return Document(yaml.safe_load(text), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BadYaml(line, error.problem or "it is no YAML") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadYaml(1, str(error).splitlines()[0]) from None


def _lines(
    node: yaml.Node, place: Place, told: set[int]
) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if id(node) in told:
        return  # an alias: aliases of aliases would be told without end
    told.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                raise BadYaml(line, f"{name} stands there twice")
            seen.add(name)
            yield from _lines(value, (*place, name), told)
            yield (*place, name), line
    elif isinstance(node, yaml.SequenceNode):
        for index, each in enumerate(node.value):
            yield from _lines(each, (*place, index), told)
