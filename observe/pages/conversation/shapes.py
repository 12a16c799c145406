"""What `/api/conversations/{conversation}/tree` answers.

Filled by `observe/pages/conversation/api.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from observe.pages.conversation.threads import Told

MORE = "Later ones; null where there are none."


class GoesOnOut(Schema):
    """A call that doesn't go on from the one before it."""

    kind: Literal["edited", "again", "taken"] = Field(
        description="`edited`: another history went on from the same call; `again`: the"
        " same was sent again; `taken`: it goes on from an earlier answer."
    )
    call: int = Field(description="The number of that earlier call.")


class ShrunkOut(Schema):
    """The context became smaller since the call before."""

    is_compaction: bool = Field(
        description="A summary was asked for in between; else messages were dropped."
    )
    before_tokens: int
    after_tokens: int


class TreeCallOut(Schema):
    """One call of a conversation, and what began there."""

    type: Literal["call"] = "call"
    number: int = Field(description="1, 2, 3 … in the order in which they began.")
    request: UUID
    turn: int | None
    purpose: str = Field(description="As `/api/requests` tells it.")
    model: str
    preview: str = Field(description="Start of the user's last words.")
    started_at: datetime
    duration_ms: float | None
    success: bool | None = Field(description="Null while it runs.")
    input_tokens: int | None = Field(description="All of them, cached or not.")
    cached_tokens: int | None = Field(description="Of the input, from the cache.")
    output_tokens: int | None
    total_tokens: int | None
    cost_usd: str | None = Field(
        description="An exact decimal; null when not known.", examples=["0.006"]
    )
    unpriced: bool = Field(description="Billed, and `cost_usd` is not known.")
    missed_tokens: int = Field(
        description="Of the prompt before, so many were not read from the cache."
    )
    goes_on_from: GoesOnOut | None
    shrunk: ShrunkOut | None
    below: list[TreeCallOut | TreeGroupOut]


class TreeGroupOut(Schema):
    """A sub-agent, or what was left behind; summed with all below it."""

    type: Literal["sub-agent", "branch"]
    told: Told = Field(
        description="Of a sub-agent: by what it is known which call started it. Of a"
        " branch: the history was edited, or the same was sent again."
    )
    name: str = Field(description="Of a sub-agent, as its harness names it.")
    calls: int
    errors: int
    total_tokens: int | None
    cost_usd: str = Field(description="Of its calls with a known cost.")
    unpriced_requests: int = Field(description="Billed, and not in `cost_usd`.")
    duration_ms: float = Field(description="From its first start to its last end.")
    items: list[TreeCallOut | TreeGroupOut]


class TreePage(Schema):
    """A stretch of a conversation, in the order in which its calls began."""

    items: list[TreeCallOut | TreeGroupOut] = Field(
        description="Its main thread; first what goes on from an earlier stretch."
    )
    total: int = Field(description="Calls of the whole conversation.")
    next: str | None = Field(description=f"Address of the next page. {MORE}")
    previous: str | None = Field(description="Address of the page with earlier ones.")


for shape in (TreeCallOut, TreeGroupOut, TreePage):
    shape.model_rebuild()
