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

from proxy import fixes
from proxy.route import bases, checks
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
        "on_failure",
    }
)
_OBJECT_KEYS = frozenset({"model_routes", "default_fixes"})
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class BadStartupRoutes(Exception):
    """The file can't be used; str() is one sentence for users."""


@lru_cache(maxsize=8)
def load(file: str, text: str) -> tuple[Rule, ...]:
    """The routes of the file, else of the JSON text; raises BadStartupRoutes."""
    content, where = _content(file, text)
    return parse(content, where) if content else ()


def not_found(url: str) -> Rule:
    """WEIR_NOT_FOUND: where addresses go that nothing else takes."""
    return Rule(
        name="not found",
        kind=RuleKind.PATTERN,
        match="/",
        upstream_url=url,
        priority=100,
        source=Source.STARTUP,
    )


@lru_cache(maxsize=8)
def load_default_fixes(file: str, text: str, named: str) -> tuple[str, ...] | None:
    """What the file says of the default upstream's answers, else WEIR_DEFAULT_FIXES;
    None: neither says anything. Raises BadStartupRoutes."""
    content, where = _content(file, text)
    document = _json(content, where) if content else None
    if isinstance(document, dict) and document.get("default_fixes") is not None:
        return _fixes(document["default_fixes"], where)
    return _fixes(fixes.names_in(named), "WEIR_DEFAULT_FIXES") if named else None


def _content(file: str, text: str) -> tuple[str, str]:
    """What was configured, and what to call it."""
    if not file:
        return text, "WEIR_MODELS_JSON"
    try:
        return Path(file).read_text("utf-8"), file
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8 text"
        raise BadStartupRoutes(
            f"WEIR_MODELS_FILE {file} can't be read: {reason}."
        ) from None


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadStartupRoutes(f"{where} isn't valid JSON: {error}.") from None
    except RecursionError:
        raise BadStartupRoutes(f"{where} isn't valid JSON: nested too deep.") from None


def parse(text: str, where: str) -> tuple[Rule, ...]:
    routes = _routes(_json(text, where), where)
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
        _fixes(document.get("default_fixes"), where)
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
    values = {
        key: _text(entry.get(key), key, where)
        for key in sorted(_KEYS - {"fixes", "on_failure"})
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
        fixes=_fixes(entry["fixes"], where) if "fixes" in entry else None,
        on_failure=_on_failure(entry.get("on_failure"), values["model"], where),
        priority=0,
        source=Source.STARTUP,
    )


def _check(values: dict[str, str], where: str) -> None:
    for key in ("model", "upstream_url"):
        if not values[key]:
            raise BadStartupRoutes(f"{where} has no “{key}”.")
    if problem := bases.problem(values["upstream_url"]):
        raise BadStartupRoutes(f"{where}: {problem}")
    if problem := checks.model_problem(values["upstream_model"]):
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


def _fixes(value: Any, where: str) -> tuple[str, ...]:
    listed = value or []
    if problem := fixes.problem(listed):
        raise BadStartupRoutes(f"{where}: {problem}")
    return tuple(listed)


def _on_failure(value: Any, model: str, where: str) -> tuple[str, ...]:
    listed = [] if value is None else value
    if problem := checks.on_failure_problem(RuleKind.EXACT, model, listed):
        raise BadStartupRoutes(f"{where}: {problem}")
    return tuple(listed)


def _text(value: Any, key: str, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadStartupRoutes(f"{where}: “{key}” must be text.")
    return value.strip()
