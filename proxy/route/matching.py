"""Which rules take a model or a path, found without asking each of them. Pure.

Thousands of routes cost a request what one costs: `proxy/route/rules.py` arranges them
once for each table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy.route.rules import PatternRule, Rule


@dataclass(frozen=True, slots=True)
class ModelIndex:
    """Rules by the model's name that they take, or its beginning."""

    exact: Mapping[str, tuple[Rule, ...]]
    beginnings: Mapping[str, tuple[Rule, ...]]
    sizes: tuple[int, ...]
    """How long beginnings are, the shortest first."""

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> ModelIndex:
        """Of rules in order, those of other kinds left out."""
        exact: dict[str, list[Rule]] = {}
        beginnings: dict[str, list[Rule]] = {}
        for rule in rules:
            kind = str(rule.kind)
            if kind == "exact":
                exact.setdefault(rule.match, []).append(rule)
            elif kind == "prefix":
                beginnings.setdefault(rule.literal, []).append(rule)
        return cls(
            {name: tuple(found) for name, found in exact.items()},
            {name: tuple(found) for name, found in beginnings.items()},
            tuple(sorted({len(name) for name in beginnings})),
        )

    def taking(self, model: str) -> list[Rule]:
        """All that take it, the first in order first."""
        found = list(self.exact.get(model, ()))
        for size in self.sizes:
            if size > len(model):
                break
            found += self.beginnings.get(model[:size], ())
        return sorted(found, key=lambda rule: rule.order) if len(found) > 1 else found


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Patterns by host and the first segment of their path."""

    hosts: Mapping[str, Mapping[bytes, tuple[PatternRule, ...]]] = field(
        default_factory=dict
    )
    """"" are those of any host; b"" those below the root itself."""

    @classmethod
    def of(cls, entries: Iterable[PatternRule]) -> PatternIndex:
        """Of patterns in order, the most specific first."""
        hosts: dict[str, dict[bytes, list[PatternRule]]] = {}
        for entry in entries:
            places = hosts.setdefault(entry.pattern.host, {b"": []})
            places.setdefault(_first(entry.pattern.path), []).append(entry)
        return cls(
            {
                host: {
                    # What is below the root is less specific than any of these.
                    first: tuple(found + (places[b""] if first else []))
                    for first, found in places.items()
                }
                for host, places in hosts.items()
            }
        )

    def near(self, host: str, raw_path: bytes) -> tuple[PatternRule, ...]:
        """All that may match, in order: those of a host before those of any."""
        first = _first(raw_path)
        found: tuple[PatternRule, ...] = ()
        for name in (host, "") if host else ("",):
            if places := self.hosts.get(name):
                found += places.get(first) or places[b""]
        return found


def _first(path: bytes) -> bytes:
    return path[1:].partition(b"/")[0]
