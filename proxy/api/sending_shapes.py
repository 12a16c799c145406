"""What the operations of `proxy/api/sending.py` take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import StringConstraints

from proxy.api.shapes import Changing
from proxy.own_calls.tries import TryKind
from runs.schemas.runs import Text


class ResendIn(Changing):
    """Where to, and how."""

    to: Text = Field(
        "", description="A provider, a route (name, match or id) or a base URL."
    )
    model: Text = Field("", description="Another model than it asked for.")
    run: Text = Field("", description="The run that the new request belongs to.")
    dry_run: bool = Field(False, description="Only say where it would go.")
    wait: bool = Field(True, description="Answer when its answer is complete.")


class HeaderIn(Schema):
    """A header that is one: no part of it ends its line."""

    name: Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    value: Annotated[str, StringConstraints(pattern=r"^[^\x00\r\n]*$")]


class RawIn(ResendIn):
    """A request that a file holds."""

    method: Text = Field(..., examples=["POST"], pattern="^[A-Za-z]{1,16}$")
    path: Text = Field(..., examples=["/v1/chat/completions"], pattern="^/")
    query: Text = ""
    headers: list[HeaderIn] = []
    body_base64: str = ""
    resend_of: UUID | None = Field(None, description="Its id, where it has one.")


class TryIn(Changing):
    """What is tried."""

    kind: TryKind = TryKind.SIMPLE
    model: Text = Field("", description="Needed unless a route or provider has one.")
    prompt: Text = ""


class TryModelIn(TryIn):
    """By the routes of a model, or at a provider."""

    provider: Text = Field("", description="Slug; empty: as the model is routed.")


class SentOut(Schema):
    """A call of Weir's own, sent or only planned."""

    id: UUID | None = Field(description="The new request; null for a dry run.")
    resend_of: UUID | None
    method: str
    path: str = Field(description="As a client would ask Weir.")
    upstream_url: str
    provider: str
    route: str
    reason: str = Field(description="Why it goes there.")
    status: int | None = Field(description="Null while it wasn't waited for.")
    ok: bool | None = Field(description="A complete answer below 400, without error.")
    duration_ms: float | None
    text: str = Field(description="What the model said, its beginning.")
    tool_calls: list[str]
    error: str
    body: str = Field(description="The answer's beginning; all of it is captured.")
