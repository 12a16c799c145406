"""The what-if page: of a run, a conversation, a filter; the address has the choice."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from observe.pages.what_if import subject
from pricing.quote import Quote, QuoteLine
from pricing.usage import Usage
from runs.models import CapturedRequest, Conversation, Run
from tests import make
from tests.pricing.make_price import price_row
from tests.runs.make_run import run_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


@pytest.fixture
def run() -> Run:
    price_row("cheap", display_name="Cheap one", cache_read_usd_per_million=Decimal(1))
    price_row("other", provider="openrouter")
    price_row("cheap", service_tier="batch")
    lines = (
        QuoteLine(
            kind="input",
            tokens=1_000_000,
            usd_per_million=Decimal(3),
            cost_usd=Decimal(3),
        ),
        QuoteLine(
            kind="output", tokens=1_000, usd_per_million=Decimal(1), cost_usd=Decimal(1)
        ),
    )
    quote = Quote(status="priced", cost_usd=Decimal(4), lines=lines)
    return run_with(
        make.record(usage=Usage(input=1_000_000, output=1_000), quote=quote),
        make.record(usage=Usage(input=10, output=1, input_audio=5), quote=quote),
        name="nightly",
    )


def text(client: Client, url: str, status: int = 200, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == status, answer.content
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_same_requests_elsewhere_and_what_differs(client: Client, run: Run) -> None:
    page = f"{run.get_absolute_url()}/what-if"
    assert f'href="{page}"' in text(client, run.get_absolute_url())
    empty = text(client, page)
    assert 'Captured cost</dt> <dd title="$8">$8.00' in empty
    assert f"{page}?key=acme%2Fcheap" in empty
    html = text(client, f"{page}?key=acme/cheap&key=acme/none")
    row = html[html.index('<th scope="row">acme/cheap') :].split("</tr>")[0]
    # 1,000,000 × 2 + 1,000 × 10 per million, beside the 4 of that one request.
    assert "$2.01" in row
    assert "−$1.99 <small>−49.8 %</small>" in row
    assert '<small class="gap">−$1.00</small>' in row
    assert '<small class="gap">−$0.990</small>' in row
    assert 'class="num cheaper"' in row
    assert f"{page}?key=acme%2Fnone" in row
    # Who can't be priced is named, with the reason.
    spoken = CapturedRequest.objects.order_by("-pk").first()
    assert spoken
    part = html[html.index("<details") :].split("</details>")[0]
    assert "no audio input rate" in part
    assert f"/requests/{spoken.uid}" in part
    assert "matches none" in html
    assert "$None" not in html
    assert [row.cost_usd for row in CapturedRequest.objects.all()] == [4, 4]


def test_a_model_is_found_while_its_name_is_typed(client: Client, run: Run) -> None:
    page = f"{run.get_absolute_url()}/what-if?key=acme/cheap&find="
    part = text(client, f"{page}acme+CHE", HX_Target="offers")
    assert part.startswith(' <div id="offers">')
    assert "No price is called so" in part  # it is chosen already
    found = text(client, f"{page}oth")
    assert (
        f"{run.get_absolute_url()}/what-if?key=acme%2Fcheap&amp;key=openrouter" in found
    )
    everything = text(client, f"{run.get_absolute_url()}/what-if?find=acme")
    assert everything.count("Cheap one") == 1


def test_what_is_used_most_is_offered_first(client: Client, run: Run) -> None:
    price_row("a-first")
    price_row("used", aliases=["used-2026-*"])
    for _ in range(2):
        make.stored(provider="acme", model="used-2026-01-01")
    page = text(client, f"/runs/{run.uid}/what-if")
    assert page.index("acme/used") < page.index("acme/a-first")


def test_of_a_conversation_and_of_a_filter(client: Client, run: Run) -> None:
    talk = Conversation.objects.create(started_at=make.START, title="Why so slow?")
    CapturedRequest.objects.update(conversation=talk)
    home = f"/conversations/{talk.pk}"
    assert f'href="{home}/what-if"' in text(client, home)
    assert "Why so slow?" in text(client, f"{home}/what-if?key=acme/cheap")
    html = text(client, "/requests/what-if?run=nightly&stream=1&key=acme/cheap")
    assert ">stream:yes run:nightly</a>" in html
    assert 'name="where" value="stream:yes run:nightly"' in html
    assert "/requests?where=stream%3Ayes+run%3Anightly" in html
    assert "<dd>0</dd>" in html
    listed = text(client, "/requests?where=run:nightly")
    assert 'href="/requests/what-if?where=run:nightly"' in listed
    for path in (f"{home}9/what-if", f"/runs/{talk.pk:032}/what-if"):
        text(client, path, 404)
    text(client, "/requests/what-if?status=odd", 400)


def test_what_can_t_be_asked_is_said(client: Client, run: Run) -> None:
    page = f"{run.get_absolute_url()}/what-if"
    html = text(client, f"{page}?key=gpt&key=acme/cheap")
    assert "“gpt” must be provider/model" in html
    assert f'href="{page}?key=acme%2Fcheap">Go on' in html
    many = "&".join(f"key=a/{n}" for n in range(21))
    assert "20 models are looked at" in text(client, f"{page}?{many}")


def test_figures_of_many_requests_come_behind_the_page(
    client: Client, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"{run.get_absolute_url()}/what-if?key=acme/cheap"
    whole = text(client, page)
    monkeypatch.setattr(subject, "FEW", 1)
    frame = text(client, page)
    assert "Captured cost" not in frame
    assert 'id="figures" hx-get="" hx-trigger="load"' in frame
    assert "what-if?key=acme%2Fcheap&amp;whole=1" in frame
    figures = text(client, page, HX_Target="figures").strip()
    assert figures.startswith('<dl class="tiles" id="captured">')
    assert figures in whole
    assert figures in text(client, f"{page}&whole=1")
