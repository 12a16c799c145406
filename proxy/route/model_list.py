"""The list of models, told from the routes where the operator wants that. Pure.

`proxy/app.py` asks for a GET of `/v1/models` and its likes while WEIR_LIST_MODELS is
set; else the upstream's own list passes as it is. In the shape of the dialect that the
client speaks. Sources: platform.openai.com/docs/api-reference/models,
docs.anthropic.com/en/api/models-list, ai.google.dev/api/models, Ollama's docs/api.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

from proxy.errors import RoutingError
from proxy.exchange import Dialect, Inbound
from proxy.route.addresses import Address, Form
from proxy.route.rules import RouteTable, Rule, RuleKind

NOTE = "Answered by Weir from its routes (WEIR_LIST_MODELS): no upstream was asked."
_LIST = re.compile(rb"(?:/v1(?:beta|alpha)?)?/models(?:/(?P<model>[^:]*))?")
_TAGS = b"/api/tags"
_LONG_AGO = "1970-01-01T00:00:00Z"
"""Nobody knows when a route's model was made."""
_CALLS = ["generateContent", "streamGenerateContent", "countTokens"]
_PAGE = {Dialect.ANTHROPIC: 20, Dialect.GEMINI: 50}
"""How many are told where the client doesn't say."""
_MOST = 1000


def told(address: Address, inbound: Inbound, table: RouteTable) -> bytes | None:
    """The answer, or None for what is no such question; raises RoutingError for a model
    that no route takes."""
    asked = _asked(address, inbound)
    if asked is None:
        return None
    if asked:
        rule = table.rule_for(asked)
        if rule is None or rule.kind == RuleKind.PATTERN:
            raise RoutingError("MODEL_NOT_FOUND", f"No route takes model “{asked}”.")
        shown: Any = _entry(asked, rule, address.dialect)
    else:
        shown = _page(_models(table, address.dialect), address.dialect, inbound.query)
    return json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace")


def _asked(address: Address, inbound: Inbound) -> str | None:
    """The model that is asked about, "" for all of them."""
    is_list = address.form in (Form.V1, Form.NATIVE)
    if inbound.method not in ("GET", "HEAD") or not is_list:
        return None
    if address.dialect is Dialect.OLLAMA:
        return "" if address.rest == _TAGS else None
    found = _LIST.fullmatch(address.rest)
    if found is None:
        return None
    return unquote_to_bytes(found["model"] or b"").decode("utf-8", "replace")


def _models(table: RouteTable, dialect: Dialect) -> list[tuple[str, Rule]]:
    """Full names alone: what a prefix takes, nobody can list."""
    found = {
        rule.match: rule
        for rule in reversed(table.rules)  # of two the first counts
        if rule.kind == RuleKind.EXACT and _speaks(rule, table, dialect)
    }
    return sorted(found.items())


def _speaks(rule: Rule, table: RouteTable, dialect: Dialect) -> bool:
    provider = table.providers.get(rule.provider)
    return provider is None or dialect in provider.wire_formats


def _page(
    models: Sequence[tuple[str, Rule]], dialect: Dialect, query: bytes
) -> dict[str, Any]:
    given = parse_qs(query.decode("latin-1"))
    asked = {name: values[-1] for name, values in given.items()}
    if dialect is Dialect.ANTHROPIC:
        return _anthropic_page(models, asked)
    entries = [_entry(name, rule, dialect) for name, rule in models]
    if dialect is Dialect.OPENAI:
        return {"object": "list", "data": entries}
    if dialect is Dialect.OLLAMA:
        return {"models": entries}
    start = _number(asked.get("pageToken", ""), 0)
    end = start + _size(asked.get("pageSize", ""), dialect)
    more = {"nextPageToken": str(end)} if end < len(entries) else {}
    return {"models": entries[start:end], **more}


def _anthropic_page(
    models: Sequence[tuple[str, Rule]], asked: dict[str, str]
) -> dict[str, Any]:
    size = _size(asked.get("limit", ""), Dialect.ANTHROPIC)
    if before := asked.get("before_id", ""):
        left = [pair for pair in models if pair[0] < before]
        shown, more = left[-size:], len(left) > size
    else:
        left = [pair for pair in models if pair[0] > asked.get("after_id", "")]
        shown, more = left[:size], len(left) > size
    data = [_entry(name, rule, Dialect.ANTHROPIC) for name, rule in shown]
    return {
        "data": data,
        "has_more": more,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
    }


def _entry(name: str, rule: Rule, dialect: Dialect) -> dict[str, Any]:
    if dialect is Dialect.ANTHROPIC:
        shown = {"type": "model", "id": name, "display_name": name}
        return {**shown, "created_at": _LONG_AGO}
    if dialect is Dialect.GEMINI:
        shown = {"name": f"models/{name}", "displayName": name}
        return {**shown, "supportedGenerationMethods": _CALLS}
    if dialect is Dialect.OLLAMA:
        shown = {"name": name, "model": name, "modified_at": _LONG_AGO, "digest": ""}
        return {**shown, "size": 0, "details": {}}
    owner = rule.provider or "weir"
    return {"id": name, "object": "model", "created": 0, "owned_by": owner}


def _size(text: str, dialect: Dialect) -> int:
    return min(max(_number(text, _PAGE[dialect]), 1), _MOST)


def _number(text: str, usual: int) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else usual
