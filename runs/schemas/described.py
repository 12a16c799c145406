"""API schemas from frozen dataclasses: one place says what a value means.

Fields, nesting and the sentences under the fields come from the dataclass; money is
text in JSON. Used by `runs/schemas/statistics.py`, for what `figures.as_plain` gives.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from textwrap import dedent
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ninja import Field, Schema
from pydantic import create_model


@cache
def schema_of(kind: type) -> type[Schema]:
    """A schema with the dataclass's fields."""
    assert is_dataclass(kind)
    hints, told = get_type_hints(kind), _sentences(kind)
    given: dict[str, Any] = {
        field.name: (_json(hints[field.name]), Field(description=told.get(field.name)))
        for field in fields(kind)
    }
    doc = inspect.getdoc(kind) or ""
    return create_model(f"{kind.__name__}Out", __base__=Schema, __doc__=doc, **given)


def _json(hint: Any) -> Any:
    """The type that a value of it has in JSON."""
    if isinstance(hint, type) and is_dataclass(hint):
        return schema_of(hint)
    if hint is Decimal:
        return str
    parts = get_args(hint)
    if get_origin(hint) is tuple:
        return list[_json(parts[0])]  # type: ignore[misc]
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(map(_json, parts))]  # noqa: UP007
    return hint


def _sentences(kind: type) -> dict[str, str]:
    """The string that stands under a field."""
    (body,) = (
        node.body
        for node in ast.parse(dedent(inspect.getsource(kind))).body
        if isinstance(node, ast.ClassDef)
    )
    told: dict[str, str] = {}
    for field, below in pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(below, ast.Expr):
            continue
        if isinstance(field.target, ast.Name) and isinstance(below.value, ast.Constant):
            words = " ".join(str(below.value.value).split())
            told[field.target.id] = words.replace("None", "null")
    return told
