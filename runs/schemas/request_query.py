"""The filters of the request list as the API takes them, from `runs/filters/`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ninja import Field, Schema
from pydantic import create_model

from runs.filters import FILTERS, Filter
from runs.filters.grammar import MAX_LENGTH
from runs.filters.request_filter import WHERE

IN_LANGUAGE: Any = Field(
    "",
    description="The filter language (docs/filters.md), beside all the others.",
    examples=["model:gpt-5* -provider:openai cost>0.01"],
    json_schema_extra={"maxLength": MAX_LENGTH},
)


def query_of(table: Sequence[Filter[Any]]) -> type[Schema]:
    """A text for each filter: what is wrong with one, the filter says in words."""
    fields: dict[str, Any] = {WHERE: (str, IN_LANGUAGE)}
    fields |= {each.name: (str, _field(each)) for each in table}
    return create_model("FilterTexts", __base__=Schema, **fields)


def _field(row: Filter[Any]) -> Any:
    return Field(
        "",
        description=row.help,
        examples=list(row.indexes),
        json_schema_extra=dict(row.kind.schema),
    )


class RequestQuery(query_of(FILTERS)):  # type: ignore[misc]
    """The filters of the request list; each narrows it further."""
