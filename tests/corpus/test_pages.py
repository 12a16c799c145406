"""Every exchange that the tests know goes through Weir and is shown in every way.

No page answers 500, no export fails, and the log has no error: what a provider sends
is never the reason for a page that can't be read.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

import pytest

from observe import rendering
from observe.pages.request.view import TABS
from observe.rendering import RENDERERS, Subject
from proxy.wire import format_for
from runs.exporters import EXPORTERS
from runs.record import Side
from tests import answers
from tests.corpus import every_tab
from tests.corpus.exchanges import Exchange, all_exchanges
from tests.own_home import ROOT, own_environment
from tests.raw_client import ask, request
from tests.server import WeirServer
from tests.upstream import Upstream, send

SLUG = "vllm"
"""The provider behind which the upstream stands: any would do."""
ERROR = re.compile(r"ERROR|Traceback|CRITICAL")
BODIES = ("request", "response")


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    """With every exchange recorded."""
    played = all_exchanges()
    with Upstream() as upstream:
        data_dir = tmp_path_factory.mktemp("corpus")
        with WeirServer(data_dir, f"{upstream.url}/v1") as server:
            _move(server, upstream.url)
            for exchange in played:
                _play(server, upstream, exchange)
            server.wait_recorded(len(played))
            yield server


def test_every_tab_of_every_exchange(weir: WeirServer) -> None:
    """A body's tab shows the first of its views."""
    ended = subprocess.run(
        [sys.executable, "-m", every_tab.__name__],
        cwd=ROOT,
        env=own_environment(weir.data_dir),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = [line.split() for line in ended.stdout.splitlines()]
    assert [path for status, path in told if status != "200"] == []
    assert len(told) == len(_uids(weir)) * len(TABS)
    assert ERROR.search(ended.stderr) is None, ended.stderr[-5000:]


def test_every_view_of_every_body(caplog: pytest.LogCaptureFixture) -> None:
    """The others differ from the first in what they draw: the page is not needed."""
    for exchange in all_exchanges():
        for subject in _subjects(exchange):
            for view in rendering.choices(subject):
                shown = rendering.render(subject, view.name)
                assert shown.name == view.name or shown.note, exchange.name
    assert caplog.messages == []


def test_every_view_on_its_page_whether_it_fits_or_not(weir: WeirServer) -> None:
    for uid in _uids(weir)[::25]:
        for tab in TABS:
            _get(weir, f"/requests/{uid}?tab={tab.name}")
        for side in BODIES:
            for view in RENDERERS:
                _get(weir, f"/requests/{uid}?tab={side}&as={view.name}")
    assert_clean(weir)


def test_every_exchange_over_the_api(weir: WeirServer) -> None:
    for uid in _uids(weir):
        told = json.loads(_get(weir, f"/api/requests/{uid}"))
        for body in told["bodies"]:
            side = "request" if body["side"] in ("request", "sent") else "response"
            path = f"/api/requests/{uid}/{side}?side={body['side']}"
            assert len(_get(weir, path)) == body["kept_bytes"]
    assert_clean(weir)


@pytest.mark.parametrize("format", [each.name for each in EXPORTERS])
def test_every_exchange_in_every_export(weir: WeirServer, format: str) -> None:
    assert _get(weir, f"/api/requests/export?format={format}")
    assert_clean(weir)


def assert_clean(weir: WeirServer) -> None:
    log = weir.log()
    assert ERROR.search(log) is None, log[-5000:]


def _play(server: WeirServer, upstream: Upstream, exchange: Exchange) -> None:
    status = f"{exchange.status} Told"
    headers = [f"Content-Type: {exchange.content_type}", *exchange.headers]
    answer = answers.whole(exchange.answer, *headers, status=status)
    upstream.default = send(answer)
    asked = request(
        exchange.method,
        f"/{SLUG}{exchange.path}",
        "Content-Type: application/json",
        body=exchange.asked,
    )
    assert ask(server.address, asked).status == exchange.status, exchange.name


def _subjects(exchange: Exchange) -> Iterator[Subject]:
    wire = format_for(exchange.method, exchange.path.partition("?")[0])
    yield Subject(exchange.asked, "application/json", Side.REQUEST, wire)
    yield Subject(
        exchange.answer, exchange.content_type, Side.RESPONSE, wire, exchange.status
    )


def _uids(weir: WeirServer) -> list[str]:
    rows = weir.query("SELECT uid FROM runs_capturedrequest")
    return [str(UUID(row["uid"])) for row in rows]


def _get(weir: WeirServer, path: str) -> bytes:
    try:
        with urllib.request.urlopen(weir.url + path, timeout=60) as answer:
            found: bytes = answer.read()
            return found
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{error.code} for {path}") from error


def _move(weir: WeirServer, base_url: str) -> None:
    sql = "UPDATE proxy_provider SET base_url = ?, base_urls = '{}' WHERE slug = ?"
    with closing(sqlite3.connect(weir.database)) as connection:
        connection.execute(sql, (base_url, SLUG))
        connection.commit()
