"""The pages in a real browser, with a real `weir serve` behind them."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.observe.browser import CHROMIUM, Browser, Page
from tests.server import WeirServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: browser tests are skipped"),
]
ROWS = "document.querySelectorAll('tbody tr').length"
LIVE = "document.getElementById('live').dataset.state === 'live'"
SLOWLY = {"stream": True, "model": "weir-demo-slow"}
WIDTH = "document.documentElement.scrollWidth"
CUT = (
    "[...document.querySelectorAll('nav, fieldset, .panel-bar')]"
    ".filter(each => each.scrollWidth > each.clientWidth).map(each => each.className)"
)
"""Rows of links or buttons whose ends can't be seen."""


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    data: Path = tmp_path_factory.mktemp("browser")
    with WeirServer(data, "http://127.0.0.1:9/v1") as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    yield chromium
    chromium.close_pages()


def ask(weir: WeirServer, text: str = "Hello", **body: object) -> None:
    """One request to the built-in model."""
    messages = [{"role": "user", "content": text}]
    data = json.dumps({"model": "weir-demo", "messages": messages, **body}).encode()
    headers = {"content-type": "application/json", "authorization": "Bearer sk-test"}
    request = urllib.request.Request(
        f"{weir.url}/v1/chat/completions", data=data, headers=headers
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


def ask_often(weir: WeirServer, times: int) -> None:
    with ThreadPoolExecutor(times) as pool:
        for done in [pool.submit(ask, weir, f"number {n}") for n in range(times)]:
            done.result()


def pressed(page: Page, key: str, condition: str) -> None:
    """A key, and what comes of it; pressed again where nothing does in 20 s, as anybody
    would: seen twice at three servers and browsers on two cores, never alone."""
    page.press(key)
    try:
        page.wait(condition, 20)
    except AssertionError:
        page.press("k" if key == "j" else key)
        page.press(key)
        page.wait(condition)


def newest(weir: WeirServer) -> str:
    weir.wait_settled()
    return str(told(weir, "/api/requests")["items"][0]["id"])


def told(weir: WeirServer, path: str) -> Any:
    with urllib.request.urlopen(f"{weir.url}{path}", timeout=30) as answer:
        return json.load(answer)


def live_list(browser: Browser, weir: WeirServer, query: str = "") -> Page:
    page = browser.open(f"{weir.url}/requests{query}")
    page.wait(LIVE)
    return page


def test_the_first_request_appears_without_a_reload(
    browser: Browser, weir: WeirServer
) -> None:
    page = live_list(browser, weir)
    page.js("window.stillHere = true")
    ask(weir, "The very first")
    page.wait(f"{ROWS} >= 1")
    page.wait("document.body.innerText.includes('The very first')")
    page.wait("document.querySelector('tbody .tag').innerText.includes('200')")
    assert page.js("window.stillHere")
    assert page.complaints == []


def test_a_stream_shows_as_pending_and_is_patched_in_place(
    browser: Browser, weir: WeirServer
) -> None:
    ask(weir)
    page = live_list(browser, weir)
    talk = threading.Thread(target=ask, args=(weir, "Slowly"), kwargs={"stream": True})
    talk.start()
    page.wait("document.querySelector('tr.is-pending')")
    page.js("window.row = document.querySelector('tr.is-pending')")
    talk.join()
    page.wait("!window.row.classList.contains('is-pending')")
    assert page.js("window.row.isConnected")
    assert page.js("window.row.querySelector('.c-cost').innerText") != ""
    assert page.complaints == []


def test_focus_and_selection_survive_new_rows(
    browser: Browser, weir: WeirServer
) -> None:
    ask(weir)
    page = live_list(browser, weir)
    before = page.js(ROWS)
    page.js("document.querySelector('a[data-row]').focus()")
    page.js("getSelection().selectAllChildren(document.querySelector('.c-preview'))")
    kept = page.js("getSelection().toString() + document.activeElement.href")
    ask(weir, "another")
    page.wait(f"{ROWS} > {before}")
    assert page.js("getSelection().toString() + document.activeElement.href") == kept

    # Its own cell is another one: the focus is in the new.
    page.js(
        "const row = document.activeElement.closest('tr');"
        " const html = row.outerHTML.replace('data-row', 'data-row title=\"new\"');"
        " const rows = [{ uid: row.id.slice(2), html }];"
        " const detail = { type: 'rows', rows, newest: 0, more: 0 };"
        " document.dispatchEvent(new CustomEvent('weir:message', { detail }))"
    )
    assert page.js("document.activeElement.title") == "new"


def test_typing_a_filter_keeps_the_focus_and_changes_the_address(
    browser: Browser, weir: WeirServer
) -> None:
    ask(weir)
    page = live_list(browser, weir)
    page.press("/")
    assert page.js("document.activeElement.id") == "q"
    page.type("weir-demo")
    page.wait("location.search === '?where=weir-demo'")
    page.wait("document.querySelector('.chip')")
    assert page.js("document.activeElement.id") == "q"
    page.type(" prov")
    page.wait("document.querySelector('#offers li b')?.textContent === 'provider:'")
    page.press("ArrowDown")
    page.press("Enter")
    page.wait("document.querySelector('#offers li b')?.textContent === 'demo'")
    page.press("ArrowUp")
    selected = "document.querySelector('#offers [aria-selected=true]').textContent"
    assert page.js(selected) == "demo"
    page.press("Tab")
    page.wait("location.search === '?where=weir-demo%20provider:demo'")
    assert page.js("document.getElementById('q').value") == "weir-demo provider:demo "
    page.type("status:green")
    mistake = "document.querySelector('.mistake mark')?.textContent === 'green'"
    pressed(page, "Enter", mistake)
    assert page.js(ROWS) == 0
    page.back()
    page.wait(f"location.search.endsWith('provider:demo') && {ROWS} > 0")

    # The list may be read anew while an answer to what was typed is on its way.
    page.js(
        "htmx.ajax('GET', '/requests?where=status:404',"
        " {target: '#results', swap: 'outerHTML'});"
        " const list = document.getElementById('results');"
        " list.replaceWith(list.cloneNode(true))"
    )
    page.wait(f"{ROWS} === 0")
    assert page.complaints == []


def test_live_rows_obey_the_filter(browser: Browser, weir: WeirServer) -> None:
    ask(weir)
    page = live_list(browser, weir, "?" + urlencode({"model": "weir-demo"}))
    before = page.js(ROWS)
    ask(weir)
    page.wait(f"{ROWS} > {before}")
    errors = live_list(browser, weir, "?error=1")
    before = errors.js(ROWS)
    ask(weir)
    time.sleep(1)
    assert errors.js(ROWS) == before
    assert errors.js("document.getElementById('pill').hidden")


def test_a_hidden_page_rests_and_catches_up_when_looked_at_again(
    browser: Browser, weir: WeirServer
) -> None:
    ask(weir)
    page = live_list(browser, weir)
    before = page.js(ROWS)
    browser.open("about:blank")
    page.wait("document.hidden")
    ask(weir, "while hidden")
    page.command("Page.bringToFront")
    page.wait(f"{ROWS} > {before}")


def test_rows_wait_behind_a_pill_while_one_reads_further_down(
    browser: Browser, weir: WeirServer
) -> None:
    ask_often(weir, 12)
    page = browser.open(f"{weir.url}/requests", height=240)
    page.wait(LIVE)
    page.js("window.scrollTo(0, 120)")
    before, place = page.js(ROWS), page.js("scrollY")
    ask(weir, "unseen")
    page.wait("!document.getElementById('pill').hidden")
    assert (page.js(ROWS), page.js("scrollY")) == (before, place)
    page.js("document.getElementById('pill').click()")
    page.wait(f"{ROWS} > {before} && document.getElementById('pill').hidden")
    page.wait("scrollY === 0")


def test_pausing_stops_updates_and_going_on_brings_the_missed_ones(
    browser: Browser, weir: WeirServer
) -> None:
    ask(weir)
    page = live_list(browser, weir)
    page.js("document.getElementById('live').click()")
    page.wait("document.getElementById('live').dataset.state === 'paused'")
    before = page.js(ROWS)
    ask(weir, "while paused")
    weir.wait_settled()
    page.js("document.getElementById('live').click()")
    page.wait(f"{ROWS} > {before}")


def test_without_scripts_nothing_says_that_it_connects(
    browser: Browser, weir: WeirServer
) -> None:
    shown = "document.getElementById('live').checkVisibility()"
    assert live_list(browser, weir).js(shown)
    page = browser.open("about:blank")
    page.command("Emulation.setScriptExecutionDisabled", value=True)
    page.command("Page.navigate", url=f"{weir.url}/requests")
    page.wait("document.getElementById('live')")
    assert not page.js(shown)


def test_without_websockets_the_page_polls(browser: Browser, weir: WeirServer) -> None:
    ask(weir)
    page = browser.open("about:blank")
    page.command(
        "Page.addScriptToEvaluateOnNewDocument",
        source="WebSocket = class { constructor() {"
        " setTimeout(() => this.onclose(), 0) } close() {} }",
    )
    page.go(f"{weir.url}/requests")
    before = page.js(ROWS)
    ask(weir)
    page.wait("document.getElementById('live').dataset.state === 'polling'")
    page.wait(f"{ROWS} > {before}")


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_scrolls_sideways_or_complains(
    browser: Browser, weir: WeirServer, width: int
) -> None:
    ask(weir, "A" * 300 + " ![x](https://h.example/x.png) `code` " + "word " * 400)
    ask(weir, "stream", stream=True)
    detail = f"/requests/{newest(weir)}"
    tabs = ("conversation", "request", "response", "headers", "usage", "timing")
    page = browser.open("about:blank", width=width)
    for path in ("/requests", "/connect", *(f"{detail}?tab={tab}" for tab in tabs)):
        page.go(f"{weir.url}{path}")
        assert page.js(WIDTH) <= width, path
        assert page.js(CUT) == [], path
    hidden = "[...document.querySelectorAll('[data-at]')].filter(p => p.hidden).length"
    page.js("document.querySelector('[data-play]').click()")
    assert page.js(hidden) > 0
    page.wait(f"{hidden} === 0")  # it is over by itself
    assert page.complaints == []


def test_a_request_page_updates_itself_when_it_ends(
    browser: Browser, weir: WeirServer
) -> None:
    page = live_list(browser, weir)
    talk = threading.Thread(target=ask, args=(weir, "Slowly"), kwargs=SLOWLY)
    talk.start()
    link = page.wait("document.querySelector('tr.is-pending a')?.href")
    detail = browser.open(link)
    talk.join()
    detail.wait("document.querySelector('.head .tag').innerText.includes('200')")
    detail.wait("document.body.innerText.includes('Assistant')")


def test_a_running_stream_shows_its_text(browser: Browser, weir: WeirServer) -> None:
    page = live_list(browser, weir)
    words = " ".join(f"word{number}" for number in range(30))
    talk = threading.Thread(target=ask, args=(weir, words), kwargs=SLOWLY)
    talk.start()
    link = page.wait("document.querySelector('tr.is-pending a')?.href")
    detail = browser.open(link)
    detail.wait("document.querySelector('#so-far pre')?.innerText.includes('Hello')")
    assert detail.js("document.querySelector('.head .tag').innerText") == "pending"
    talk.join()
    detail.wait("!document.querySelector('#so-far')")
    assert detail.complaints == []


def test_a_request_is_read_beside_the_list(browser: Browser, weir: WeirServer) -> None:
    for text in ("The one below", "The one above"):
        ask(weir, text)
    page = live_list(browser, weir, "?where=model:weir-demo")
    page.wait(f"{ROWS} >= 2 && document.querySelector('td.c-preview')")
    for text in ("above", "below"):
        page.wait(f"document.getElementById('results').innerText.includes({text!r})")
    uids = page.js("[...document.querySelectorAll('#results tbody tr')].map(r => r.id)")
    above, below = (uid.removeprefix("r-") for uid in uids[:2])
    said = "document.getElementById('inspector').innerText.includes"
    page.press("i")
    page.wait(f"{said}('The one above')")
    assert page.js("location.search") == f"?where=model:weir-demo&inspect={above}"
    pressed(page, "j", f"{said}('The one below')")
    assert page.js("location.search").endswith(f"inspect={below}")
    # The address opens it again, and a click on a row chooses that row.
    page.go(page.js("location.href"))
    assert page.js(f"{said}('The one below')")
    page.js(f"document.querySelector('#r-{above} .c-model').click()")
    page.wait(f"{said}('The one above')")
    assert page.js("location.pathname") == "/requests"
    page.js("document.querySelector('th.c-duration a').click()")
    page.wait("location.search.includes('order=') && document.querySelector('.strip')")
    assert page.js(f"{said}('The one above')")
    page.press("Escape")
    page.wait("!location.search.includes('inspect')")
    assert not page.js("document.getElementById('inspector').checkVisibility()")
    assert page.complaints == []


def test_the_keys_are_told(browser: Browser, weir: WeirServer) -> None:
    page = browser.open(f"{weir.url}/requests")
    page.press("?")
    page.wait("document.getElementById('keys').open")
    page.press("?")
    page.wait("!document.getElementById('keys').open")
    page.js("document.querySelector('[data-keys]').click()")
    page.wait("document.getElementById('keys').open")


def test_a_request_page_hears_of_an_end_that_it_missed(
    browser: Browser, weir: WeirServer
) -> None:
    page = live_list(browser, weir)
    talk = threading.Thread(target=ask, args=(weir, "Slowly"), kwargs=SLOWLY)
    talk.start()
    link = page.wait("document.querySelector('tr.is-pending a')?.href")
    detail = browser.open("about:blank")
    detail.command(
        "Page.addScriptToEvaluateOnNewDocument",
        source="const Real = WebSocket; window.connect = () => {"
        " WebSocket = Real; document.dispatchEvent(new Event('weir:reconnect')) };"
        " WebSocket = class { close() {} };",
    )
    detail.go(link)
    assert detail.js("document.querySelector('.head .tag').innerText") == "pending"
    talk.join()
    weir.wait_settled()
    detail.js("window.connect()")
    detail.wait("document.querySelector('.head .tag').innerText.includes('200')")


def test_the_theme_switch_works_and_lasts(browser: Browser, weir: WeirServer) -> None:
    page = browser.open(f"{weir.url}/connect")
    assert page.js("document.documentElement.dataset.theme") == "auto"
    for theme in ("light", "dark"):
        page.js("document.querySelector('button[name=theme]').click()")
        page.wait(f"document.documentElement?.dataset.theme === '{theme}'")
    assert page.js("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.js("document.querySelector('button[name=theme]').click()")
    page.wait("document.documentElement?.dataset.theme === 'auto'")


def test_the_admin_and_the_api_docs_obey_the_policy(
    browser: Browser, weir: WeirServer
) -> None:
    page = browser.open(f"{weir.url}/admin/")
    page.go(f"{weir.url}/api/docs")
    page.wait("document.querySelector('#swagger-ui .info')")
    here = "document.querySelector('.top [aria-current]').innerText"
    assert page.js(here) == "API"
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.command("Emulation.setEmulatedMedia", features=dark)
    page.wait("document.documentElement.matches('.dark-mode')")
    assert page.complaints == []


def test_every_column_of_the_admin_fits(browser: Browser, weir: WeirServer) -> None:
    page = browser.open("about:blank")
    for table in ("proxy/route", "proxy/provider", "pricing/modelprice"):
        page.go(f"{weir.url}/admin/{table}/")
        cut = "[...document.querySelectorAll('.results')]"
        cut += ".some(each => each.scrollWidth > each.clientWidth)"
        assert not page.js(cut), table


def test_fifteen_rows_fit_on_a_laptop_and_are_sorted_by_a_columns_head(
    browser: Browser, weir: WeirServer
) -> None:
    ask_often(weir, 16)
    weir.wait_settled()
    where = "where=model:weir-demo"
    page = browser.open(f"{weir.url}/requests?{where}")
    visible = (
        "[...document.querySelectorAll('tbody tr')]"
        ".filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"
    )
    assert page.js(visible) >= 15
    for order in ("descending", "ascending"):
        page.js("document.querySelector('th.c-duration a').click()")
        page.wait(f"document.querySelector('.c-duration[aria-sort={order}]')")
        head = "document.querySelector('th.c-duration')"
        assert page.js(f"{head}.scrollWidth <= {head}.clientWidth"), "its name is cut"
        chosen = f"{where}&order=duration-{order.removesuffix('ending')}"
        shown = page.js(
            "[...document.querySelectorAll('a[data-row]')].map(a => a.href)"
        )
        assert [link.rsplit("/")[-1].split("?")[0] for link in shown] == [
            each["id"] for each in told(weir, f"/api/requests?{chosen}")["items"]
        ]
    figures = told(weir, f"/api/requests/figures?{where}")
    page.wait("document.querySelectorAll('.strip dd').length >= 4")
    told_there = page.js("document.querySelector('.strip').innerText")
    assert f"{figures['requests']:,}" in told_there
    assert page.complaints == []
