"""One request's way through the rules, its steps written down. Pure.

The inside of `proxy/route/decision.py`: a method per address form, each of which
chooses an upstream; `proxy/route/target.py` adds key, model and policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from proxy.errors import RoutingError
from proxy.exchange import DecidedBy, Dialect, Inbound, Target
from proxy.route import bases, target
from proxy.route.addresses import Address, Form
from proxy.route.bases import Base
from proxy.route.hosts import domain_origin
from proxy.route.provider_path import provider_path
from proxy.route.questions import Questions
from proxy.route.recognition import recognise, sole_keyholder
from proxy.route.rules import Rule, UpstreamProvider
from proxy.route.target import DEMO, Choice

DEMO_MODEL = "weir-demo"
_NOWHERE = (
    "Nothing says where this call goes: no route takes {}, and neither its key nor its"
    " model tells a provider. Name the provider in the address (/openai/v1/…), make a"
    " route for the model (/settings/routes), or start Weir with --upstream-url."
)
_MODEL_LIST = re.compile(rb"/models(?:/weir-demo[^/]*)?")
_WHOLE_PATHS = (b"/v1/", b"/v1beta/", b"/v1alpha/", b"/api/")


def is_demo_model(model: str | None) -> bool:
    return model is not None and (
        model == DEMO_MODEL or model.startswith(f"{DEMO_MODEL}-")
    )


@dataclass(slots=True, kw_only=True)
class Resolution(Questions):
    """Its way from the address to the target."""

    inbound: Inbound
    environ: Mapping[str, str]

    def target(self, address: Address) -> Target:
        self.steps.append(f"The address is of the form “{address.form.value}”.")
        choose = {
            Form.V1: self._v1,
            Form.NATIVE: self._native,
            Form.DOMAIN: self._domain,
            Form.PROVIDER: self._provider,
            Form.PATTERN: self._pattern,
        }[address.form]
        made = target.make(
            choose(address), self.inbound, self.asked, self.table, self.environ
        )
        self.steps.append(made.reason)
        if made.on_failure:
            named = ", then ".join(f"“{model}”" for model in made.on_failure)
            self.steps.append(f"Should it fail, {named} would be asked instead.")
        return made

    # --- /v1/… --------------------------------------------------------------------

    def _v1(self, address: Address) -> Choice:
        model = self.asked.model
        rule = self.rule(model)
        if rule is not None:
            provider = self.table.providers.get(rule.provider)
            base = self.rule_base(rule, provider, address.dialect)
            why = f"Route “{rule.name}” takes model “{model}”"
            chosen = self._below_v1(address, base, provider, why)
            return replace(chosen, rule=rule, decided_by=DecidedBy.ROUTE)
        if is_demo_model(model):
            return self._demo_model(address, model)
        is_anthropic = address.dialect is Dialect.ANTHROPIC
        if is_anthropic and not self._fallback_speaks_anthropic():
            if not self.table.upstream_url and (found := self._recognised(address)):
                return found
            provider = self.usable("anthropic")
            if provider is not None:
                why = "No route takes it, and Anthropic calls go to “anthropic”"
                base = provider.base(Dialect.ANTHROPIC)
                return self._below_v1(address, base, provider, why)
            self.steps.append("The provider “anthropic” is missing or switched off.")
        return self._fall_back(address)

    def _fallback_speaks_anthropic(self) -> bool:
        """An operator's own fallback that speaks it comes before the built-in rule."""
        provider = self.usable(self.table.fallback.provider)
        return (
            self.table.fallback.enabled
            and not self.table.upstream_url
            and provider is not None
            and Dialect.ANTHROPIC in provider.wire_formats
        )

    def _fall_back(self, address: Address) -> Choice:
        fallback = self.table.fallback
        if self.table.upstream_url:
            return self._default_upstream(address)
        provider = self.usable(fallback.provider)
        if fallback.enabled and provider is not None:
            why = f"No route takes it, and “{provider.slug}” is the fallback provider"
            base = provider.base(address.dialect)
            chosen = self._below_v1(address, base, provider, why)
            return replace(chosen, fallback_model=fallback.model or None)
        self.steps.append("WEIR_UPSTREAM_URL is not set, nor a fallback provider.")
        return self._recognised(address) or self._nowhere(address)

    def _default_upstream(self, address: Address) -> Choice:
        base = bases.split(self.table.upstream_url)
        why = "No route takes it, so it goes to WEIR_UPSTREAM_URL"
        path = bases.join_v1(base.path, address.rest)
        provider = self.at(base, path, address.dialect)
        return self._below_v1(address, base, provider, why)

    def _recognised(self, address: Address) -> Choice | None:
        """Whose key or model it is tells the provider."""
        inbound, model = self.inbound, self.asked.model
        found = recognise(inbound, model, address.dialect, self.table)
        if found is None and model is None:
            found = sole_keyholder(inbound, address.dialect, self.table, self.environ)
        if found is None:
            told = "Neither its key nor its model tells a provider."
            off = "WEIR_GUESS_PROVIDER is off: neither its key nor its model is asked."
            self.steps.append(told if self.table.guesses_provider else off)
            return None
        base = found.provider.base(address.dialect)
        chosen = self._below_v1(address, base, found.provider, found.why)
        return replace(chosen, decided_by=DecidedBy.RECOGNISED)

    def _nowhere(self, address: Address) -> Choice:
        """The list of models is asked before anything is set up: it can be had."""
        if self.inbound.method == "GET" and _MODEL_LIST.fullmatch(address.rest):
            why = (
                "Nothing tells whose models are meant, so the built-in ones are listed"
            )
            return self._demo(address, DecidedBy.BUILT_IN, why)
        model = self.asked.model
        what = f"model “{model[:100]}”" if model else "it"
        raise RoutingError("UPSTREAM_URL_NOT_CONFIGURED", _NOWHERE.format(what))

    def _below_v1(
        self,
        address: Address,
        base: Base,
        provider: UpstreamProvider | None,
        why: str,
    ) -> Choice:
        if base.origin == bases.DEMO_URL:
            path = _demo_path(address.rest)
        else:
            path = bases.join_v1(base.path, address.rest)
        return Choice(
            address=address,
            base=base,
            path=path,
            provider=provider,
            decided_by=DecidedBy.FALLBACK,
            why=why,
        )

    # --- the other forms ----------------------------------------------------------

    def _native(self, address: Address) -> Choice:
        model = address.model or self.asked.model
        rule = self.rule(model)
        if rule is None and is_demo_model(model):
            return self._demo_model(address, model)
        provider = self.table.providers.get(rule.provider) if rule else None
        if rule is not None and provider is not None:
            if address.dialect in provider.wire_formats:
                return self._native_by_rule(address, rule, provider)
            self.steps.append(
                f"Route “{rule.name}” is passed over: {provider.slug} isn't known to "
                f"speak {address.dialect}."
            )
        provider = self.named(address.name)
        base = provider.base(address.dialect)
        return Choice(
            address=address,
            base=base,
            path=bases.join(base.path, address.rest),
            provider=provider,
            decided_by=DecidedBy.ADDRESS,
            why=f"The path is {provider.name or provider.slug}'s own API",
        )

    def _native_by_rule(
        self, address: Address, rule: Rule, provider: UpstreamProvider
    ) -> Choice:
        base = self.rule_base(rule, provider, address.dialect)
        rest = address.rest
        if address.model and rule.upstream_model:
            old, new = address.model.encode(), quote(rule.upstream_model, "/@").encode()
            rest = rest.replace(b"/" + old + b":", b"/" + new + b":", 1)
        is_demo = base.origin == bases.DEMO_URL
        return Choice(
            address=address,
            base=base,
            path=_demo_path(rest) if is_demo else bases.join(base.path, rest),
            provider=provider,
            decided_by=DecidedBy.ROUTE,
            why=f"Route “{rule.name}” takes its model",
            rule=rule,
        )

    def _domain(self, address: Address) -> Choice:
        hosts, only = self.table.proxy_hosts, self.table.proxy_hosts_only
        origin = domain_origin(address.name, hosts, only)
        if origin is None:
            wanted = "hosts" if only else "public domain names and hosts"
            # Without user info: what is said here is stored.
            name = re.split("@|%(?:25)*40", address.name)[-1]
            raise RoutingError(
                "HOST_NOT_ALLOWED",
                f"/proxy/ takes {wanted} listed in WEIR_PROXY_HOSTS here; "
                f"“{name}” isn't one.",
            )
        base = bases.split(origin)
        return Choice(
            address=address,
            base=base,
            path=address.rest,
            provider=self.at(base, address.rest, address.dialect),
            decided_by=DecidedBy.ADDRESS,
            why="The address names this host itself",
            may_have_key=False,
        )

    def _provider(self, address: Address) -> Choice:
        provider = self.named(address.name)
        why = f"The address names provider “{provider.slug}”"
        if provider.base_url == bases.DEMO_URL:
            return self._demo(address, DecidedBy.ADDRESS, why)
        base, path = provider_path(provider, address.rest)
        return Choice(
            address=address,
            base=base,
            path=path,
            provider=provider,
            decided_by=DecidedBy.ADDRESS,
            why=why,
        )

    def _pattern(self, address: Address) -> Choice:
        assert address.entry is not None  # `addresses.parse` fills it for this form
        rule = address.entry.rule
        provider = self.table.providers.get(rule.provider)
        base = self.rule_base(rule, provider, Dialect.OPENAI)
        if address.rest in (b"", b"/"):
            path = base.path or b"/"  # nothing follows: the destination as it stands
        else:
            path = base.path.rstrip(b"/") + address.rest
        return Choice(
            address=address,
            base=base,
            path=_demo_path(path) if base.origin == bases.DEMO_URL else path,
            provider=provider,
            decided_by=DecidedBy.ROUTE,
            why=f"Pattern route “{rule.name}” matches",
            rule=rule,
        )

    def _demo_model(self, address: Address, model: str | None) -> Choice:
        why = f"“{model}” is Weir's built-in model"
        return self._demo(address, DecidedBy.BUILT_IN, why)

    def _demo(self, address: Address, decided_by: DecidedBy, why: str) -> Choice:
        provider = self.table.providers.get(DEMO.slug, DEMO)
        if not provider.active:
            raise RoutingError(
                "PROVIDER_INACTIVE", "The built-in provider “demo” is switched off."
            )
        return Choice(
            address=address,
            base=bases.split(bases.DEMO_URL),
            path=_demo_path(address.rest),
            provider=provider,
            decided_by=decided_by,
            why=why,
        )


def _demo_path(rest: bytes) -> bytes:
    return rest if rest.startswith(_WHOLE_PATHS) else b"/v1" + rest
