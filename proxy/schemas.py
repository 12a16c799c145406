"""The JSON shapes of `/api/models`, `/api/providers` and `/api/routes`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from ninja import Field, Schema

from proxy.exchange import AskUsage, AuthStyle, Capture
from proxy.route.rules import KeyUse, RuleKind, Source
from runs.schemas.runs import Text

KeyState = Literal["configured", "missing", "not_configured"]
SimulationStatus = Literal["matched", "fallback", "missing_api_key", "no_match"]


class HealthState(StrEnum):
    """What one look at a provider showed; `proxy/setup/health.py` looks."""

    OK = "ok"
    UNAUTHORISED = "unauthorised"
    UNREACHABLE = "unreachable"
    MISSING_KEY = "missing key"
    NOT_CHECKED = "not checked"


class Page(Schema):
    total: int = Field(description="Items on all pages.")
    next: str | None = Field(description="Address of the next page.")
    previous: str | None = Field(description="Address of the page before.")


class ModelOut(Schema):
    """A model name that clients can ask for because a route takes it."""

    client_model: str = Field(description="What clients write.", examples=["gpt-5*"])
    status: Literal["active", "inactive"]
    route: str
    match_type: Literal[RuleKind.EXACT, RuleKind.PREFIX]
    provider: str = Field(description="Slug, or empty.", examples=["openai"])
    provider_name: str
    api_key_env: str = Field(description="Variable with the key, never the key.")
    api_key_state: KeyState
    upstream_url: str
    upstream_model: str = Field(description="Sent instead; empty: unchanged.")
    source: Source
    priority: int
    managed: bool = Field(description="Made by Weir and not edited since.")


class ModelPage(Page):
    items: list[ModelOut]


class UpstreamPreviewOut(Schema):
    """What Weir would send upstream, without secrets."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]


class SampleOut(Schema):
    """Snippets that work against this Weir as it is bound now."""

    model: str
    client_base_url: str = Field(examples=["http://127.0.0.1:8080/v1"])
    curl: str
    python: str
    node: str
    upstream: UpstreamPreviewOut | None


class SimulationOut(Schema):
    """Where a request would go, and why."""

    model: str
    status: SimulationStatus
    route: str
    match_type: str
    provider: str
    upstream_url: str = Field(description="The whole URL that would be called.")
    upstream_model: str
    api_key_env: str
    api_key_state: KeyState
    key_sent: str = Field(description="Whose key would go upstream, in words.")
    fixes: list[str] = Field(description="Fixes that its answer would go through.")
    reason: str = Field(description="One sentence.")
    error_code: str = Field(description="Weir's own refusal, or empty.")
    steps: list[str] = Field(description="What was considered, in order.")
    sample: SampleOut


class SimulateIn(Schema):
    """A request as a client would send it; all but the model may be left out."""

    model: Text = Field("", examples=["gpt-5"])
    path: Text = Field("/v1/chat/completions", description="Raw path.")
    method: Text = "POST"
    host: Text = Field("", description="Host header, for pattern routes.")
    key: Text = Field("", description="A client's key; its beginning is enough.")


class ModelSuggestionOut(Schema):
    model: str
    source: Literal["route", "recent"]
    provider: str
    upstream_model: str
    request_count: int | None = Field(description="null for names from routes.")


class ProviderOut(Schema):
    """An upstream."""

    slug: str = Field(examples=["openai"])
    name: str
    base_url: str = Field(examples=["https://api.openai.com/v1"])
    base_urls: dict[str, str] = Field(description="Base per dialect, where it differs.")
    client_base_url: str = Field(description="Where clients reach it through Weir.")
    wire_formats: list[str]
    auth_style: AuthStyle
    api_key_env: str = Field(description="Variable with the key, never the key.")
    api_key_state: KeyState
    key_use: KeyUse
    active: bool
    is_fallback: bool
    route_count: int
    capture: Capture
    connect_timeout_s: float = Field(description="As used, the default included.")
    read_timeout_s: float
    ask_usage: AskUsage = Field(
        description="Whether streams are asked for their usage."
    )
    drain_on_disconnect: bool
    fixes: list[str] = Field(description="Fixes of its answers, in order.")
    notes: str


class HealthOut(Schema):
    """The answer to one GET of the provider's model list."""

    provider: str
    state: HealthState
    message: str
    status: int | None = Field(description="HTTP status; null: no answer.")
    latency_ms: float | None
    url: str


class RouteOut(Schema):
    """A rule from what clients ask for to where it goes."""

    id: int | None = Field(description="null for startup routes, which are read-only.")
    name: str
    kind: RuleKind
    match: str
    provider: str
    upstream_url: str
    upstream_model: str
    api_key_env: str
    api_key_state: KeyState
    priority: int
    active: bool
    used: bool = Field(description="False: switched off, or passed over.")
    status: str = Field(description="`used`, or why it isn't, for people.")
    shadowed: str = Field(
        description="Which route takes every such model before it, for people; empty:"
        " none."
    )
    capture: str = Field(description="Empty: as the provider says.")
    ask_usage: bool
    fixes: list[str] | None = Field(
        description="Fixes of its answers, in order; null: as the provider says."
    )
    on_failure: list[str] = Field(
        description="Models that are asked instead when it fails, in order."
    )
    source: Source


class RoutePage(Page):
    items: list[RouteOut]
