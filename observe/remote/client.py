"""Asks a server's JSON API; every failure is a `Problem` with one sentence.

Used by everything in `observe/remote` that needs the server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote

import httpx

from observe.problem import Problem
from observe.remote import address
from observe.remote.address import Address
from proxy.exchange import AuthStyle
from proxy.headers import credential

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 120.0
ERRNO = re.compile(r"^\[Errno -?\d+\] ")
Query = dict[str, Any]
SENSELESS = (LookupError, TypeError, AttributeError, ValueError)
"""What reading an answer of other members raises."""


class Weir:
    """One server. `with Weir(address) as weir:` closes its connections."""

    def __init__(
        self, server: Address, transport: httpx.BaseTransport | None = None
    ) -> None:
        """`transport`: another way to it than the network (here.py beside this)."""
        self.address = server
        self._is_remote = transport is None
        headers = {"user-agent": "weir-command", "accept": "application/json"}
        if server.token:
            name, value = credential(AuthStyle.BEARER, server.token)
            headers[name.decode()] = value.decode("latin-1")
        self._web = httpx.Client(
            base_url=server.url,
            headers=headers,
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            # A proxy for the Internet is not the way to a server on this machine.
            trust_env=not server.is_local,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        """What can't be made sense of tells of the server, where that is no Weir."""
        try:
            if isinstance(error, SENSELESS) and self._is_another():
                raise self._stranger() from None
        finally:
            self._web.close()

    # --- asking -------------------------------------------------------------------
    def get(self, path: str, query: Query | None = None) -> Any:
        return self._ask("GET", path, params=_given(query))

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, json={} if body is None else body)

    def put(self, path: str, body: Any) -> Any:
        return self._ask("PUT", path, json=body)

    def patch(self, path: str, body: Any, *, tag: str = "") -> Any:
        """`tag`: only while it is as it was read."""
        return self._ask("PATCH", path, json=body, headers=_if_match(tag))

    def delete(self, path: str, query: Query | None = None, *, tag: str = "") -> Any:
        return self._ask("DELETE", path, params=_given(query), headers=_if_match(tag))

    @contextmanager
    def stream(self, path: str, query: Query | None = None) -> Iterator[httpx.Response]:
        """A long answer, piece by piece (`response.iter_bytes()`)."""
        try:
            with self._web.stream("GET", path, params=_given(query)) as response:
                if not response.is_success:
                    response.read()
                    raise self._refusal(response)
                yield response
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None

    def is_there(self) -> bool:
        """True when a Weir answers at the address, and nothing else does."""
        try:
            return self._is_weir()
        except httpx.HTTPError:
            return False

    def _is_weir(self) -> bool:
        answer = self._web.get("/readyz", timeout=CONNECT_TIMEOUT_S)
        try:
            return "recorder" in answer.json() or "database" in answer.json()
        except (ValueError, TypeError):
            return False

    def _is_another(self) -> bool:
        """Something answers at the address, and it isn't Weir."""
        try:
            return self._is_remote and not self._is_weir()
        except httpx.HTTPError:
            return False

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        try:
            response = self._web.request(method, path, **content)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        if not response.is_success:
            raise self._refusal(response)
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise self._stranger() from None

    # --- failing ------------------------------------------------------------------
    def absent(self, why: str = "") -> Problem:
        reason = f" ({why})" if why else ""
        return Problem(
            f"No Weir answers at {self.address.url}{reason}.",
            hint="start one with `weir serve`, or name it with --server.",
        )

    def _stranger(self) -> Problem:
        return Problem(
            f"{self.address.url} answers, but it isn't Weir.",
            hint="name the address that `weir serve` tells, with --server.",
        )

    def _unreachable(self, error: httpx.HTTPError) -> Problem:
        said = ERRNO.sub("", str(error).strip())
        return self.absent(said or type(error).__name__)

    def _refusal(self, response: httpx.Response) -> Problem:
        try:
            error = response.json()["error"]
            code, message = str(error["code"]), str(error["message"])
        except (ValueError, KeyError, TypeError):
            what = f"{response.request.method} {response.request.url.path}"
            return Problem(
                f"{self.address.url} answers {what} with HTTP {response.status_code}: "
                "it isn't Weir, or an older one."
            )
        hint = ""
        if response.status_code == 401:
            message = f"{self.address.url} wants a valid token."
            hint = "--token or WEIR_TOKEN; `weir token create` makes one there."
        return Problem(message, hint=hint, code=code)


def chosen(options: dict[str, Any]) -> Address:
    """The server that `--server` and `--token` name, else the environment."""
    return address.choose(options["server"], options["token"], os.environ)


def connect(options: dict[str, Any]) -> Weir:
    return Weir(chosen(options))


def step(reference: str) -> str:
    """A name or id as one step of a path."""
    # A terminal may give bytes that are no text.
    return quote(reference, safe="", errors="replace")


def _if_match(tag: str) -> dict[str, str]:
    return {"if-match": tag} if tag else {}


def _given(query: Query | None) -> Query:
    """Without the parameters that say nothing."""
    pairs = (query or {}).items()
    return {name: value for name, value in pairs if value not in (None, "", [])}
