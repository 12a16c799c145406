"""What a request asks of how it is served, as far as prices hang on it.

Read by `proxy/recording/facts.py` from every JSON body, whatever its dialect: the
service tier (OpenAI, Gemini, Groq, Bedrock), Anthropic's speed, Bedrock's latency, how
much Perplexity searches, and OpenRouter's search before any model (`:online`, its
plugin). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import astuple

from pricing.usage import Unit
from pricing.values import dataclass
from proxy.wire.lenient import NotJson, load, record, rows, short, string

_MODEL = "model"
_NAMES = (
    *(_MODEL, "service_tier", "serviceTier", "speed", "plugins"),
    *("performanceConfig", "web_search_options", "request"),
)
_Asked: Any = msgspec.defstruct(
    "_Asked",
    [(name, msgspec.Raw, msgspec.field(default=msgspec.Raw())) for name in _NAMES],
)
# As in sampling.py: members that nobody asks for are walked over, not built.
_read = msgspec.json.Decoder(_Asked).decode


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for; the answer says what was done."""

    service_tier: str | None = None
    speed: str | None = None
    units: tuple[Unit, ...] = ()
    """Billed by the piece beside tokens."""


NO_WISHES = Wishes()


def read_wishes(body: bytes) -> Wishes:
    """Of a JSON body; nothing of anything else."""
    try:
        asked = _read(body)
    except (ValueError, RecursionError):
        return NO_WISHES
    if not any(astuple(asked)[1:]) and b":online" not in bytes(asked.model):
        return NO_WISHES  # as nearly always: a model alone
    inner = bytes(asked.request)  # Code Assist puts Gemini's request there
    if inner.startswith(b"{"):
        return read_wishes(inner)
    told = {name: _value(getattr(asked, name)) for name in _NAMES}
    tier = told["serviceTier"]
    latency = record(told["performanceConfig"]).get("latency")
    return Wishes(
        service_tier=short(told["service_tier"])
        or short(record(tier).get("type") if isinstance(tier, dict) else tier),
        speed=short(told["speed"]) or short(latency),
        units=tuple(_units(told)),
    )


def _units(told: dict[str, Any]) -> Iterator[Unit]:
    is_online = string(told[_MODEL]).endswith(":online")
    if is_online or any(each.get("id") == "web" for each in rows(told["plugins"])):
        yield Unit("online_search")
    wished = record(told["web_search_options"]).get("search_context_size")
    if size := short(wished):
        yield Unit(f"search_context_{size.lower()}")


def _value(raw: msgspec.Raw) -> Any:
    data = bytes(raw)
    try:
        return load(data) if data else None
    except NotJson:
        return None
