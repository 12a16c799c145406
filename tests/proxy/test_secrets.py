"""After traffic with keys in every place, no key is found in anything Weir keeps."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import ask, request
from tests.server import WeirServer
from tests.upstream import Upstream, close, send


def key(place: str) -> str:
    """A made-up key that says where it was put; odd enough to be found anywhere."""
    return f"Zq9{place}{place[::-1]}7xK0wM2vB8nL4jH6gF1dS3"


def plain(place: str) -> str:
    return f"{place}: {key(place.replace('-', ''))}"


SHAPED = [
    "ghp_" + "A" * 36,
    "nvapi-" + "Ab1-" * 16,
    "pplx-" + "Ab1" * 16,
    "fw_" + "Ab1" * 8,
    "csk-" + "ab1" * 16,
    "AKIA" + "QWER23456789TYUI",
    "rpa_" + "AB1" * 14,
    "eyJhbGciOiJFUzI1NiJ9.eyJ4IjoxfQ.c2ln",
    "Bearer " + key("anybearer"),
]
"""Keys that are known by their looks alone."""
HEADERS = [
    f"Authorization: Bearer {key('bearer')}",
    f"authorization: bearer   {key('lowercase')}",
    f"Authorization: {key('schemeless')}",
    f"Authorization: Token {key('token')}",
    "Authorization: Basic "
    + base64.b64encode(f"user:{key('basic')}".encode()).decode(),
    f'Authorization: Digest username="u", response="{key("digest")}"',
    f"Proxy-Authorization: Bearer {key('proxyauth')}",
    plain("x-api-key"),
    plain("api-key"),
    plain("x-goog-api-key"),
    plain("X-Auth-Token"),
    plain("x-amz-security-token"),
    plain("Ocp-Apim-Subscription-Key"),
    plain("x-weir-token"),
    plain("my-client-secret"),
    plain("x-goog-iap-jwt-assertion"),
    plain("x-ms-token-aad-id-token"),
    plain("cf-access-jwt-assertion"),
    plain("x-portkey-virtual-key"),
    f"dpop: {key('dpop')}",
    f"Authentication: {key('authentication')}",
    f"x-authorization: {key('xauthorization')}",
    f'x-portkey-config: {{"provider":"openai","api_key":"{key("injson")}"}}',
    *(f"x-upstream: {shaped}" for shaped in SHAPED),
    f"Cookie: session={key('cookie')}; other={key('cookietwo')}",
    f"Referer: http://localhost/x?api_key={key('referer')}",
]
NAMES = (
    "key",
    "api_key",
    "api-key",
    "apikey",
    "access_token",
    "token",
    "auth",
    "X-Goog-Signature",
    "secret",
    "client_secret",
    "password",
    "sig",
    "authToken",
    "clientSecret",
    "pwd",
    "jwt",
    "code",
)
QUERIES = {f"{name}={key('q' + name)}": key("q" + name) for name in NAMES} | {
    f"%6Bey={key('escaped')}": key("escaped"),
    f"a=1&KEY={key('upper')}&b=2": key("upper"),
    f"api_key[]={key('list')}": key("list"),
    f"api_key%5B%5D={key('escapedlist')}": key("escapedlist"),
    f"key={quote(key('quoted') + '/+=')}": key("quoted"),
}
IN_PATH = f"sk-{key('path')}"
IN_ANSWERS = [
    f"Set-Cookie: __cf_bm={key('setcookie')}; path=/",
    f"x-refreshed: Bearer {key('answerbearer')}",
    f"Location: https://files.example/x?sig={key('location')}",
]
SECRETS = [
    key("bearer"),
    key("lowercase"),
    key("schemeless"),
    key("token"),
    key("basic"),
    base64.b64encode(f"user:{key('basic')}".encode()).decode(),
    key("digest"),
    key("proxyauth"),
    key("cookie"),
    key("cookietwo"),
    key("referer"),
    key("setcookie"),
    key("userinfo"),
    key("location"),
    IN_PATH,
    key("dpop"),
    key("authentication"),
    key("xauthorization"),
    key("injson"),
    key("answerbearer"),
    *(shaped.removeprefix("Bearer ") for shaped in SHAPED),
    *(
        key(header.split(":")[0].replace("-", ""))
        for header in HEADERS
        if header.count("-") and "uthorization" not in header
    ),
    *QUERIES.values(),
]
COUNT = len(HEADERS) + len(QUERIES) + 4


def traffic(weir: WeirServer, upstream: Upstream) -> None:
    body = b'{"model": "m-1", "messages": [{"role": "user", "content": "hi"}]}'
    upstream.on("/v1/chat/completions", send(a.as_json(a.CHAT, *IN_ANSWERS)))
    upstream.on("/v1/dead", close())
    for header in HEADERS:
        headers = (header, "OpenAI-Organization: org-seen")
        data = request("POST", "/v1/chat/completions", *headers, body=body)
        assert ask(weir.address, data).status == 200
    for query in QUERIES:
        data = request("POST", f"/v1/chat/completions?{query}", body=body)
        assert ask(weir.address, data).status == 200
    ask(weir.address, request("GET", f"/v1/files/{IN_PATH}"))
    failing(weir)


def failing(weir: WeirServer) -> None:
    """What goes wrong is logged: with keys in the same places."""
    for target in (
        f"/v1/dead?key={key('qkey')}",
        f"/nowhere/x?key={key('qkey')}",
        f"/proxy/127.0.0.1/x?key={key('qkey')}",
        f"/proxy/user:{key('userinfo')}@127.0.0.1/x",
    ):
        ask(weir.address, request("GET", target, HEADERS[0], plain("x-api-key")))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """Everything that a Weir with that traffic left behind, by name."""
    with Upstream() as upstream:
        weir = WeirServer(
            tmp_path_factory.mktemp("secrets"),
            f"{upstream.url}/v1",
            WEIR_LOG_LEVEL="debug",
        )
        with weir:
            traffic(weir, upstream)
            weir.wait_recorded(COUNT - 3)
            kept = journal_and_answers(weir)
        kept |= files(weir.data_dir)
        yield kept


def journal_and_answers(weir: WeirServer) -> dict[str, bytes]:
    kept = {f"while running: {path.name}": path.read_bytes() for path in weir.journal()}
    for row in weir.requests():  # packed in the database file
        kept[f"detail {row['uid']}"] = msgspec.json.encode(weir.detail(row))
    kept["list"] = fetch(weir, "/api/requests?limit=100")
    for item in json.loads(kept["list"])["items"]:
        kept[f"api {item['id']}"] = fetch(weir, f"/api/requests/{item['id']}")
        kept[f"page {item['id']}"] = fetch(weir, f"/requests/{item['id']}")
    return kept


def fetch(weir: WeirServer, path: str) -> bytes:
    """An answer of Weir's own, an error page too: those leak the most."""
    try:
        with urllib.request.urlopen(weir.url + path, timeout=10) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.read()


def files(data_dir: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(data_dir)): path.read_bytes()
        for path in data_dir.rglob("*")
        if path.is_file()
    }


def test_the_traffic_left_traces_to_look_at(stopped: dict[str, bytes]) -> None:
    """Otherwise "no key found" would prove nothing."""
    database = stopped["weir.sqlite3"] + stopped.get("weir.sqlite3-wal", b"")
    assert b"/v1/chat/completions" in database
    assert any(b"org-seen" in data for data in stopped.values())
    answers = [data for name, data in stopped.items() if name.startswith("api ")]
    assert len(answers) >= COUNT - 3
    assert any(b"org-seen" in data for data in answers)
    assert all(b'"request_headers"' in data for data in answers)
    assert sum(name.startswith("detail ") for name in stopped) >= COUNT - 3
    assert sum(name.startswith("while running") for name in stopped) > 0


@pytest.mark.parametrize("secret", sorted(set(SECRETS)))
def test_no_key_is_kept(stopped: dict[str, bytes], secret: str) -> None:
    spellings = [secret, quote(secret, safe=""), secret.lower()]
    found = [
        name
        for name, data in stopped.items()
        if any(spelling.encode() in data for spelling in spellings)
    ]
    assert found == []


def test_other_values_are_kept_and_a_key_keeps_its_mark(line: Line) -> None:
    path = "/v1/secrets/models"
    line.upstream.on(path, send(a.as_json({"data": []})))
    for name in ("one", "one", "two"):
        own = f"Authorization: Bearer {key(name)}"
        headers = (own, "OpenAI-Organization: org-visible", "x-key-count: 12")
        line.through(request("GET", f"{path}?key=gone&q=seen", *headers))
    line.weir.wait_recorded(3, path)
    details = [line.weir.detail(row) for row in line.weir.requests(path)]
    first = details[0]
    assert ("openai-organization", "org-visible") in first.request_headers
    assert ("x-key-count", "12") in first.request_headers
    assert "q=seen" in first.query
    assert "key=" in first.query
    marks = [dict(each.request_headers)["authorization"] for each in details]
    assert marks[0] == marks[1] != marks[2]
    assert marks[0].startswith("Bearer key:")
