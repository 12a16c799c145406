"""What `/api/runs` takes and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints

from runs.measure.totals import RunTotals
from runs.models import RunState
from runs.schemas.described import schema_of
from runs.schemas.request_query import RequestQuery


def _storable(text: str) -> str:
    """Databases hold no NUL and no half of a surrogate pair."""
    if "\0" in text:
        raise ValueError("NUL characters can't be stored")
    text.encode()  # UnicodeEncodeError is a ValueError with a sentence of its own
    return text


def _in_utc(at: datetime) -> datetime:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of bounds") from None


Text = Annotated[str, AfterValidator(_storable)]
Name = Annotated[Text, StringConstraints(max_length=200)]
Notes = Annotated[Text, StringConstraints(max_length=20_000)]
Tag = Annotated[Text, StringConstraints(min_length=1, max_length=100)]
Tags = Annotated[list[Tag], Field(max_length=50)]
Value = Annotated[Text, StringConstraints(max_length=2000)]
Key = Annotated[Text, StringConstraints(min_length=1, max_length=100)]
Metadata = Annotated[
    dict[Key, Value | int | Annotated[float, Field(allow_inf_nan=False)] | bool | None],
    Field(max_length=100),
]
Moment = Annotated[datetime, AfterValidator(_in_utc)]

RunTotalsOut: Any = schema_of(RunTotals)
NOT_BLANK = "[0-9A-Za-z]"
"""What surely isn't; more is taken."""
RUN_EXAMPLE: dict[str, Any] = {
    "name": "nightly",
    "notes": "With the new prompt",
    "tags": ["ci"],
    "metadata": {"commit": "3f2c1ab"},
}


class RunIn(Schema):
    """A new run; only the name is needed."""

    # Described as it must be; what is missing gets the sentence of `lifecycle.start`.
    model_config = ConfigDict(
        json_schema_extra={"example": RUN_EXAMPLE, "required": ["name"]}
    )

    name: Name = Field(
        "", description="Not blank.", json_schema_extra={"pattern": NOT_BLANK}
    )
    notes: Notes = ""
    tags: Tags = Field([], description="Words to find it by.")
    metadata: Metadata = Field({}, description="Keys and values of your own.")


class NewRunIn(RunIn):
    is_global: bool = Field(
        False,
        description="Takes every request that names no run. A global start ends the"
        " global run that is active.",
    )
    source: Literal["api", "cli", "page"] = Field(
        "api", description="What started it, as lists tell."
    )


class RunChange(Schema):
    """What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "nightly 2"}})

    name: Name | None = Field(None, json_schema_extra={"pattern": NOT_BLANK})
    notes: Notes | None = None
    tags: Tags | None = None
    metadata: Metadata | None = None


class RunOut(Schema):
    """A bounded piece of work, whose requests are looked at together."""

    id: UUID = Field(alias="uid")
    name: str = Field(examples=["nightly"])
    notes: str
    tags: list[str]
    metadata: dict[str, Any]
    state: RunState = Field(description="active, paused or ended.")
    is_global: bool = Field(description="It takes requests that name no run.")
    source: str = Field(description="page, api, cli, header or benchmark.")
    started_at: datetime
    ended_at: datetime | None
    request_count: int
    totals: RunTotalsOut | None = Field(
        None, description="Only in lists that were asked with `totals`."
    )


class RunPage(Schema):
    """A stretch of the list, newest first."""

    items: list[RunOut]
    next: str | None = Field(description="Address of the next, older page.")
    previous: str | None = Field(description="Address of the page with newer ones.")


class RunAnswer(Schema):
    """The run that was acted on; null when there was none."""

    run: RunOut | None


class KeyIn(Schema):
    expires_at: Moment | None = Field(
        None, description="Refused from then on.", examples=["2030-01-31T12:00:00Z"]
    )


class KeyOut(Schema):
    """A run's key as it can be shown again."""

    id: int
    prefix: str = Field(description="How it begins.", examples=["sk-weir-1a2b3c"])
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """A new key: the only time that it is told."""

    key: str = Field(
        description="Send it in place of the provider's key.",
        examples=["sk-weir-1a2b3c…"],
    )


class MoveIn(Schema):
    """Which requests, and where to: by their ids, or by the filters of the list."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"run": "nightly", "filter": {"model": "gpt-5"}}}
    )

    run: Name | None = Field(description="Id or name of a run; null: out of any run.")
    ids: Annotated[list[UUID], Field(max_length=10_000)] = []
    filter: RequestQuery | None = None


class MovedOut(Schema):
    moved: int = Field(description="How many requests belong to another run now.")
