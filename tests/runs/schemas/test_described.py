"""A dataclass says what a value means; the API's schema repeats it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from runs.measure.figures import as_plain
from runs.schemas.described import schema_of


@dataclass(frozen=True)
class Part:
    name: str
    usd: Decimal | None
    """None when nobody
    knows."""


@dataclass(frozen=True)
class Whole:
    """All of it."""

    parts: tuple[Part, ...] = ()
    """In order."""
    first: Part | None = None


def test_the_schema_tells_what_the_dataclass_tells() -> None:
    found = schema_of(Whole).model_json_schema()
    assert found["description"] == "All of it."
    assert found["properties"]["parts"]["description"] == "In order."
    assert found["properties"]["parts"]["items"] == {"$ref": "#/$defs/PartOut"}
    usd = found["$defs"]["PartOut"]["properties"]["usd"]
    assert usd["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert usd["description"] == "null when nobody knows."


def test_plain_values_fit_the_schema() -> None:
    whole = Whole(parts=(Part("a", Decimal("1E-7")), Part("b", None)))
    plain = as_plain(whole)
    assert plain["parts"][0]["usd"] == "0.0000001"
    assert schema_of(Whole).model_validate(plain).model_dump() == plain
