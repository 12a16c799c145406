"""What `proxy/api/catalogues.py` takes and gives: money is a decimal string."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import PlainSerializer, WithJsonSchema

from pricing.catalogues.comparing import Status
from pricing.rates import digits
from proxy.api.shapes import Changing
from runs.schemas.runs import Text

Usd = Annotated[
    Decimal,
    PlainSerializer(digits, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2.5"]}),
]
MOST_KEYS = 10_000


class ReadIn(Changing):
    """Which catalogue, and which part of it."""

    only: Text = Field(
        "", description="`PROVIDER/MODEL` with `*`, such as `openai/gpt-5*`."
    )
    hosts: bool = Field(
        False, description="OpenRouter: also what each host of these models takes."
    )
    document: Any = Field(
        None, description="A saved document, in place of asking the network."
    )


class CataloguePreviewIn(ReadIn):
    status: Status | None = Field(None, description="Only these.")
    limit: int = Field(100, ge=1, le=1000)


class ApplyIn(ReadIn):
    keys: list[Text] | None = Field(
        None, max_length=MOST_KEYS, description="Of a preview; null: all of `only`."
    )
    confirm: bool = Field(False, description="Take those with `doubts`, too.")
    valid_from: date | None = Field(
        None, description="They count from this day on; the former stay for before."
    )


class RateChangeOut(Schema):
    what: str = Field(examples=["input"], description="A bucket, or one of a tier.")
    before: Usd | None
    after: Usd | None
    percent: Usd | None


class OfferOut(Schema):
    """An offered price, and what becomes of it."""

    key: str
    provider: str
    model: str
    service_tier: str
    status: Status
    price: int | None = Field(description="The id of the price that counts today.")
    changes: list[RateChangeOut]
    refused: list[str] = Field(description="Rules it breaks: it can't be taken.")
    doubts: list[str] = Field(description="Taken only with `confirm`.")
    source_url: str
    notes: str


class CountsOut(Schema):
    new: int
    changed: int
    unchanged: int
    kept: int
    refused: int
    doubted: int


class CataloguePreviewOut(Schema):
    """What a catalogue would change. Nothing is changed."""

    source: str
    origin: str
    counts: CountsOut
    items: list[OfferOut] = Field(description="Changed first, then new, kept, same.")
    more: int = Field(description="How many are not among the items.")
    failures: list[str] = Field(description="What could not be read.")
    left_out: list[str] = Field(description="Entries that are no price.")


class ImportOut(Schema):
    """One `apply`, which can be undone."""

    id: int
    source: str
    origin: str
    applied_at: datetime
    created: int
    changed: int
    undone_at: datetime | None


class ImportRowOut(Schema):
    price: int
    before: dict[str, Any] | None = Field(description="null: it was made.")
    after: dict[str, Any]


class WholeImportOut(ImportOut):
    rows: list[ImportRowOut]


class NotTakenOut(Schema):
    key: str
    why: list[str]


class AppliedOut(Schema):
    batch: ImportOut | None = Field(description="null: nothing was to be taken.")
    not_taken: list[NotTakenOut]
    failures: list[str]


class UndoneOut(Schema):
    batch: ImportOut
    restored: int
    removed: int = Field(description="Made by it: switched off again.")
    kept: list[str] = Field(description="Changed since, so left as they are.")


class CatalogueOut(Schema):
    """A catalogue of prices."""

    source: str
    about: str
    address: str
    key_variable: str = Field(description="Whose key is sent, if it is set.")
    read_at: datetime | None = Field(description="When it was last read.")
    offers: int = Field(description="Prices that it had then.")
    last_import: ImportOut | None


class DisagreementOut(Schema):
    """One rate of one model, as each source has it."""

    provider: str
    model: str
    service_tier: str
    bucket: str
    usd_per_million: dict[str, Usd]
    percent: Usd | None = Field(description="The dearest above the cheapest.")
