"""Who may use the proxy: asked before anything is forwarded.

On loopback anyone local may, but no web page elsewhere; beyond it a token is needed.
Used by `proxy/forward/admission.py`. Pure.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from proxy.errors import WeirError
from proxy.exchange import Inbound
from proxy.forward.browsers import PageRequest, admitted
from proxy.forward.run_keys import ValidKeys, is_in_path, is_valid
from proxy.forward.spellings import readings
from proxy.headers import TOKEN_PLACES, UNMISTAKABLE, bare
from proxy.route.hosts import is_loopback, names_this_weir

_ONCE = (b"host", b"origin")


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules of one bind address."""

    bound_to: str
    token: str
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()

    def check_page(self, page: PageRequest, inbound: Inbound) -> PageRequest:
        """A web page's request, with the origin it was listed by; raises WeirError."""
        self._check_host(inbound)
        listed = admitted(page, self.allowed_origins)
        return replace(page, allowed_origin=listed.encode("latin-1"))

    def check(self, inbound: Inbound, run_keys: ValidKeys) -> Inbound:
        """What to forward, without Weir's own token; raises WeirError."""
        self._check_host(inbound)
        is_open = is_loopback(self.bound_to) and not self.token
        if inbound.run_key:
            # As good as the token: who has it was given it for this.
            _check_run_key(inbound.run_key, run_keys)
        elif not is_open and not self._has_token(inbound):
            raise WeirError(
                "MISSING_OR_INVALID_AUTHORIZATION_HEADER",
                "This Weir wants its token: send it as X-Weir-Token, or in the place "
                "of the API key.",
            )
        self._check_path(inbound.raw_path)
        return self._without_token(inbound)

    def _check_host(self, inbound: Inbound) -> None:
        _check_told_once(inbound)
        if not is_loopback(self.bound_to):
            return
        if not names_this_weir(inbound.host, self.allowed_hosts):
            raise WeirError(
                "HOST_NOT_ALLOWED",
                f"Weir listens on this machine only and doesn't answer to the name "
                f"{inbound.host[:100]!r}; add it to WEIR_ALLOWED_HOSTS if it is yours.",
            )

    def _check_path(self, raw_path: bytes) -> None:
        """From there it can't be taken out."""
        if is_in_path(raw_path) or self._holds_token(raw_path):
            raise WeirError(
                "INVALID_PATH",
                "The path holds a key of Weir's own, which would go to the upstream:"
                " send it in a header.",
            )

    def _has_token(self, inbound: Inbound) -> bool:
        return any(
            name in TOKEN_PLACES and self._is_token(value)
            for name, value in inbound.headers
        ) or any(map(self._is_token_parameter, inbound.query.split(b"&")))

    def _without_token(self, inbound: Inbound) -> Inbound:
        """Whatever holds it goes: a client may send it in two places at once."""
        if not self.token:
            return inbound
        headers = [
            (name, value)
            for name, value in inbound.headers
            if not (self._is_token(value) or self._holds_token(value))
        ]
        kept = [
            pair
            for pair in inbound.query.split(b"&")
            if not (self._is_token_parameter(pair) or self._holds_token(pair))
        ]
        return replace(inbound, headers=headers, query=b"&".join(kept))

    def _holds_token(self, text: bytes) -> bool:
        token = self.token.encode()
        return len(token) >= UNMISTAKABLE and any(
            token in reading for reading in readings(text)
        )

    def _is_token(self, value: bytes) -> bool:
        given = bare(value)
        return bool(self.token) and hmac.compare_digest(given, self.token.encode())

    def _is_token_parameter(self, pair: bytes) -> bool:
        """Clients of Google's API may have their key in `?key=`."""
        name, equals, value = pair.partition(b"=")
        return (
            bool(equals) and name == b"key" and self._is_token(unquote_to_bytes(value))
        )


def _check_told_once(inbound: Inbound) -> None:
    """Of two, another reader may believe the other one (RFC 9112 3.2: 400)."""
    told = [name for name, _ in inbound.headers if name in _ONCE]
    if len(told) > len(set(told)):
        raise WeirError("INVALID_REQUEST", "It has two Host or two Origin headers.")


def _check_run_key(digest: str, run_keys: ValidKeys) -> None:
    if not is_valid(digest, run_keys, time.time()):
        raise WeirError(
            "INVALID_RUN_KEY",
            "This run key is unknown, has expired or was revoked; a run's keys are "
            "revoked when it ends.",
        )
