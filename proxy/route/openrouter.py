"""OpenRouter pinning: `BASE@TAG` asks for one provider behind OpenRouter. Pure."""

from __future__ import annotations

from proxy.route.rules import Rule, RuleKind

SLUG = "openrouter"
# What follows the colon of these isn't a provider but OpenRouter's own variant.
_VARIANTS = frozenset(
    {"free", "nitro", "floor", "online", "thinking", "beta", "extended", "exacto"}
)


def pin(asked: str | None, rule: Rule | None) -> tuple[str, str] | None:
    """The model and provider tag to send, None when nothing is pinned.

    First of upstream model, route and asked model with an `@`; else a route whose name
    is `UPSTREAM_MODEL:TAG`.
    """
    upstream_model = rule.upstream_model if rule else ""
    name = rule.match if rule and rule.kind == RuleKind.EXACT else ""
    for candidate in (upstream_model, name, asked or ""):
        model, at, tag = candidate.partition("@")
        if model and at and tag:
            return model, tag
    tag = name.removeprefix(f"{upstream_model}:") if upstream_model else name
    if tag and tag != name and tag not in _VARIANTS:
        return upstream_model, tag
    return None
