"""What caches may keep, and what travels compressed."""

from __future__ import annotations

import gzip

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from tests import make

pytestmark = pytest.mark.django_db
GZIP = {"accept-encoding": "gzip, deflate, br"}
STYLES = "/static/observe/request.css"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


@pytest.mark.parametrize(
    "path", ["/requests", "/connect", "/login", "/nothing", "/", "/admin/", "/healthz"]
)
def test_pages_are_kept_by_nobody(client: Client, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]


def test_what_was_captured_is_kept_by_nobody(client: Client) -> None:
    row = make.stored(request=b'{"model": "gpt-5"}')
    for path in (f"/requests/{row.uid}", f"/api/requests/{row.uid}/request"):
        assert client.get(path)["Cache-Control"] == "no-store"


def test_a_page_travels_compressed(client: Client) -> None:
    make.stored(*[make.record() for _ in range(50)])
    plain = client.get("/requests")
    packed = client.get("/requests", headers=GZIP)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 6
    assert b"<h1" in gzip.decompress(packed.content)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_elsewhere_learns_nothing_from_lengths(
    client: Client, site: str
) -> None:
    answer = client.get("/requests?q=guess", headers={**GZIP, "sec-fetch-site": site})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_are_compressed_in_browsers(client: Client, site: str) -> None:
    answer = client.get("/requests", headers={**GZIP, "sec-fetch-site": site})
    assert answer["Content-Encoding"] == "gzip"


def test_exact_bytes_and_exports_stay_exact(client: Client) -> None:
    body = b'{"model": "gpt-5", "text": "' + b"a" * 9_000 + b'"}'
    row = make.stored(request=body)
    answer = client.get(f"/api/requests/{row.uid}/request", headers=GZIP)
    assert b"".join(getattr(answer, "streaming_content", [answer.content])) == body
    exported = client.get("/api/requests/export?format=jsonl", headers=GZIP)
    assert "Content-Encoding" not in exported


def test_static_files_are_cached_and_compressed(client: Client) -> None:
    first = client.get(STYLES, headers={**GZIP, "sec-fetch-site": "cross-site"})
    assert "max-age" in first["Cache-Control"]
    assert first["Content-Encoding"] == "gzip"
    assert b".waterfall" in gzip.decompress(first.content)
    again = client.get(STYLES, headers={**GZIP, "if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_a_part_of_a_static_file_and_its_length_can_be_asked(client: Client) -> None:
    whole = client.get(STYLES)
    part = client.get(STYLES, headers={"range": "bytes=5-24"})
    assert (part.status_code, part.content) == (206, whole.content[5:25])
    alone = client.head(STYLES)
    assert alone["Content-Length"] == str(len(whole.content))
    assert alone.content == b""


def test_a_static_file_is_no_iterator_that_the_server_would_warn_of() -> None:
    browser = AsyncClient(headers={"host": "127.0.0.1:8080"})
    answer = async_to_sync(browser.get)(STYLES)
    assert not answer.streaming
    assert answer["Content-Type"].startswith("text/css")


def test_an_answer_of_the_api_is_sent_once(client: Client) -> None:
    make.stored()
    first = client.get("/api/requests", headers=GZIP)
    assert first["Cache-Control"] == "private, no-cache"
    known = {**GZIP, "if-none-match": first["ETag"]}
    assert client.get("/api/requests", headers=known).status_code == 304
    make.stored()
    assert client.get("/api/requests", headers=known).status_code == 200
