"""What a newcomer adds takes no more places than AGENTS.md's table names.

Each is made here and put where the table says, in front of the real rooms; a filter's
try stands in `tests/runs/filters/test_table.py`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import msgspec
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, path as django_path
from pytest_django import Settings
from rich.console import Console

from observe import urls
from observe.remote.comparison import tables
from observe.rendering.template_context import TemplateContext, show
from pricing import sync
from pricing.usage import Usage
from proxy import wire
from proxy.journal.losses import LossCounter
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from proxy.recorder import Recorder
from proxy.route.addresses import OWN
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader, WireFormat
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, count, record
from proxy.wire.members import Members
from proxy.wire.reading import Reader
from proxy.wire.terminal import last_pieces_of
from runs.measure import contrast as comparison
from runs.measure.metrics import METRICS, Metric
from runs.models import CapturedRequest
from tests import make
from tests.proxy.test_recorder import HOST, drain, head, tail
from tests.runs.make_run import run_with

BROWSER = {"host": "127.0.0.1:8080", "accept": "text/html"}


class VerseChat:
    """A wire format as its first version would be: a prompt in, verses out."""

    name = "verse-chat"
    operation = "chat"
    terminal_marks = (rb'"type":\s*"verse_end"',)

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/verses")

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return RequestFacts(
            model=outer.short("model"), preview=outer.short("ask") or ""
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        asked = Members(body).short("ask") or ""
        return [Message(role="user", parts=(Part(kind="text", text=asked),))]

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(VerseTake(), status, content_type)


class VerseTake:
    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.add((0, 0), "text", body.get("verse"))
        used = record(body.get("used"))
        if used:
            draft.usage = Usage(
                input=count(used, "in", draft.notes),
                output=count(used, "out", draft.notes),
            )

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)
        if body.get("type") == "verse_end":
            draft.terminal_seen = True

    def end(self, draft: Draft) -> None:
        """`verse_end` ends a stream."""


ASKED = b'{"model":"gpt-4o-mini","ask":"Of rivers?"}'
VERSES = (
    b'data: {"type":"verse","verse":"They **run** "}\n\n',
    b'data: {"type":"verse","verse":"to sea."}\n\n',
    b'data: {"type":"verse_end","used":{"in":1000,"out":100}}\n\n',
)


@pytest.fixture
def formats(monkeypatch: pytest.MonkeyPatch) -> tuple[WireFormat, ...]:
    """The tuple with one more; the more special stands in front."""
    more = (VerseChat(), *wire.FORMATS)
    monkeypatch.setattr(wire, "FORMATS", more)
    monkeypatch.setattr(wire, "_known_format_for", wire._format_for)
    return more


def recorded(directory: Path, *pieces: bytes) -> CapturedRequest:
    """A call to `/v1/verses`, from the journal to its row."""
    journal, uid = Journal(directory, LossCounter(directory, 1)), new_uid()
    path = "/v1/verses"
    begun = msgspec.structs.replace(head(uid, ASKED), path=path, upstream_path=path)
    journal.begin(begun)
    stream = [("content-type", "text/event-stream")]
    journal.finish(tail(uid, b"".join(pieces), response_headers=stream))
    drain(Recorder(directory, HOST))
    return CapturedRequest.objects.get(uid=UUID(bytes=uid))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("formats")
def test_a_wire_format_is_read_priced_and_rendered(tmp_path: Path) -> None:
    sync.seed()
    row = recorded(tmp_path, *VERSES)
    assert (row.wire_format, row.operation) == ("verse-chat", "chat")
    assert (row.model, row.preview) == ("gpt-4o-mini", "Of rivers?")
    assert (row.is_stream, row.is_success) == (True, True)
    assert (row.input_tokens, row.output_tokens) == (1000, 100)
    assert row.cost_usd == Decimal("0.00021")
    page = Client(headers=BROWSER).get(row.get_absolute_url()).content.decode()
    assert "Of rivers?" in page
    assert "They <strong>run</strong> to sea." in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("formats")
def test_a_wire_formats_stream_that_breaks_off_is_no_success(tmp_path: Path) -> None:
    assert recorded(tmp_path, *VERSES[:-1]).is_success is False


def test_a_wire_formats_last_event_is_known_to_the_relay(
    formats: tuple[WireFormat, ...],
) -> None:
    ends = last_pieces_of(formats)()
    assert [ends.is_in(piece) for piece in VERSES] == [False, False, True]
    assert not last_pieces_of(formats[1:])().is_in(VERSES[-1])


IMAGES = Metric("image_count", "count", "lower", lambda s: s.signals.images)


@pytest.mark.django_db
def test_a_metric_is_compared_by_the_api_and_shown_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparison, "METRICS", (*METRICS, IMAGES))
    run_with(make.record(), make.record(images=1), name="main")
    run_with(make.record(images=2), make.record(images=1), name="branch")
    sides = {"sides": [["main"], ["branch"]]}
    client = Client(headers=BROWSER)
    answer = client.post("/api/runs/compare", sides, "application/json").json()
    *_, row = answer["metrics"]
    assert (row["metric"], row["wanted"]) == ("image_count", "lower")
    assert [side["mean"] for side in row["sides"]] == [1, 2]
    assert row["differences"][0]["is_better"] is False
    terminal = Console(file=io.StringIO(), width=200)
    with terminal.capture() as shown:
        terminal.print(tables(answer))
    (line,) = [each for each in shown.get().splitlines() if "image count" in each]
    assert line.split() == [
        "image",
        "count",
        "1",
        "2",
        "+1",
        "(+100",
        "%)",
        "not",
        "judged",
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendPage(TemplateContext):
    template: ClassVar[str] = "spend/spend.html"

    spent: str


def spend(request: HttpRequest) -> HttpResponse:
    return show(request, SpendPage(spent="$0.02 <b>"))


urlpatterns = [django_path("spend", spend), *urls.urlpatterns]


@pytest.fixture
def spend_template(tmp_path: Path, settings: Settings) -> None:
    written = tmp_path / SpendPage.template
    written.parent.mkdir()
    written.write_text(
        '{% extends "base.html" %}{% block content %}<p>{{ spent }}</p>{% endblock %}'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("spend_template")
def test_a_page_has_the_frame_and_the_door_of_all_pages() -> None:
    page = Client(headers=BROWSER).get("/spend")
    assert page.status_code == 200
    shown = page.content.decode()
    assert "<p>$0.02 &lt;b&gt;</p>" in shown
    assert '<header class="top">' in shown
    assert "Content-Security-Policy" in page
    elsewhere = Client(headers={**BROWSER, "host": "evil.example"})
    assert elsewhere.get("/spend").status_code == 403


def first_segments(patterns: Sequence[URLPattern | URLResolver]) -> set[bytes]:
    return {str(each.pattern).partition("/")[0].encode() for each in patterns}


def test_no_route_or_provider_can_take_a_pages_address() -> None:
    assert first_segments(urls.urlpatterns) - OWN == {b"api"}
    assert first_segments(urlpatterns) - OWN == {b"api", b"spend"}
