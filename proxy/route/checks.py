"""Why a route or provider can't do what it says, as sentences for the editor. Pure.

Called by `clean()` in `proxy/models/` and by `weir routes check`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from proxy.exchange import Dialect
from proxy.route import addresses, bases, patterns
from proxy.route.rules import Rule, RuleKind

_DIALECTS = tuple(Dialect)
_DIALECT_NAMES = ", ".join(Dialect)


def match_problem(kind: str, match: str) -> str | None:
    """What is wrong with a route's `match` taken alone."""
    if not match:
        return "Say what it matches."
    if kind == RuleKind.PATTERN:
        return _pattern_problem(match)
    if kind == RuleKind.PREFIX:
        if not match.endswith("*"):
            return f"A prefix ends in *: without it, “{match}” would never match."
        if "*" in match[:-1]:
            return "A prefix has one *, at its end."
        return None
    if "*" in match:
        return "An exact model name has no *; choose the kind “model prefix”."
    return None


def model_problem(name: str) -> str | None:
    """What is wrong with the name of a model that is sent instead."""
    if any(unicodedata.category(each) == "Cc" for each in name):
        return "A model's name has no control characters."
    return None


def _pattern_problem(match: str) -> str | None:
    try:
        pattern = patterns.parse(match)
    except patterns.BadPattern as error:
        return str(error)
    if addresses.is_reserved_path(pattern.path):
        return (
            f"Weir's own pages are at “{pattern.path.decode()}”, so it never matches."
        )
    return None


def shadow_problem(rule: Rule, others: Iterable[Rule]) -> str | None:
    """Which active route keeps this one from ever matching."""
    if rule.kind == RuleKind.PATTERN:
        return _conflict(rule, others)
    for other in others:
        if other.kind == RuleKind.PATTERN or not covers(other, rule):
            continue
        if _comes_first(other, rule):
            return (
                f"The {other.kind} route “{other.name}” (priority {other.priority}, "
                f"{other.source}) takes every such request before this one."
            )
    return None


def shadowed(rules: Iterable[Rule]) -> dict[Rule, str]:
    """Of all that are in use, in their order: those that no model ever comes to, and
    which one takes them before."""
    found: dict[Rule, str] = {}
    before: list[Rule] = []
    exact: dict[str, Rule] = {}
    for rule in rules:
        if rule.kind == RuleKind.PATTERN:
            continue
        twin = exact.setdefault(rule.match, rule)
        others = before if twin is rule else [*before, twin]
        if problem := shadow_problem(rule, others):
            found[rule] = problem
        if rule.kind == RuleKind.PREFIX:
            before.append(rule)
    return found


def _conflict(rule: Rule, others: Iterable[Rule]) -> str | None:
    pattern = patterns.parse(rule.match)
    for other in others:
        if other.kind != RuleKind.PATTERN:
            continue
        try:
            problem = patterns.conflict(pattern, patterns.parse(other.match))
        except patterns.BadPattern:
            continue
        if problem:
            return problem
    return None


def covers(wide: Rule, narrow: Rule) -> bool:
    """True when `wide` matches every model that `narrow` matches."""
    if wide.kind == RuleKind.PREFIX:
        return narrow.literal.startswith(wide.literal)
    return narrow.kind == RuleKind.EXACT and narrow.match == wide.match


def _comes_first(one: Rule, other: Rule) -> bool:
    if one.order != other.order:
        return one.order < other.order
    return other.pk is None or (one.pk is not None and one.pk < other.pk)


def dialects_problem(value: object) -> str | None:
    if not isinstance(value, list) or not value:
        return f"List at least one of {_DIALECT_NAMES}."
    unknown = [name for name in value if name not in _DIALECTS]
    return f"“{unknown[0]}” is none of {_DIALECT_NAMES}." if unknown else None


def base_urls_problem(value: object) -> str | None:
    if not isinstance(value, dict):
        return "Write it as {dialect: URL}."
    for dialect, url in value.items():
        if dialect not in _DIALECTS:
            return f"“{dialect}” is none of {_DIALECT_NAMES}."
        problem = bases.problem(url) if isinstance(url, str) else "A URL is text."
        if problem:
            return problem
    return None


MOST_ON_FAILURE = 3
"""Models that are asked instead: each attempt may be billed, and takes its time."""


def on_failure_problem(kind: str, match: str, models: Any) -> str | None:
    """What is wrong with the models that a route has asked instead when it fails."""
    if not isinstance(models, list) or not all(
        isinstance(model, str) and model.strip() for model in models
    ):
        return 'This is a list of models, such as ["gpt-5-mini"].'
    if models and kind == RuleKind.PATTERN:
        return "A pattern route names no model: nothing can be asked instead."
    if len(models) > MOST_ON_FAILURE:
        return f"At most {MOST_ON_FAILURE} models are asked instead."
    if len(set(models)) < len(models) or match in models:
        return "Each model is asked once, and not the one that failed."
    return None


def proxy_problem(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"“{url}” must look like http://host:port."
    if parts.password:
        return "A password can't be stored here; use HTTPS_PROXY."
    return None
