"""Who may use the proxy."""

from __future__ import annotations

import pytest

from proxy.errors import WeirError
from proxy.exchange import HeaderList, Inbound
from proxy.guard import Guard, is_loopback


def inbound(host: str = "localhost", headers: HeaderList | None = None) -> Inbound:
    return Inbound(
        method="POST",
        raw_path=b"/v1/chat/completions",
        query=b"",
        headers=headers or [],
        client="127.0.0.1:5",
        host=host,
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_local_names_are_answered_on_loopback(host: str) -> None:
    assert Guard("127.0.0.1", "").check(inbound(host)) == []


def test_another_name_is_refused_on_loopback() -> None:
    with pytest.raises(WeirError) as refused:
        Guard("127.0.0.1", "").check(inbound("rebound.example"))
    assert refused.value.code == "HOST_NOT_ALLOWED"
    Guard("127.0.0.1", "", ("rebound.example",)).check(inbound("rebound.example"))


def test_another_sites_page_is_refused() -> None:
    headers = [(b"sec-fetch-site", b"cross-site")]
    with pytest.raises(WeirError):
        Guard("127.0.0.1", "").check(inbound(headers=headers))


@pytest.mark.parametrize(
    "header",
    [
        (b"x-weir-token", b"t0ken"),
        (b"authorization", b"Bearer t0ken"),
        (b"x-api-key", b"t0ken"),
        (b"x-goog-api-key", b"t0ken"),
    ],
)
def test_beyond_loopback_the_token_lets_in_and_goes_no_further(
    header: tuple[bytes, bytes],
) -> None:
    guard = Guard("0.0.0.0", "t0ken")
    headers = [(b"accept", b"*/*"), header]
    assert guard.check(inbound("weir.example", headers)) == [(b"accept", b"*/*")]


@pytest.mark.parametrize("token", ["", "t0ken"])
def test_beyond_loopback_nobody_gets_in_without_the_token(token: str) -> None:
    headers = [(b"authorization", b"Bearer wrong"), (b"x-weir-token", b"")]
    with pytest.raises(WeirError) as refused:
        Guard("0.0.0.0", token).check(inbound("weir.example", headers))
    assert refused.value.status == 401


def test_loopback_is_told_by_address_not_by_spelling() -> None:
    assert is_loopback("127.0.0.53")
    assert not is_loopback("127.0.0.1.example")
    assert not is_loopback("0.0.0.0")
