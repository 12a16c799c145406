"""Who may use the proxy (DESIGN.md, "Security"): asked before anything is forwarded.

On loopback anyone local may, but no web page elsewhere; beyond it a token is needed.
Used by `proxy/app.py`. Pure.
"""

from __future__ import annotations

import hmac
import ipaddress
import time
from dataclasses import dataclass, replace
from functools import lru_cache

from proxy.errors import WeirError
from proxy.exchange import HeaderList, Inbound
from proxy.headers import value_of
from proxy.run_keys import ValidKeys, is_valid

_TOKEN_HEADERS = (b"x-weir-token", b"authorization", b"x-api-key", b"x-goog-api-key")


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """True for `localhost`, 127.0.0.0/8 and ::1, with or without brackets."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules of one bind address."""

    bound_to: str
    token: str
    allowed_hosts: tuple[str, ...] = ()

    def check(self, inbound: Inbound, run_keys: ValidKeys) -> Inbound:
        """What to forward, without Weir's own token; raises WeirError."""
        self._check_origin(inbound)
        if inbound.run_key:
            # As good as the token: who has it was given it for this.
            _check_run_key(inbound.run_key, run_keys)
            return replace(inbound, headers=self._rid_of_token(inbound.headers))
        if is_loopback(self.bound_to) and not self.token:
            return inbound
        return replace(inbound, headers=self._without_token(inbound.headers))

    def _rid_of_token(self, headers: HeaderList) -> HeaderList:
        """A client may send the token beside its run key."""
        return [
            (name, value)
            for name, value in headers
            if name not in _TOKEN_HEADERS or not self._is_token(value)
        ]

    def _check_origin(self, inbound: Inbound) -> None:
        if not is_loopback(self.bound_to):
            return
        if not is_loopback(inbound.host) and inbound.host not in self.allowed_hosts:
            raise WeirError(
                "HOST_NOT_ALLOWED",
                f"Weir listens on this machine only and doesn't answer to the name "
                f"{inbound.host[:100]!r}; add it to WEIR_ALLOWED_HOSTS if it is yours.",
            )
        if value_of(inbound.headers, b"sec-fetch-site") == b"cross-site":
            raise WeirError(
                "HOST_NOT_ALLOWED", "A web page of another site may not use Weir."
            )

    def _without_token(self, headers: HeaderList) -> HeaderList:
        for name, value in headers:
            if name in _TOKEN_HEADERS and self._is_token(value):
                return [pair for pair in headers if pair != (name, value)]
        raise WeirError(
            "MISSING_OR_INVALID_AUTHORIZATION_HEADER",
            "This Weir wants its token: send it as X-Weir-Token, or in the place "
            "of the API key.",
        )

    def _is_token(self, value: bytes) -> bool:
        given = value.removeprefix(b"Bearer ").strip()
        return bool(self.token) and hmac.compare_digest(given, self.token.encode())


def _check_run_key(digest: str, run_keys: ValidKeys) -> None:
    if not is_valid(digest, run_keys, time.time()):
        raise WeirError(
            "INVALID_RUN_KEY",
            "This run key is unknown, has expired or was revoked; a run's keys are "
            "revoked when it ends.",
        )
