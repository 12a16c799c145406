"""Who may use the proxy."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from math import inf

import pytest

from proxy.errors import WeirError
from proxy.exchange import HeaderList, Inbound
from proxy.forward.browsers import page_request
from proxy.forward.guard import Guard
from proxy.headers import TOKEN_PLACES


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
    asked = inbound(host)
    assert Guard("127.0.0.1", "").check(asked, {}) is asked


def test_another_name_is_refused_on_loopback() -> None:
    with pytest.raises(WeirError) as refused:
        Guard("127.0.0.1", "").check(inbound("rebound.example"), {})
    assert refused.value.code == "HOST_NOT_ALLOWED"
    for listed in ("rebound.example", "rebound.example:8080"):
        allowed = Guard("127.0.0.1", "", (listed,))
        allowed.check(inbound("rebound.example"), {})


@pytest.mark.parametrize("name", [b"host", b"origin"])
@pytest.mark.parametrize("bound_to", ["127.0.0.1", "0.0.0.0"])
def test_two_hosts_or_origins_are_refused(name: bytes, bound_to: str) -> None:
    twice = [(name, b"localhost"), (b"accept", b"*/*"), (name, b"evil.example")]
    with pytest.raises(WeirError) as refused:
        Guard(bound_to, "").check(inbound(headers=twice), {})
    assert refused.value.status == 400
    Guard("127.0.0.1", "").check(inbound(headers=twice[:2]), {})


@pytest.mark.parametrize(
    "header",
    [
        *((name, b"t0ken") for name in sorted(TOKEN_PLACES)),
        (b"authorization", b"Bearer t0ken"),
        (b"authorization", b"bearer  t0ken"),
    ],
)
def test_beyond_loopback_the_token_lets_in_and_goes_no_further(
    header: tuple[bytes, bytes],
) -> None:
    guard = Guard("0.0.0.0", "t0ken")
    headers = [(b"accept", b"*/*"), header]
    admitted = guard.check(inbound("weir.example", headers), {})
    assert admitted.headers == [(b"accept", b"*/*")]


@pytest.mark.parametrize("token", ["", "t0ken"])
def test_beyond_loopback_nobody_gets_in_without_the_token(token: str) -> None:
    headers = [(b"authorization", b"Bearer wrong"), (b"x-weir-token", b"")]
    with pytest.raises(WeirError) as refused:
        Guard("0.0.0.0", token).check(inbound("weir.example", headers), {})
    assert refused.value.status == 401


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "0.0.0.0"])
def test_a_valid_run_key_is_as_good_as_the_token(bound_to: str) -> None:
    keyed = replace(inbound(headers=[(b"accept", b"*/*")]), run_key="d1")
    assert Guard(bound_to, "t0ken").check(keyed, {"d1": inf}).headers == keyed.headers


@pytest.mark.parametrize("known", [{}, {"d1": 1.0}, {"d2": inf}])
@pytest.mark.parametrize("bound_to", ["127.0.0.1", "0.0.0.0"])
def test_an_unknown_or_expired_run_key_lets_nobody_in(
    bound_to: str, known: dict[str, float]
) -> None:
    """Not on loopback either: its requests would be missing from their run."""
    with_token: HeaderList = [(b"x-weir-token", b"t0ken")]
    keyed = replace(inbound(headers=with_token), run_key="d1")
    with pytest.raises(WeirError) as refused:
        Guard(bound_to, "t0ken").check(keyed, known)
    assert (refused.value.code, refused.value.status) == ("INVALID_RUN_KEY", 401)


def test_the_token_beside_a_run_key_goes_no_further() -> None:
    headers = [(b"x-weir-token", b"t0ken"), (b"authorization", b"Bearer own")]
    keyed = replace(inbound(headers=headers), run_key="d1")
    admitted = Guard("0.0.0.0", "t0ken").check(keyed, {"d1": inf})
    assert admitted.headers == [(b"authorization", b"Bearer own")]


@pytest.mark.parametrize("run_key", ["", "d1"])
def test_every_copy_of_the_token_stays_here(run_key: str) -> None:
    """A client that sets it as a header has it as its API key, too."""
    asked = replace(
        inbound(
            headers=[
                (b"x-weir-token", b"t0ken"),
                (b"authorization", b"Bearer t0ken"),
                (b"x-api-key", b"own"),
                (b"api-key", b"t0ken"),
                (b"x-gateway", b"t0ken"),
                (b"x-weir-token", b"t0ken"),
            ]
        ),
        query=b"alt=sse&key=t0ken",
        run_key=run_key,
    )
    admitted = Guard("0.0.0.0", "t0ken").check(asked, {"d1": inf})
    assert admitted.headers == [(b"x-api-key", b"own")]
    assert admitted.query == b"alt=sse"


TOKEN = "a-long-random-word"
SPELT = "".join(f"%{byte:02x}" for byte in TOKEN.encode())


@pytest.mark.parametrize(
    "value",
    [
        f"Token {TOKEN}",
        f"Bearer Bearer {TOKEN}",
        f"Bearer {TOKEN}, Bearer other",
        f'Bearer "{TOKEN}"',
        f"a=b; session={TOKEN}",
        f"http://weir/?key={SPELT}",
        "Basic " + b64encode(f"user:{TOKEN}".encode()).decode(),
        "basic " + b64encode(f"{TOKEN}:".encode()).decode().rstrip("="),
    ],
)
def test_the_token_goes_no_further_in_any_dress(value: str) -> None:
    """It lets nobody in so, but whoever is let in may have it there, too."""
    guard = Guard("0.0.0.0", TOKEN)
    own = (b"x-weir-token", TOKEN.encode())
    with pytest.raises(WeirError):
        guard.check(inbound(headers=[(b"authorization", value.encode())]), {})
    asked = inbound(headers=[own, (b"x-any", value.encode()), (b"accept", b"*/*")])
    assert guard.check(asked, {}).headers == [(b"accept", b"*/*")]


@pytest.mark.parametrize(
    "pair", [f"%6Bey={SPELT}", f"x={TOKEN}", TOKEN, f"a;t={TOKEN}"]
)
def test_no_parameter_takes_the_token_along(pair: str) -> None:
    own: HeaderList = [(b"x-weir-token", TOKEN.encode())]
    asked = replace(inbound(headers=own), query=f"a=1&{pair}&b=2".encode())
    assert Guard("0.0.0.0", TOKEN).check(asked, {}).query == b"a=1&b=2"


@pytest.mark.parametrize("word", [TOKEN, SPELT])
def test_a_path_that_holds_the_token_is_refused(word: str) -> None:
    own: HeaderList = [(b"x-weir-token", TOKEN.encode())]
    asked = replace(inbound(headers=own), raw_path=f"/v1/{word}/x".encode())
    with pytest.raises(WeirError) as refused:
        Guard("0.0.0.0", TOKEN).check(asked, {})
    assert refused.value.code == "INVALID_PATH"


def test_a_short_token_takes_nothing_else_with_it() -> None:
    own: HeaderList = [(b"x-weir-token", b"json"), (b"accept", b"application/json")]
    asked = replace(inbound(headers=own), raw_path=b"/v1/json", query=b"as=json")
    admitted = Guard("0.0.0.0", "json").check(asked, {})
    assert admitted.headers == [(b"accept", b"application/json")]
    assert admitted.query == b"as=json"


def test_a_path_that_holds_a_run_key_is_refused() -> None:
    path = b"/v1/x%73k-weir-" + b"aB3_" * 10 + b"/y"
    with pytest.raises(WeirError) as refused:
        Guard("127.0.0.1", "").check(replace(inbound(), raw_path=path), {})
    assert refused.value.code == "INVALID_PATH"


def test_the_token_may_be_in_the_key_parameter() -> None:
    asked = replace(inbound(), query=b"key=t0%6ben&alt=sse")
    assert Guard("0.0.0.0", "t0ken").check(asked, {}).query == b"alt=sse"


def test_a_page_comes_to_our_own_names_only() -> None:
    asked = inbound("rebound.example", [(b"origin", b"http://rebound.example")])
    page = page_request(asked)
    assert page
    with pytest.raises(WeirError) as refused:
        Guard("127.0.0.1", "").check_page(page, asked)
    assert refused.value.code == "HOST_NOT_ALLOWED"
