"""A builder for where a request goes: a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict, Unpack

from proxy.exchange import AskUsage, DecidedBy, Target


class TargetFields(TypedDict, total=False):
    """What tests vary of a `Target`."""

    origin: str
    path: bytes
    model: str | None
    openrouter_tag: str | None
    ask_usage: AskUsage


def target(**fields: Unpack[TargetFields]) -> Target:
    usual = Target(
        origin="https://api.test",
        path=b"/v1/chat/completions",
        query=b"",
        provider="p",
        decided_by=DecidedBy.FALLBACK,
    )
    return replace(usual, **fields)
