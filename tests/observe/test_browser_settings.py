"""Settings and what-if in a real browser: drawers, keys, the way back, both themes."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from tests.observe.browser import CHROMIUM, Browser, Page
from tests.server import WeirServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: browser tests are skipped"),
]
MODAL = "document.querySelector('dialog.drawer')?.matches(':modal')"
CLOSED = "!document.querySelector('dialog.drawer')"
READY = "document.readyState === 'complete'"
"""Scripts have run: keys are heard."""
FOCUSED = "document.activeElement"


def error_of(page: Page, field: str, words: str) -> None:
    page.wait(f"document.getElementById('e-{field}')?.innerText.includes({words!r})")


def test_what_is_edited_and_what_would_have_been(tmp_path: Path) -> None:
    with WeirServer(tmp_path / "data", "") as weir, Browser() as browser:
        page = browser.open(f"{weir.url}/settings")
        page.wait("location.pathname === '/settings/server'")
        edits_a_provider(page)
        is_found_and_put_back(page)
        says_where_a_model_goes(page)
        prices_other_models(page, weir)
        fits_a_phone(page)
        assert page.complaints == []


def edits_a_provider(page: Page) -> None:
    page.js("document.querySelector('a[href=\"/settings/providers\"]').click()")
    page.wait(f"document.querySelector('a[data-key=n]') && {READY}")
    page.press("n")
    page.wait(MODAL)
    assert page.js("location.search") == "?new=1"
    assert page.js(f"{FOCUSED}.name") == "slug"
    page.type("v1")
    page.js("document.getElementById('id_base_url').focus()")
    error_of(page, "slug", "own addresses")
    assert page.js(f"{FOCUSED}.name") == "base_url"  # only the error came
    page.type("http://127.0.0.1:9/v1")
    page.js("document.getElementById('id_slug').select()")
    page.js("document.getElementById('id_slug').focus()")
    page.type("mine")
    page.js("document.querySelector('.drawer .primary').click()")
    page.wait("document.getElementById('done')?.innerText.includes('mine created')")
    # Escape closes, the focus is where it was, and the way back opens it again.
    page.js("document.querySelector('#r-mine a').focus()")
    page.js("document.querySelector('#r-mine a').click()")
    page.wait(MODAL)
    page.wait("location.search.includes('edit=mine')")
    page.js("document.querySelector('[data-shut]').click()")
    page.wait(CLOSED)
    assert page.js(f"{FOCUSED}.innerText") == "mine"
    assert "edit" not in page.js("location.search")
    page.back()
    page.wait(MODAL)


def is_found_and_put_back(page: Page) -> None:
    page.js("document.querySelector('.drawer button[value=delete]').click()")
    page.wait("document.getElementById('done')?.innerText.includes('mine deleted')")
    assert not page.js("document.getElementById('r-mine')")
    page.js("document.querySelector('button[value=undo]').click()")
    page.wait("document.getElementById('r-mine')")


def says_where_a_model_goes(page: Page) -> None:
    page.js("document.querySelector('.tabs a[href=\"/settings/routes\"]').click()")
    page.wait(f"document.querySelector('.simulator [name=model]') && {READY}")
    page.js("document.querySelector('.simulator [name=model]').focus()")
    page.type("gpt-5")
    page.js("document.querySelector('.simulator .button').click()")
    page.wait("document.getElementById('decision')?.innerText.includes('openai.com')")
    assert page.js("location.search").startswith("?model=gpt-5")
    page.js("document.querySelector('.tabs a[href=\"/settings/prices\"]').click()")
    page.wait(f"document.querySelector('#prices') && {READY}")
    page.press("/")
    page.type("anthropic opus")
    page.wait("location.search.includes('q=anthropic')")
    assert page.js(f"{FOCUSED}.id") == "q"
    page.js("document.querySelector('#prices a[data-row]').click()")
    page.wait(MODAL)


def prices_other_models(page: Page, weir: WeirServer) -> None:
    body = {"model": "weir-demo", "messages": [{"role": "user", "content": "Hi"}]}
    ask = urllib.request.Request(
        f"{weir.url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    urllib.request.urlopen(ask, timeout=30).read()
    billed = "document.querySelector('#captured div:nth-child(2) dd')?.innerText"
    page.go(f"{weir.url}/requests/what-if")
    if page.js(billed) == "0":  # the recorder may be a moment behind
        page.js("setTimeout(() => location.reload(), 1000)")
        page.wait(f"{billed} === '1'")
    page.press("/")
    page.type("gpt-5-mini")
    page.wait("document.querySelector('#offers b').innerText === 'openai/gpt-5-mini'")
    page.js("document.querySelector('#offers a').click()")
    page.wait("document.querySelector('#models tbody tr')")
    assert page.js("location.search") == "?key=openai%2Fgpt-5-mini"
    row = page.js("document.querySelector('#models tbody tr').innerText")
    assert "$" in row
    page.back()
    page.wait(
        "document.readyState === 'complete' && !document.querySelector('#models')"
    )


def fits_a_phone(page: Page) -> None:
    home = page.js("location.origin")
    for path in ("routes?new=1", "providers", "prices?q=gpt-5", "data", "server"):
        for width, theme in ((390, "dark"), (1440, "light")):
            page.size(width, 900)
            wanted = [{"name": "prefers-color-scheme", "value": theme}]
            page.command("Emulation.setEmulatedMedia", features=wanted)
            page.go(f"{home}/settings/{path}")
            assert page.js("document.documentElement.scrollWidth") <= width
