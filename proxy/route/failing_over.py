"""Where a request goes when its upstream fails: only where its route says so. Pure.

A route may name models that are asked instead, in order. Each goes by the route that
takes it, as if the client had asked for it. `proxy/forward/failures.py` says what
counts as a failure, `proxy/app.py` makes the attempts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import quote

from proxy.errors import RoutingError
from proxy.exchange import Asked, DecidedBy, Inbound, Target
from proxy.headers import API_KEYS, CREDENTIALS, TOKEN
from proxy.route.addresses import Address
from proxy.route.credentials import has_credentials
from proxy.route.decision import Decisions
from proxy.route.rules import RouteTable

_BESIDE_KEYS = CREDENTIALS - API_KEYS - {TOKEN}


@dataclass(slots=True, kw_only=True)
class Others:
    """What is left to be tried for one request."""

    first: Target
    address: Address
    inbound: Inbound
    asked: Asked
    table: RouteTable
    decisions: Decisions
    left: list[str] = field(default_factory=list)
    tries: int = 1

    def __post_init__(self) -> None:
        self.left = list(self.first.on_failure)

    def next(self, why: str, notes: list[str]) -> Target | None:
        """The next one that can be tried, because of `why`; notes tell of others."""
        while self.left:
            model = self.left.pop(0)
            found = self._of(model)
            if isinstance(found, Target):
                self.tries += 1
                because = f"“{self.first.route}” failed ({why}), so “{model}” is asked"
                return replace(
                    found,
                    reason=f"{because} instead. {found.reason}",
                    # The way and what is sent may be new; one attempt is one attempt.
                    on_failure=(),
                    drain=self.first.drain,
                )
            notes.append(f"“{model}” isn't asked instead: {found}")
        return None

    def _of(self, model: str) -> Target | str:
        """Where it goes, or why it can't, as the end of a sentence."""
        address = _renamed(self.address, model)
        asked = replace(self.asked, model=model)
        try:
            found = self.decisions.target(address, self.inbound, asked, self.table)
        except RoutingError as error:
            return error.message
        if found.decided_by is not DecidedBy.ROUTE:
            return "no route takes it."
        provider = self.table.providers.get(found.provider)
        if provider is not None and address.dialect not in provider.wire_formats:
            return f"{found.provider} isn't known to speak {address.dialect}."
        if not self._may_have_credentials(found):
            return (
                f"{found.origin} would get the client's key, which is another "
                "upstream's; give its route or provider a key of its own."
            )
        if address.model is not None:
            return found  # its path has the model
        return replace(found, model=found.model or model)

    def _may_have_credentials(self, found: Target) -> bool:
        """The client's credentials are for the upstream that they were sent to."""
        if found.origin in (self.first.origin, "demo:"):
            return True
        # A key of Weir's own takes the place of the client's key, and of nothing else.
        if any(name in _BESIDE_KEYS and value for name, value in self.inbound.headers):
            return False
        return found.key is not None or not has_credentials(self.inbound)


def _renamed(address: Address, model: str) -> Address:
    """For another model, where the path names it (Gemini)."""
    if address.model is None:
        return address
    old, new = f"/{address.model}".encode(), f"/{quote(model, '@')}".encode()
    rest = address.rest.replace(old + b":", new + b":", 1)
    return replace(address, model=model, rest=rest)
