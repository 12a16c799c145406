"""Routes from WEIR_MODELS_FILE or WEIR_MODELS_JSON: read once, read-only, first.

The file is a JSON array of routes, or an object with `model_routes`. A mistake in it
stops the start with one sentence. `proxy/table/snapshot.py` adds the result to the
table. Pure.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from proxy.route import bases
from proxy.route.rules import Rule, RuleKind, Source

_KEYS = frozenset(
    {
        "model",
        "upstream_url",
        "upstream_model",
        "provider_slug",
        "api_key",
        "api_key_env",
        "fixes",
    }
)
_OBJECT_KEYS = frozenset({"model_routes", "default_fixes"})
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class BadStartupRoutes(Exception):
    """The file can't be used; str() is one sentence for users."""


@lru_cache(maxsize=8)
def load(file: str, text: str) -> tuple[Rule, ...]:
    """The routes of the file, else of the JSON text; raises BadStartupRoutes."""
    if not file:
        return parse(text, "WEIR_MODELS_JSON") if text else ()
    try:
        content = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8 text"
        raise BadStartupRoutes(
            f"WEIR_MODELS_FILE {file} can't be read: {reason}."
        ) from None
    return parse(content, file)


def parse(text: str, where: str) -> tuple[Rule, ...]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BadStartupRoutes(f"{where} isn't valid JSON: {error}.") from None
    except RecursionError:
        raise BadStartupRoutes(f"{where} isn't valid JSON: nested too deep.") from None
    routes = _routes(document, where)
    rules = [_rule(entry, f"{where}, route {n}") for n, entry in enumerate(routes, 1)]
    seen: set[str] = set()
    for rule in rules:
        if rule.match in seen:
            raise BadStartupRoutes(f"{where} has two routes for “{rule.match}”.")
        seen.add(rule.match)
    return tuple(rules)


def _routes(document: Any, where: str) -> list[Any]:
    if isinstance(document, dict):
        _known(document, _OBJECT_KEYS, where)
        _no_fixes(document.get("default_fixes"), where)
        document = document.get("model_routes", [])
    if not isinstance(document, list):
        raise BadStartupRoutes(
            f"{where} must be a list of routes, or an object with “model_routes”."
        )
    return document


def _rule(entry: Any, where: str) -> Rule:
    if not isinstance(entry, dict):
        raise BadStartupRoutes(f"{where} must be an object.")
    _known(entry, _KEYS, where)
    _no_fixes(entry.get("fixes"), where)
    values = {
        key: _text(entry.get(key), key, where) for key in sorted(_KEYS - {"fixes"})
    }
    _check(values, where)
    return Rule(
        name=values["model"],
        kind=RuleKind.EXACT,
        match=values["model"],
        provider=values["provider_slug"].lower(),
        upstream_url=values["upstream_url"],
        upstream_model=values["upstream_model"],
        api_key=values["api_key"],
        api_key_env=values["api_key_env"],
        priority=0,
        source=Source.STARTUP,
    )


def _check(values: dict[str, str], where: str) -> None:
    for key in ("model", "upstream_url"):
        if not values[key]:
            raise BadStartupRoutes(f"{where} has no “{key}”.")
    if problem := bases.problem(values["upstream_url"]):
        raise BadStartupRoutes(f"{where}: {problem}")
    if values["api_key"] and values["api_key_env"]:
        raise BadStartupRoutes(f"{where} has both “api_key” and “api_key_env”.")
    slug = values["provider_slug"].lower()
    if slug and not _SLUG.fullmatch(slug):
        raise BadStartupRoutes(f"{where}: “{slug}” isn't a provider slug.")


def _known(entry: dict[str, Any], keys: frozenset[str], where: str) -> None:
    unknown = sorted(set(entry) - keys)
    if unknown:
        raise BadStartupRoutes(f"{where} has an unknown key “{unknown[0]}”.")


def _no_fixes(value: Any, where: str) -> None:
    if value:
        raise BadStartupRoutes(
            f"{where} asks for fixes, which this version of Weir doesn't have."
        )


def _text(value: Any, key: str, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadStartupRoutes(f"{where}: “{key}” must be text.")
    return value.strip()
