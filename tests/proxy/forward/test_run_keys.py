"""Run keys are found wherever a key may stand, and taken out."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from proxy.exchange import NOTHING_ASKED, AuthStyle, HeaderList, Inbound, Target
from proxy.forward import run_keys
from proxy.forward.run_keys import taken_out
from proxy.journal.masking import Masker
from proxy.route.decision import address_of, resolve
from proxy.route.rules import RouteTable, UpstreamProvider, build

KEY = b"sk-weir-" + b"aB3_" * 10 + b"-xy"
DIGEST = sha256(KEY).hexdigest()
OPENAI = UpstreamProvider(
    slug="openai", base_url="https://api.openai.com/v1", api_key_env="OPENAI_API_KEY"
)
ENVIRON = {"OPENAI_API_KEY": "sk-own"}


def inbound(
    headers: HeaderList | None = None, query: bytes = b"", path: bytes = b"/v1/x"
) -> Inbound:
    return Inbound(
        method="GET",
        raw_path=path,
        query=query,
        headers=headers or [],
        client="",
        host="localhost",
    )


def table() -> RouteTable:
    google = UpstreamProvider(
        slug="google",
        base_url="https://generativelanguage.googleapis.com",
        wire_formats=("gemini",),
        auth_style=AuthStyle.X_GOOG_API_KEY,
        api_key_env="GEMINI_API_KEY",
    )
    return build(providers=[OPENAI, google])


def forwarded(asked: Inbound, environ: dict[str, str] | None = None) -> Target:
    """As `proxy/app.py` goes about it: the address is read of what came."""
    address = address_of(asked, table())
    clean = taken_out(asked)
    return resolve(address, clean, NOTHING_ASKED, table(), environ or {})


def test_a_request_without_one_is_left_as_it_is() -> None:
    headers = [(b"authorization", b"Bearer sk-proj-1"), (b"user-agent", b"weir")]
    asked = inbound(headers, b"key=AIza%2D1&q=1")
    assert taken_out(asked) is asked


@pytest.mark.parametrize(
    "header",
    [
        (b"authorization", b"Bearer " + KEY),
        (b"authorization", KEY),
        (b"x-api-key", KEY),
        (b"x-goog-api-key", KEY),
        (b"api-key", KEY),
        (b"x-weir-token", KEY),
        (b"x-weir-run", KEY),
        (b"proxy-authorization", b"Bearer " + KEY),
        (b"cf-aig-authorization", b"Bearer " + KEY),
        (b"x-anything", b"key=" + KEY + b";"),
        (b"x-anything", b"glued" + KEY),
        (b"referer", b"http://h/?key=" + KEY.replace(b"-", b"%2d")),
        (b"authorization", b"Basic " + b64encode(b"user:" + KEY)),
        (b"authorization", b"BASIC " + b64encode(KEY + b":").rstrip(b"=")),
    ],
)
def test_it_is_found_in_any_header(header: tuple[bytes, bytes]) -> None:
    found = taken_out(inbound([(b"accept", b"*/*"), header, (b"x-last", b"1")]))
    assert found.run_key == DIGEST
    assert found.headers == [(b"accept", b"*/*"), (b"x-last", b"1")]
    assert found.run_name == ""


@pytest.mark.parametrize(
    "header",
    [
        (b"user-agent", b"task-weir-7 (x64)"),
        (b"referer", b"http://h/ask-weir-docs?q=%20"),
        (b"authorization", b"Basic dXNlcjp3b3Jk"),
        (b"authorization", b"Basic no base64"),
    ],
)
def test_what_only_looks_like_one_stays(header: tuple[bytes, bytes]) -> None:
    asked = inbound([header], b"q=desk-weir-1")
    assert taken_out(asked) is asked


@pytest.mark.parametrize("spelt", [KEY, KEY.replace(b"-", b"%2D")])
@pytest.mark.parametrize("name", [b"key", b"api_key", b"other"])
def test_it_is_found_in_the_query(spelt: bytes, name: bytes) -> None:
    found = taken_out(inbound(query=b"alt=sse&" + name + b"=" + spelt + b"&q=a%20b"))
    assert found.run_key == DIGEST
    assert found.query == b"alt=sse&q=a%20b"


@pytest.mark.parametrize("spelt", [KEY, KEY.replace(b"-", b"%2D")])
def test_it_is_masked_in_a_stored_query_whatever_its_name(spelt: bytes) -> None:
    masked = Masker("salt").query(b"other=" + spelt)
    assert "weir" not in masked
    assert masked.startswith("other=key:")


def test_all_of_them_go_and_the_first_counts() -> None:
    other = b"sk-weir-other"
    headers = [(b"x-api-key", KEY), (b"authorization", b"Bearer " + other)]
    found = taken_out(inbound(headers, b"key=" + other))
    assert (found.run_key, found.headers, found.query) == (DIGEST, [], b"")


def test_the_clients_own_key_stays_beside_it() -> None:
    own = (b"authorization", b"Bearer sk-mine")
    assert taken_out(inbound([own, (b"x-api-key", KEY)])).headers == [own]


def test_the_run_header_is_read() -> None:
    asked = inbound([(b"x-weir-run", " nächtlich ".encode())])
    found = taken_out(asked)
    assert (found.run_name, found.run_key) == ("nächtlich", "")
    assert taken_out(inbound([(b"x-weir-run", b"x" * 9000)])).run_name == "x" * 400
    assert taken_out(inbound([(b"x-weir-run", b"\xff")])).run_name == "\ufffd"


def test_a_run_keys_place_tells_the_dialect_as_a_key_would() -> None:
    for asked in (
        inbound([(b"x-goog-api-key", KEY)], path=b"/v1/models"),
        inbound(query=b"key=" + KEY, path=b"/v1/models"),
    ):
        target = forwarded(asked)
        assert target.provider == "google"
        assert b"weir" not in target.query


def test_the_provider_gets_its_own_key_in_its_place() -> None:
    asked = inbound([(b"authorization", b"Bearer " + KEY)], path=b"/openai/models")
    target = forwarded(asked, ENVIRON)
    assert target.key == "sk-own"
    target = forwarded(asked)
    assert target.key is None
    assert "a run key goes no further" in target.reason


def test_a_domain_gets_its_providers_key_only_in_place_of_a_run_key() -> None:
    path = b"/proxy/api.openai.com/v1/models"
    keyed = inbound([(b"x-api-key", KEY)], path=path)
    own = (b"authorization", b"Bearer sk-mine")

    def key(asked: Inbound) -> str | None:
        return forwarded(asked, ENVIRON).key

    assert key(keyed) == "sk-own"
    assert key(inbound([own], path=path)) is None
    assert key(inbound([own, (b"x-api-key", KEY)], path=path)) is None
    elsewhere = inbound([(b"x-api-key", KEY)], path=b"/proxy/evil.example/v1/models")
    assert key(elsewhere) is None


def test_a_key_counts_until_it_expires() -> None:
    assert run_keys.is_valid("d", {"d": 10.0}, 9.9)
    assert not run_keys.is_valid("d", {"d": 10.0}, 10.0)
    assert not run_keys.is_valid("d", {}, 1.0)
