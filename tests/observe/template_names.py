"""Which names a template uses, resolved through the types that it is handed.

Walks Django's own parse of a template, with everything it includes and extends. A name
that is not there, or an attribute that its type has not, is told with its template.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template import Node, NodeList, Template
from django.template.base import FilterExpression, VariableNode
from django.template.defaulttags import ForNode, IfNode, WithNode
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode

Names = Mapping[str, Any]
"""A name → its type, `Any` where nothing more is known."""


@dataclass
class Reading:
    """What one page has been seen to use."""

    used: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def read(self, template: str, names: Names) -> Reading:
        self._nodes(_parsed(template).nodelist, names, template)
        return self

    def _nodes(self, nodes: Iterable[Any], names: Names, where: str) -> None:
        for node in nodes:
            self._node(node, names, where)

    def _node(self, node: Node, names: Names, where: str) -> None:
        if isinstance(node, VariableNode):
            self._type(node.filter_expression, names, where)
        elif isinstance(node, ForNode):
            self._loop(node, names, where)
        elif isinstance(node, IfNode):
            for condition, body in node.conditions_nodelists:
                self._condition(condition, names, where)
                self._nodes(body, names, where)
        elif isinstance(node, WithNode):
            self._nodes(node.nodelist, self._more(node, names, where), where)
        elif isinstance(node, IncludeNode):
            self._include(node, names, where)
        elif isinstance(node, ExtendsNode):
            self._nodes(node.nodelist, names, where)
            self.read(str(getattr(node.parent_name, "var", "")), names)
        elif isinstance(node, BlockNode | SimpleBlockNode):
            self._nodes(node.nodelist, names, where)
        elif isinstance(node, SimpleNode):
            for value in (*node.args, *node.kwargs.values()):
                self._type(value, names, where)

    def _loop(self, node: ForNode, names: Names, where: str) -> None:
        found = _element(self._type(node.sequence, names, where))
        parts = _parts(found, len(node.loopvars))
        inner = {
            **names,
            **dict(zip(node.loopvars, parts, strict=True)),
            "forloop": Any,
        }
        self._nodes(node.nodelist_loop, inner, where)
        self._nodes(node.nodelist_empty or NodeList(), names, where)

    def _condition(self, condition: Any, names: Names, where: str) -> None:
        if isinstance(getattr(condition, "value", None), FilterExpression):
            self._type(condition.value, names, where)
        for part in (
            getattr(condition, "first", None),
            getattr(condition, "second", None),
        ):
            if part is not None:
                self._condition(part, names, where)

    def _include(self, node: IncludeNode, names: Names, where: str) -> None:
        self._type(node.template, names, where)
        if isinstance(node.template.var, str):
            self.read(node.template.var, self._more(node, names, where))

    def _more(self, node: Any, names: Names, where: str) -> Names:
        more = {
            name: self._type(value, names, where)
            for name, value in node.extra_context.items()
        }
        return {**names, **more}

    def _type(self, expression: Any, names: Names, where: str) -> Any:
        for _, arguments in expression.filters:
            for is_variable, argument in arguments:
                if is_variable:
                    self._lookups(argument.lookups, names, where)
        lookups = getattr(expression.var, "lookups", None)
        found = self._lookups(lookups, names, where)
        # A filter's answer is of another type; none of ours answers with an object.
        return Any if expression.filters else found

    def _lookups(self, lookups: Sequence[str] | None, names: Names, where: str) -> Any:
        if not lookups:
            return Any
        first, *rest = lookups
        if first not in names:
            self.faults.append(f"{where}: {first} is not in the context")
            return Any
        self.used.add(first)
        found = _bare(names[first])
        for name in rest:
            self.used.add(f"{getattr(found, '__name__', '')}.{name}")
            known = attribute(found, name)
            if known is MISSING:
                self.faults.append(
                    f"{where}: {'.'.join(lookups)}: no {name} in {found}"
                )
            found = Any if known is MISSING else known
        return found


MISSING = object()


def attribute(owner: Any, name: str) -> Any:
    """The type of an attribute, `MISSING` where the owner's type has none."""
    owner = _bare(owner)
    if owner is Any or typing.get_origin(owner) is dict or not isinstance(owner, type):
        return Any
    if issubclass(owner, models.Model):
        return Any if _has_field(owner, name) or hasattr(owner, name) else MISSING
    if issubclass(owner, models.Choices) and name in ("value", "label"):
        return Any  # which only the members have
    if issubclass(owner, (str, int)):
        return Any if hasattr(owner, name) else MISSING
    hints = typing.get_type_hints(owner)
    if name in hints:
        found = hints[name]
        return (
            _bare(typing.get_args(found)[0]) if _is_class_var(found) else _bare(found)
        )
    return _of_property(owner, name)


def _of_property(owner: type, name: str) -> Any:
    member = getattr(owner, name, MISSING)
    if isinstance(member, cached_property):
        return _bare(typing.get_type_hints(member.func).get("return", Any))
    if isinstance(member, property) and member.fget:
        return _bare(typing.get_type_hints(member.fget).get("return", Any))
    return MISSING if member is MISSING else Any


def _is_class_var(hint: Any) -> bool:
    return typing.get_origin(hint) is typing.ClassVar


def _has_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return False
    return True


def _bare(hint: Any) -> Any:
    """`X | None` → `X`; any other union is not looked into."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        known = [each for each in typing.get_args(hint) if each is not type(None)]
        return known[0] if len(known) == 1 else Any
    return hint


def _element(hint: Any) -> Any:
    arguments = typing.get_args(_bare(hint))
    return arguments[0] if arguments else Any


def _parts(hint: Any, count: int) -> tuple[Any, ...]:
    arguments = typing.get_args(hint)
    if count == 1:
        return (hint,)
    return arguments if len(arguments) == count else (Any,) * count


def _parsed(template: str) -> Template:
    return get_template(template).template  # type: ignore[attr-defined,no-any-return]
