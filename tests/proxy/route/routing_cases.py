"""A routing table and requests for the tests of routing: values, no database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from proxy.exchange import Asked, HeaderList, Inbound, Target
from proxy.route import decision as routing, rules
from proxy.route.rules import Fallback, RouteTable, Rule, Surroundings, UpstreamProvider


def provider(slug: str, base_url: str, **fields: Any) -> UpstreamProvider:
    return UpstreamProvider(slug=slug, base_url=base_url, **fields)


def rule(match: str, **fields: Any) -> Rule:
    """Its kind is told by its text: `/…` is a pattern, `…*` a prefix."""
    kind = "exact"
    if "/" in match and (match.startswith("/") or " " in match):
        kind = "pattern"
    elif match.endswith("*"):
        kind = "prefix"
    return Rule(**{"name": match, "kind": kind, "match": match, **fields})


GOOGLE = "https://generativelanguage.googleapis.com"
PROVIDERS = (
    provider("openai", "https://api.openai.com/v1", api_key_env="OPENAI_API_KEY"),
    provider(
        "anthropic",
        "https://api.anthropic.com",
        auth_style="x-api-key",
        api_key_env="ANTHROPIC_API_KEY",
        wire_formats=("anthropic", "openai"),
    ),
    provider(
        "google",
        GOOGLE,
        base_urls={"openai": f"{GOOGLE}/v1beta/openai"},
        auth_style="x-goog-api-key",
        api_key_env="GEMINI_API_KEY",
        wire_formats=("gemini", "openai"),
    ),
    provider("groq", "https://api.groq.com/openai/v1"),
    provider("openrouter", "https://openrouter.ai/api/v1"),
    provider(
        "deepseek",
        "https://api.deepseek.com/v1",
        base_urls={"anthropic": "https://api.deepseek.com/anthropic/v1"},
        wire_formats=("openai", "anthropic"),
    ),
    provider("ollama", "http://localhost:11434", wire_formats=("ollama", "openai")),
    provider("lm-studio", "http://localhost:1234", auth_style="none"),
    provider("perplexity", "https://api.perplexity.ai/"),
    provider("off", "https://off.example/v1", active=False),
    provider("demo", "demo:", auth_style="none"),
)


def table(
    *found: Rule,
    providers: tuple[UpstreamProvider, ...] = (),
    fallback: Fallback | None = None,
    **around: Any,
) -> RouteTable:
    """`providers` replace those of the same slug; an upstream is set, or a fallback."""
    around.setdefault("upstream_url", "" if fallback else "http://up.example/v1")
    by_slug = {entry.slug: entry for entry in (*PROVIDERS, *providers)}
    return rules.build(
        providers=by_slug.values(),
        rules=found,
        fallback=fallback,
        surroundings=Surroundings(**around),
    )


class InboundFields(TypedDict, total=False):
    """What tests vary of a request, beside its path."""

    method: str
    host: str
    query: str
    headers: HeaderList


def inbound(
    path: str = "/v1/chat/completions", **fields: Unpack[InboundFields]
) -> Inbound:
    return Inbound(
        method=fields.get("method", "POST"),
        raw_path=path.encode(),
        query=fields.get("query", "").encode(),
        headers=fields.get("headers", []),
        client="",
        host=fields.get("host", "localhost"),
    )


def go(
    routes: RouteTable,
    path: str = "/v1/chat/completions",
    model: str | None = None,
    environ: Mapping[str, str] | None = None,
    **fields: Unpack[InboundFields],
) -> Target:
    asked = inbound(path, **fields)
    address = routing.address_of(asked, routes)
    return routing.resolve(address, asked, Asked(model=model), routes, environ or {})


def url(target: Target) -> str:
    query = f"?{target.query.decode()}" if target.query else ""
    return target.origin + target.path.decode() + query
