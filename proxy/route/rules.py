"""Providers, routes and the table of them, as frozen values. Pure.

`proxy/table/snapshot.py` builds a `RouteTable` from the database, the startup file and
the settings; `proxy/route/addresses.py` and `proxy/route/decision.py` read it, on the
hot path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proxy.exchange import AskUsage, AuthStyle, Capture, Dialect
from proxy.route import bases, patterns
from proxy.route.matching import ModelIndex, PatternIndex
from proxy.route.owners import Owners
from proxy.route.patterns import Pattern


class KeyUse(StrEnum):
    """Whether a provider's key replaces one that the client sends."""

    ALWAYS = "always"
    MISSING = "missing"
    """Only for clients that send none."""


class RuleKind(StrEnum):
    """What a rule is matched with."""

    EXACT = "exact"
    """A model's name."""
    PREFIX = "prefix"
    """What a model's name begins with."""
    PATTERN = "pattern"
    """Method, host and path."""


class Source(StrEnum):
    """Where a rule is from."""

    STARTUP = "startup"
    DATABASE = "database"
    SEEDED = "seeded"
    """In the database, made by Weir and not edited since."""


# Asked of every rule on the hot path, and Python 3.11 takes its time to find a member.
_PREFIX, _STARTUP = RuleKind.PREFIX, Source.STARTUP


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamProvider:
    """One provider; `proxy.models.Provider` explains the fields."""

    slug: str
    name: str = ""
    base_url: str
    base_urls: Mapping[str, str] = field(default_factory=dict)
    wire_formats: tuple[str, ...] = (Dialect.OPENAI,)
    auth_style: AuthStyle = AuthStyle.BEARER
    api_key_env: str = ""
    key_use: KeyUse = KeyUse.ALWAYS
    active: bool = True
    connect_timeout_s: float | None = None
    read_timeout_s: float | None = None
    proxy_url: str = ""
    capture: Capture = Capture.FULL
    ask_usage: AskUsage = AskUsage.ALWAYS
    drain: bool = False
    fixes: tuple[str, ...] = ()

    def base(self, dialect: Dialect | None) -> bases.Base:
        """Where calls of this dialect go; None: of one that nothing is known of."""
        return bases.split(self.base_urls.get(dialect or "") or self.base_url)

    def all_bases(self) -> list[bases.Base]:
        return [bases.split(url) for url in (self.base_url, *self.base_urls.values())]

    def owns(self, origin: str) -> bool:
        """True for an origin of its own: only there goes its key."""
        return any(base.origin == origin for base in self.all_bases())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One route; `proxy.models.Route` explains the fields."""

    name: str
    kind: RuleKind
    match: str
    provider: str = ""
    upstream_url: str = ""
    upstream_model: str = ""
    api_key_env: str = ""
    api_key: str = field(default="", repr=False)
    """Only from the startup file; never shown."""
    priority: int = 50
    capture: Capture | None = None
    raw_files: bool | None = None
    ask_usage: bool = True
    drain: bool | None = None
    fixes: tuple[str, ...] | None = None
    on_failure: tuple[str, ...] = ()
    source: Source = Source.DATABASE
    pk: int | None = None

    @property
    def literal(self) -> str:
        return self.match[:-1] if self.kind == _PREFIX else self.match

    @property
    def order(self) -> tuple[int, bool, int, bool]:
        """Sort key: priority, exact before prefix, longer literal, startup first."""
        return (
            self.priority,
            self.kind == _PREFIX,
            -len(self.literal),
            self.source != _STARTUP,
        )


@dataclass(frozen=True, slots=True)
class PatternRule:
    pattern: Pattern
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Where a `/v1` call goes that no route takes."""

    provider: str = ""
    model: str = ""
    enabled: bool = False
    fixes: tuple[str, ...] = ()
    """What is mended there, and at WEIR_UPSTREAM_URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """Everything routing knows; made by `build`, replaced as a whole, never changed."""

    providers: Mapping[str, UpstreamProvider]
    models: ModelIndex
    """The usable rules of models."""
    passed_over: ModelIndex
    """Those that aren't used."""
    patterns: tuple[PatternRule, ...]
    """Most specific first."""
    near: PatternIndex
    """The same, by where they are."""
    rules: tuple[Rule, ...]
    """Every usable rule, in order."""
    skipped: tuple[tuple[Rule, str], ...]
    """Rules that aren't used, and why."""
    slugs: frozenset[bytes]
    owners: Owners
    """Which active provider has a host."""
    fallback: Fallback
    upstream_url: str
    """WEIR_UPSTREAM_URL; "" when it isn't set."""
    guesses_provider: bool
    """Where nothing else decides, the key or the model tells the provider."""
    lists_models: bool
    """The list of models is told from the routes."""
    captures_unknown: bool
    """What is asked for at an unknown address is traffic, too, and refused as such."""
    sold_by: Mapping[str, Collection[str]]
    """Model name in small letters → slugs of the providers with a price for it."""
    proxy_hosts: tuple[str, ...]
    proxy_hosts_only: bool
    capture: Capture
    """WEIR_CAPTURE: what is kept where neither route nor provider asks for less."""
    raw_files: bool
    """WEIR_RAW_FILES: files as well, where the route doesn't say."""
    connect_timeout_s: float
    read_timeout_s: float
    run_keys: Mapping[str, float]
    """Digest of each valid run key → when it expires, Unix time."""
    contentless: Collection[str]
    """Of them, those whose requests leave figures and no text."""
    revision: str | None
    """What the database called this state; None without a database."""

    def rule_for(self, model: str) -> Rule | None:
        """The first rule in order that takes this model."""
        found = self.models.taking(model)
        return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the settings say."""

    upstream_url: str = ""
    guesses_provider: bool = True
    lists_models: bool = False
    captures_unknown: bool = False
    proxy_hosts: tuple[str, ...] = ()
    proxy_hosts_only: bool = False
    capture: Capture = Capture.FULL
    raw_files: bool = False
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 600.0


def build(
    *,
    providers: Iterable[UpstreamProvider] = (),
    rules: Iterable[Rule] = (),
    fallback: Fallback | None = None,
    surroundings: Surroundings | None = None,
    run_keys: Mapping[str, float] | None = None,
    contentless: Collection[str] = (),
    sold_by: Mapping[str, Collection[str]] | None = None,
    revision: str | None = None,
) -> RouteTable:
    """Index the rules; leave out those that must not be used."""
    by_slug = {provider.slug: provider for provider in providers}
    around = surroundings or Surroundings()
    usable: list[Rule] = []
    skipped: list[tuple[Rule, str]] = []
    for rule in sorted(rules, key=lambda rule: rule.order):
        why = _why_not(rule, by_slug, around)
        if why:
            skipped.append((rule, why))
        else:
            usable.append(rule)
    patterns = _pattern_rules(usable)
    return RouteTable(
        providers=by_slug,
        models=ModelIndex.of(usable),
        passed_over=ModelIndex.of(rule for rule, _ in skipped),
        patterns=patterns,
        near=PatternIndex.of(patterns),
        rules=tuple(usable),
        skipped=tuple(skipped),
        slugs=frozenset(slug.encode() for slug in by_slug),
        owners=Owners(by_slug),
        fallback=fallback or Fallback(),
        upstream_url=around.upstream_url,
        guesses_provider=around.guesses_provider,
        lists_models=around.lists_models,
        captures_unknown=around.captures_unknown,
        sold_by=sold_by or {},
        proxy_hosts=around.proxy_hosts,
        proxy_hosts_only=around.proxy_hosts_only,
        capture=around.capture,
        raw_files=around.raw_files,
        connect_timeout_s=around.connect_timeout_s,
        read_timeout_s=around.read_timeout_s,
        run_keys=run_keys or {},
        contentless=contentless,
        revision=revision,
    )


def _why_not(
    rule: Rule, providers: Mapping[str, UpstreamProvider], around: Surroundings
) -> str:
    if rule.source == Source.SEEDED and around.upstream_url:
        return "a seeded default never beats an upstream that was set explicitly"
    provider = providers.get(rule.provider)
    if provider is not None and not provider.active:
        return f"its provider {rule.provider} is switched off"
    if not rule.upstream_url and provider is None:
        return "it names no upstream"
    return ""


def _pattern_rules(rules: Iterable[Rule]) -> tuple[PatternRule, ...]:
    found = []
    for rule in rules:
        if rule.kind == RuleKind.PATTERN:
            try:
                found.append(PatternRule(patterns.parse(rule.match), rule))
            except patterns.BadPattern:
                continue  # the admin refuses these; one written past it matches nothing
    return tuple(sorted(found, key=lambda entry: patterns.specificity(entry.pattern)))
