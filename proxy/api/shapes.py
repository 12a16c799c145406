"""What the writing operations of `proxy/api/` take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from proxy.exchange import AskUsage, AuthStyle, Capture
from proxy.route.rules import KeyUse, RuleKind
from proxy.schemas import HealthOut, KeyState
from runs.schemas.runs import Text

PROVIDER_FIELDS = (
    *("slug", "name", "base_url", "base_urls", "wire_formats", "auth_style"),
    *("api_key_env", "key_use", "active", "connect_timeout_s", "read_timeout_s"),
    *("proxy_url", "capture", "ask_usage", "drain_on_disconnect", "fixes", "notes"),
)
ROUTE_FIELDS = (
    *("name", "kind", "match", "provider", "upstream_url", "upstream_model"),
    *("api_key_env", "priority", "active", "capture", "raw_files", "ask_usage"),
    *("drain", "fixes", "on_failure"),
)
DEFAULTS_FIELDS = ("enabled", "provider", "model", "fixes")


class Changing(Schema):
    """What is left out stays as it is; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")


class ProviderIn(Changing):
    """A provider's fields, those to set."""

    slug: Text = Field("", examples=["my-gateway"])
    name: Text = ""
    base_url: Text = Field("", examples=["https://llm.example.com/v1"])
    base_urls: dict[str, str] = Field({}, description="Base per dialect.")
    wire_formats: list[str] = Field([], examples=[["openai"]])
    auth_style: AuthStyle = AuthStyle.BEARER
    api_key_env: Text = Field("", description="Variable with its key, never the key.")
    key_use: KeyUse = KeyUse.ALWAYS
    active: bool = True
    connect_timeout_s: float | None = None
    read_timeout_s: float | None = None
    proxy_url: Text = ""
    capture: Capture = Capture.FULL
    ask_usage: AskUsage = AskUsage.LEARN
    drain_on_disconnect: bool = False
    fixes: list[Text] | None = None
    notes: Text = ""


class SignOut(Schema):
    """What the last look at a provider showed."""

    state: str = Field(examples=["ok", "unauthorised", "unreachable"])
    message: str
    checked_at: datetime


class ProviderFull(Schema):
    """A provider as it is saved."""

    slug: str
    name: str
    base_url: str
    base_urls: dict[str, str]
    wire_formats: list[str]
    auth_style: AuthStyle
    api_key_env: str
    key_use: KeyUse
    active: bool
    connect_timeout_s: float | None = Field(description="null: the setting's.")
    read_timeout_s: float | None
    proxy_url: str
    capture: Capture
    ask_usage: AskUsage
    drain_on_disconnect: bool
    fixes: list[str] | None
    notes: str
    api_key_state: KeyState
    client_base_url: str
    routes: int = Field(description="So many go there.")
    health: SignOut | None = Field(description="The last look; null: not checked.")


class RouteIn(Changing):
    """A route's fields, those to set."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"model": "gpt-5", "match": "exact", "provider": "openai"}
        }
    )

    model: Text | None = Field(
        None, description="A model's name or its beginning; `match` says which."
    )
    match: Text = Field(
        "",
        description="With `model`: `exact` or `prefix`. Without: what it takes, as"
        " `kind` reads it.",
    )
    kind: RuleKind = RuleKind.EXACT
    name: Text = ""
    provider: Text | None = Field(None, description="A provider's slug, or null.")
    upstream_url: Text = ""
    upstream_model: Text = ""
    api_key_env: Text = ""
    priority: int = 50
    active: bool = True
    capture: Literal["", "full", "masked", "facts", "metadata", "off"] = ""
    raw_files: bool | None = Field(None, description="Null: as WEIR_RAW_FILES says.")
    ask_usage: bool = True
    drain: bool | None = None
    fixes: list[Text] | None = None
    on_failure: list[Text] | None = Field(
        None, description="Models that are asked instead when it fails, in order."
    )


class RouteFull(Schema):
    """A route as it is saved."""

    id: int
    name: str
    kind: RuleKind
    match: str
    provider: str | None
    upstream_url: str
    upstream_model: str
    api_key_env: str
    priority: int
    active: bool
    capture: str
    ask_usage: bool
    drain: bool | None
    fixes: list[str] | None
    on_failure: list[str] | None
    managed: bool = Field(description="Made by Weir and not edited since.")


class DefaultsIn(Changing):
    """Where a `/v1` call goes that no route takes."""

    enabled: bool = False
    provider: Text | None = None
    model: Text = ""
    fixes: list[Text] | None = None


class DefaultsOut(Schema):
    """As they are saved."""

    enabled: bool
    provider: str | None
    model: str
    fixes: list[str] | None


Mode = Literal["missing_only", "refresh_seeded"]


class SeedIn(Changing):
    """Which default routes."""

    provider: Text = Field("", description="Only this one's; empty: all.")
    mode: Mode = "missing_only"


class SeedOut(Schema):
    """What was done, or would be, for each model that has a price."""

    inserted: int
    updated: int
    skipped_existing: int
    skipped_user: int
    items: list[dict[str, Any]] = Field(description="The first 200.")
    truncated: bool


class HealthAllOut(Schema):
    """One look at each."""

    items: list[HealthOut]


class SampleIn(Changing):
    """What snippets are wanted for."""

    model: Text = Field(..., examples=["gpt-5"])
    provider: Text = Field("", description="Ask that provider by name instead.")
