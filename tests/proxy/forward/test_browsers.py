"""Web pages and the proxy: what they may fetch, and that nothing runs as Weir."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.errors import WeirError
from proxy.exchange import HeaderList, Inbound
from proxy.forward.browsers import (
    PageRequest,
    admitted,
    origin_is_own,
    page_request,
)
from tests.observe.browser import CHROMIUM, Browser
from tests.raw_client import ask, request
from tests.server import WeirServer
from tests.upstream import Upstream, send

OWN = "http://127.0.0.1:8080"
LISTED = "http://localhost:3000"


def asked(headers: HeaderList, method: str = "POST") -> Inbound:
    return Inbound(
        method=method,
        raw_path=b"/v1/chat/completions",
        query=b"",
        headers=[(b"host", b"127.0.0.1:8080"), *headers],
        client="",
        host="127.0.0.1",
    )


def page(*headers: tuple[bytes, bytes], method: str = "POST") -> PageRequest:
    found = page_request(asked(list(headers), method))
    assert found
    return found


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"user-agent", b"curl/8.5"), (b"accept", b"*/*")],
        [(b"user-agent", b"node"), (b"sec-fetch-mode", b"cors")],
        [(b"user-agent", b"Java/17"), (b"accept", b"text/html, image/gif, */*; q=.2")],
    ],
)
def test_programs_are_no_pages(headers: HeaderList) -> None:
    assert page_request(asked(headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        [(b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"document")],
        [(b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"iframe")],
        [(b"sec-fetch-mode", b"no-cors"), (b"sec-fetch-dest", b"object")],
        [(b"sec-fetch-mode", b"no-cors"), (b"sec-fetch-dest", b"embed")],
        [(b"sec-fetch-mode", b"no-cors"), (b"sec-fetch-dest", b"script")],
        [(b"sec-fetch-mode", b"same-origin"), (b"sec-fetch-dest", b"serviceworker")],
        # Plain http beyond this machine: browsers leave out what they fetch for.
        [(b"user-agent", b"Mozilla/5.0"), (b"accept", b"text/html,*/*;q=0.8")],
    ],
)
@pytest.mark.parametrize("site", [b"same-origin", b"none", b"cross-site"])
def test_nothing_that_is_forwarded_opens_as_a_document(
    headers: HeaderList, site: bytes
) -> None:
    if headers[0][0] != b"user-agent":
        headers = [(b"sec-fetch-site", site), *headers]
    with pytest.raises(WeirError) as refused:
        admitted(page(*headers), [LISTED])
    assert (refused.value.code, refused.value.status) == ("PAGE_REFUSED", 403)


@pytest.mark.parametrize(
    ("origin", "site", "may"),
    [
        (OWN, "same-origin", True),
        (OWN, None, True),
        (None, "same-origin", True),
        (LISTED, "same-site", True),
        ("chrome-extension://abcdef", "cross-site", True),
        ("http://127.0.0.1:3000", "same-site", False),
        ("http://127.0.0.1:3000", None, False),
        ("https://evil.example", None, False),
        ("https://evil.example", "cross-site", False),
        ("null", None, False),
        (None, "same-site", False),
        (None, "cross-site", False),
    ],
)
def test_a_page_of_another_origin_fetches_only_when_it_is_listed(
    origin: str | None, site: str | None, may: bool
) -> None:
    headers: HeaderList = [(b"sec-fetch-dest", b"empty"), (b"sec-fetch-mode", b"cors")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if site is not None:
        headers.append((b"sec-fetch-site", site.encode()))
    allowed = (LISTED, "chrome-extension://*")
    if may:
        admitted(page(*headers), allowed)
    else:
        with pytest.raises(WeirError):
            admitted(page(*headers), allowed)


# --- on the wire ------------------------------------------------------------------
HTML = b"<script>fetch('/api/requests').then(() => { window.ran = true })</script>"
ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nset-cookie: weir_session=evil\r\n"
    b"access-control-allow-origin: *\r\nstrict-transport-security: max-age=9\r\n"
    b"content-length: %d\r\n\r\n%s"
) % (len(HTML), HTML)


@pytest.mark.parametrize(
    ("origin", "site", "own"),
    [
        (None, None, True),
        ("http://localhost:8080", "same-origin", True),
        ("http://localhost:8080", None, True),
        (None, "none", True),
        ("http://localhost:3000", "same-site", False),
        ("http://localhost:3000", None, False),
        ("https://evil.example", "cross-site", False),
        ("null", None, False),
        (None, "cross-site", False),
    ],
)
def test_only_our_own_pages_may_change_things(
    origin: str | None, site: str | None, own: bool
) -> None:
    assert origin_is_own(origin, site, "localhost:8080") is own


def test_default_ports_may_be_left_out() -> None:
    assert origin_is_own("https://weir.lan", None, "weir.lan:443")
    assert origin_is_own("http://weir.lan:80", None, "weir.lan")


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        for path in ("/v1/page", "/v1/fetched", "/v1/program", "/v1/chat/completions"):
            running.on(path, send(ANSWER))
        yield running


@pytest.fixture(scope="module")
def weir(
    tmp_path_factory: pytest.TempPathFactory, upstream: Upstream
) -> Iterator[WeirServer]:
    data: Path = tmp_path_factory.mktemp("browsers")
    base = f"{upstream.url}/v1"
    with WeirServer(data, base, WEIR_ALLOWED_ORIGINS=LISTED) as server:
        yield server


def test_what_a_page_fetches_is_fenced(weir: WeirServer, upstream: Upstream) -> None:
    got = ask(
        weir.address,
        request("GET", "/v1/fetched", f"Origin: {LISTED}", "Cookie: weir_session=mine"),
    )
    assert got.header("content-security-policy") == b"sandbox; default-src 'none'"
    assert got.header("x-content-type-options") == b"nosniff"
    assert got.all("access-control-allow-origin") == [LISTED.encode()]
    assert got.header("set-cookie") is None
    assert got.header("strict-transport-security") is None
    assert upstream.last("/v1/fetched").header("cookie") is None


def test_a_program_gets_what_the_upstream_sent(
    weir: WeirServer, upstream: Upstream
) -> None:
    got = ask(weir.address, request("GET", "/v1/program", "Cookie: a=1"))
    assert got.header("set-cookie") == b"weir_session=evil"
    assert got.header("content-security-policy") is None
    assert upstream.last("/v1/program").header("cookie") == b"a=1"


def test_a_listed_page_gets_its_preflight_answered(weir: WeirServer) -> None:
    headers = (
        f"Origin: {LISTED}",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization,content-type",
    )
    got = ask(weir.address, request("OPTIONS", "/v1/chat/completions", *headers))
    assert got.status == 204
    assert got.all("access-control-allow-origin") == [LISTED.encode()]
    assert got.header("access-control-allow-headers") == b"authorization,content-type"


def test_a_preflight_of_another_page_is_not_forwarded(weir: WeirServer) -> None:
    headers = ("Origin: https://evil.example", "Access-Control-Request-Method: POST")
    got = ask(weir.address, request("OPTIONS", "/v1/chat/completions", *headers))
    assert got.status == 403
    assert got.header("access-control-allow-origin") is None


# --- in a real browser --------------------------------------------------------------
ATTACKS = {
    "no-cors POST": "fetch(U, {method: 'POST', mode: 'no-cors', body: '{}'})",
    "cors POST": "fetch(U, {method: 'POST', headers: {'content-type':"
    " 'application/json'}, body: '{}'})",
    "beacon": "Promise.resolve(navigator.sendBeacon(U, '{}'))",
    "image": "new Promise(end => { const i = new Image();"
    " i.onload = i.onerror = end; i.src = U })",
    "script": "new Promise(end => { const s = document.createElement('script');"
    " s.onload = s.onerror = end; s.src = U; document.head.append(s) })",
    "frame": "new Promise(end => { const f = document.createElement('iframe');"
    " f.onload = end; f.src = U; document.body.append(f) })",
    "form": "new Promise(end => { const f = document.createElement('iframe');"
    " f.name = 'f'; document.body.append(f); f.onload = end;"
    " const g = document.createElement('form'); g.method = 'POST'; g.action = U;"
    " g.target = 'f'; document.body.append(g); g.submit() })",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium: browser tests are skipped")
    with Browser() as running:
        yield running


def paths(upstream: Upstream) -> set[str]:
    return {got.target.decode() for got in upstream.received}


@pytest.mark.browser
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_page_on_another_port_reaches_no_upstream(
    attack: str, browser: Browser, weir: WeirServer, upstream: Upstream
) -> None:
    path = f"/v1/attacked/{attack.replace(' ', '-')}"
    with Upstream() as elsewhere:
        body = b"<!doctype html><title>elsewhere</title><body>"
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n"
        elsewhere.on("/", send(head % len(body) + b"\r\n" + body))
        tab = browser.open(f"{elsewhere.url}/")
        step = ATTACKS[attack].replace("U", f"'{weir.url}{path}'")
        tab.js(f"({step}).then(() => 1, () => 1)")
    refused = weir.finished(path)
    assert refused["status"] == 403
    assert path not in paths(upstream)


@pytest.mark.browser
def test_a_link_to_a_forwarded_page_opens_nothing(
    browser: Browser, weir: WeirServer, upstream: Upstream
) -> None:
    tab = browser.open(f"{weir.url}/v1/page")
    assert "PAGE_REFUSED" in tab.js("document.body.innerText")
    assert tab.js("window.ran") is None
    assert "/v1/page" not in paths(upstream)


@pytest.mark.browser
def test_weirs_own_page_may_fetch(browser: Browser, weir: WeirServer) -> None:
    tab = browser.open(f"{weir.url}/requests")
    status = "fetch('/v1/fetched').then(answer => answer.status)"
    assert tab.js(status) == 200
