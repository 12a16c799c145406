"""An alert in a real browser, from the empty page to a real receiver and its answer."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from threading import Thread

import pytest

from tests.observe.alerts.receiver import Receiver
from tests.observe.browser import CHROMIUM, Browser, Page
from tests.server import WeirServer, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: browser tests are skipped"),
]
MODAL = "document.querySelector('dialog.drawer')?.matches(':modal')"
FOCUSED = "document.activeElement"


def test_an_alert_is_made_fires_and_is_told(tmp_path: Path) -> None:
    with Receiver() as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        env = {"WEIR_ALERT_EVERY": "0.5", "WEIR_ALERT_HOSTS": receiver.host}
        with WeirServer(tmp_path / "data", "", **env) as weir, Browser() as browser:
            for _ in range(3):
                fails(weir)
            page = browser.open(f"{weir.url}/settings/alerts")
            is_made_from_an_example(page, receiver)
            says_what_the_receiver_answered(page, receiver)
            is_seen_on_the_overview(page, weir)
            fits_a_phone(page)
            assert page.complaints == []
        receiver.shutdown()
    told = [json.loads(body) for _, body in receiver.got]
    assert "alert.firing" in {each["type"] for each in told}
    assert all("webhook-signature" in headers for headers, _ in receiver.got)


def fails(weir: WeirServer) -> None:
    body = {
        "model": "weir-demo-error-500",
        "messages": [{"role": "user", "content": "Hi"}],
    }
    ask = urllib.request.Request(
        f"{weir.url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(ask, timeout=30)


def is_made_from_an_example(page: Page, receiver: Receiver) -> None:
    page.wait("document.querySelector('.teaches a')")
    page.js("document.querySelector('.teaches a').click()")
    page.wait(MODAL)
    # The recorder may be a moment behind.
    page.js("document.getElementById('id_where').focus()")
    page.type("provi")
    page.wait("!document.getElementById('offers-where').hidden")
    page.press("ArrowDown")
    page.press("Enter")
    page.wait("document.getElementById('id_where').value === 'provider:'")
    page.wait(
        "document.querySelector('#offers-where li b')?.innerText.includes('demo')"
    )
    page.press("Escape")
    assert page.js(MODAL)  # only the offers are closed
    page.type("nobody")
    page.js("document.getElementById('id_condition').focus()")
    page.wait(
        "document.getElementById('alert-preview').innerText.includes('No request')"
    )
    page.js("document.getElementById('id_where').select()")
    page.js("document.getElementById('id_where').focus()")
    page.type("has:error")
    page.js("document.getElementById('id_url').focus()")
    page.wait("document.querySelector('#alert-preview rect.failed')")
    assert page.js("document.querySelector('#alert-preview .limit').tagName") == "line"
    assert page.js(f"{FOCUSED}.id") == "id_url"  # only the drawing came
    page.type(f"http://{receiver.host}/hook")
    page.js("document.getElementById('id_secret').focus()")
    page.type("a secret of nobody's".replace(" ", "-"))
    page.js("document.querySelector('.drawer .primary').click()")
    page.wait("document.getElementById('done')?.innerText.includes('errors created')")
    page.wait(
        "document.querySelector('#alerts .tag.bad')?.innerText.includes('firing')"
    )


def says_what_the_receiver_answered(page: Page, receiver: Receiver) -> None:
    wait_until(lambda: receiver.got, "the receiver is told")
    receiver.status = 418
    page.wait("document.readyState === 'complete'")
    page.js("document.querySelector('button[value=test]').click()")
    page.wait(
        "document.getElementById('tested')?.innerText.includes('HTTP 418. Sorry')"
    )
    page.wait("document.readyState === 'complete'")
    page.js("document.querySelector('button[value=pause]').click()")
    page.wait("document.querySelector('button[value=resume]')")
    page.wait("document.readyState === 'complete'")
    page.js("document.querySelector('button[value=resume]').click()")
    page.wait("document.querySelector('button[value=pause]')")


def is_seen_on_the_overview(page: Page, weir: WeirServer) -> None:
    page.go(f"{weir.url}/")
    page.wait("document.querySelector('#firing')?.innerText.includes('Alert errors')")
    page.js("document.querySelector('#firing a').click()")
    page.wait("location.pathname === '/requests'")
    page.wait("document.querySelectorAll(\"tr[id^='r-']\").length >= 3")


def fits_a_phone(page: Page) -> None:
    home = page.js("location.origin")
    for path in ("/settings/alerts", "/settings/alerts?new=1", "/"):
        for width, theme in ((390, "dark"), (1440, "light")):
            page.size(width, 900)
            wanted = [{"name": "prefers-color-scheme", "value": theme}]
            page.command("Emulation.setEmulatedMedia", features=wanted)
            page.go(f"{home}{path}")
            assert page.js("document.documentElement.scrollWidth") <= width
