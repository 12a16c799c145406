"""Where `/{provider}/{path}` leads (docs/routing.md, "Provider addresses"). Pure."""

from __future__ import annotations

from proxy.exchange import Dialect
from proxy.route import bases
from proxy.route.bases import Base
from proxy.route.rules import UpstreamProvider

_OPENAI_PATHS = (
    b"/chat/completions",
    b"/completions",
    b"/embeddings",
    b"/responses",
    b"/images/",
    b"/audio/",
    b"/moderations",
)

_DASHSCOPE = (b"/api/v1/services/", b"/api/v1/tasks/")
_COMPATIBLE = b"/compatible-mode/v1"
"""Where Alibaba's OpenAI dialect lives, beside its own API."""


def provider_path(provider: UpstreamProvider, rest: bytes) -> tuple[Base, bytes]:
    """Base and path for `/{provider}{rest}` (docs/routing.md, "Provider addresses")."""
    below_v1 = rest.removeprefix(b"/v1") if rest.startswith(b"/v1/") else rest
    dialect = _dialect(below_v1)
    own = provider.base(None)
    if rest.startswith(_DASHSCOPE):
        return own, own.path.removesuffix(_COMPATIBLE).rstrip(b"/") + rest
    for base in sorted(provider.all_bases(), key=lambda base: -len(base.path)):
        is_elsewhere = base == own and dialect in provider.base_urls
        if bases.is_below(base.path, rest) and not is_elsewhere:
            return base, rest
    if dialect in provider.base_urls:
        base = provider.base(dialect)
        return base, bases.join_v1(base.path, below_v1)
    if not own.path and dialect and below_v1 == rest:
        return own, b"/v1" + rest
    return own, bases.join(own.path, rest)


def _dialect(below_v1: bytes) -> Dialect | None:
    if below_v1 == b"/messages" or below_v1.startswith(b"/messages/"):
        return Dialect.ANTHROPIC
    return Dialect.OPENAI if below_v1.startswith(_OPENAI_PATHS) else None
