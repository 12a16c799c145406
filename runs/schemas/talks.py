"""What `/api/conversations` and `/api/turns` answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from runs.cleaning import INT64_MAX
from runs.measure.totals import RunTotals
from runs.schemas.requests import plain

MAX_ID = INT64_MAX


class ConversationOut(Schema):
    """Requests that one agent session sent."""

    id: int = Field(examples=[7])
    title: str = Field(description="The first words of the user.")
    rule: str = Field(
        description="What tied its requests: `header:…` or `body:…` (the client names"
        " its session there), `previous_response_id`, or `history` (each request"
        " repeats an earlier one).",
        examples=["header:x-session-id"],
    )
    key: str = Field(description="The rule with the client's own session id.")
    started_at: datetime
    request_count: int
    turn_count: int
    cost_usd: str | None = Field(
        description="Of its requests with a known cost, as an exact decimal; null where"
        " none is known, and where it is too long for a list: its `/stats` tell it.",
        examples=["0.31"],
    )
    unpriced_requests: int | None = Field(
        description="Billed, and not in `cost_usd`; null where it is too long."
    )

    @staticmethod
    def resolve_cost_usd(row: Any) -> str | None:
        totals: RunTotals | None = getattr(row, "totals", None)
        return plain(totals.cost_usd) if totals else None

    @staticmethod
    def resolve_unpriced_requests(row: Any) -> int | None:
        totals: RunTotals | None = getattr(row, "totals", None)
        return totals.unpriced_requests if totals else None


class ConversationPage(Schema):
    """A stretch of the list, newest first."""

    items: list[ConversationOut]
    next: str | None = Field(description="Address of the next, older page.")
    previous: str | None = Field(description="Address of the page with newer ones.")


class TurnOut(Schema):
    """What one message of the user set off: tool loops and side calls included."""

    id: int = Field(examples=[12])
    number: int = Field(description="1, 2, 3 … within its run and conversation.")
    run: UUID | None = Field(description="Public id of the run.")
    conversation: int | None = Field(alias="conversation_id")
    preview: str = Field(description="Start of the user's message.")
    started_at: datetime
    request_count: int

    @staticmethod
    def resolve_run(turn: Any) -> UUID | None:
        return turn.run.uid if turn.run else None


class TurnPage(Schema):
    """A stretch of the list, newest first."""

    items: list[TurnOut]
    next: str | None = Field(description="Address of the next, older page.")
    previous: str | None = Field(description="Address of the page with newer ones.")
