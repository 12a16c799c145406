"""What a request asks of how it is served, as far as prices hang on it.

Read by `proxy/recording/facts.py` from every JSON body, whatever its dialect: the
service tier (OpenAI, Gemini, Groq, Bedrock), Anthropic's speed, Bedrock's latency, how
much Perplexity searches, and OpenRouter's search before any model (`:online`, its
plugin). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricing.usage import Unit
from pricing.values import dataclass
from proxy.wire.lenient import record, rows, short, string
from proxy.wire.members import Members

_NAMES = frozenset(
    {
        *("service_tier", "serviceTier", "speed", "plugins"),
        *("performanceConfig", "web_search_options", "request"),
    }
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for; the answer says what was done."""

    service_tier: str | None = None
    speed: str | None = None
    units: tuple[Unit, ...] = ()
    """Billed by the piece beside tokens."""


NO_WISHES = Wishes()


def read_wishes(asked: Members) -> Wishes:
    """Of a JSON body; nothing of anything else."""
    if not asked.has_any(_NAMES) and b":online" not in asked.raw("model"):
        return NO_WISHES  # as nearly always
    if asked.raw("request").startswith(b"{"):  # Code Assist puts Gemini's there
        asked = Members(asked.raw("request"))
    tier = asked.get("serviceTier")
    latency = asked.record("performanceConfig").get("latency")
    return Wishes(
        service_tier=short(asked.get("service_tier"))
        or short(record(tier).get("type") if isinstance(tier, dict) else tier),
        speed=short(asked.get("speed")) or short(latency),
        units=tuple(_units(asked)),
    )


def _units(asked: Members) -> Iterator[Unit]:
    is_online = string(asked.get("model")).endswith(":online")
    if is_online or any(each.get("id") == "web" for each in rows(asked.get("plugins"))):
        yield Unit("online_search")
    wished = asked.record("web_search_options").get("search_context_size")
    if size := short(wished):
        yield Unit(f"search_context_{size.lower()}")
