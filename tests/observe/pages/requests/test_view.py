"""The request list: page, htmx part, filters and paging."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from html import unescape
from urllib.parse import unquote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from observe.content_security import POLICY
from pricing.quote import Quote
from pricing.usage import Usage
from runs.models import ordered_set
from runs.record import Outcome
from tests import make

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>\"'><img src=x>"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def uids(html: str) -> list[str]:
    return re.findall(r'<tr id="r-([0-9a-f-]{36})"', html)


def test_home_leads_to_the_list(client: Client) -> None:
    assert client.get("/").status_code == 200


def test_a_row_tells_the_whole_story(client: Client) -> None:
    make.stored(
        model="gpt-5",
        response_model="gpt-5-fast",
        usage=Usage(input=900, cache_read=12_000, output=34),
        quote=Quote(status="priced", cost_usd=Decimal("0.0123")),
        duration_ms=3910,
        preview="Why is the sky blue?",
    )
    html = text(client, "/requests")
    for shown in (
        "gpt-5",
        "→ gpt-5-fast",
        "openai",
        "12.9k",
        "12k",
        "$0.0123",
        "3.91 s",
        "402 ms",
        "Why is the sky blue?",
    ):
        assert shown in html


def test_an_unknown_cost_is_not_zero(client: Client) -> None:
    make.stored(quote=Quote(status="no_price", cost_usd=None))
    html = text(client, "/requests")
    assert "Cost unknown" in html
    assert "$0" not in html


def test_the_newest_request_comes_first(client: Client) -> None:
    first, second = make.stored(), make.stored()
    assert uids(text(client, "/requests")) == [str(second.uid), str(first.uid)]


def test_htmx_gets_only_the_results(client: Client) -> None:
    make.stored()
    html = text(client, "/requests", hx_request="true")
    assert html.lstrip().startswith('<section id="results"')
    assert "<html" not in html


def test_htmx_is_told_a_clean_address(client: Client) -> None:
    make.stored()
    answer = client.get(
        "/requests?provider=openai&model=&where=gpt",
        headers={"hx-request": "true", "hx-trigger": "filters"},
    )
    assert answer["HX-Push-Url"] == "/requests?where=provider:openai%20gpt"
    assert "HX-Request" in answer["Vary"]


def test_filters_come_from_the_address_and_show_as_chips(client: Client) -> None:
    make.stored(provider="openai")
    wanted = make.stored(provider="anthropic", status=529, is_success=False)
    html = text(client, "/requests?provider=anthropic&status=5xx&where=has:error")
    assert uids(html) == [str(wanted.uid)]
    assert 'value="provider:anthropic status:5xx has:error"' in html
    assert 'href="/requests?where=status:5xx%20has:error"' in html  # without one
    assert "Remove provider:anthropic" in html


def test_menus_and_switches_write_the_query(client: Client) -> None:
    make.stored(provider="openai", model="two words")
    make.stored(provider="anthropic", is_success=False)
    html = text(client, "/requests?where=provider:openai has:error -model:x")
    links = re.findall(r'<a (?:class="[^"]*" )?href="([^"]+)"( aria-current|)', html)
    found = {unquote(unescape(link)): bool(now) for link, now in links}
    base = "/requests?where="
    assert found[f"{base}has:error -model:x provider:anthropic"] is False
    assert found[f"{base}has:error -model:x provider:openai"] is True
    assert f'{base}provider:openai has:error -model:x model:"two words"' in found
    assert f"{base}provider:openai has:error -model:x has:tools" in found
    assert f"{base}provider:openai -model:x" in found  # the switch, off
    assert f"{base}has:error -model:x" in found  # any provider


def test_what_is_wrong_is_marked_and_nothing_is_searched(client: Client) -> None:
    make.stored()
    html = text(client, "/requests?where=provider:openai status:green <b>")
    assert "Status must be" in unescape(html)
    assert "provider:openai status:<mark>green</mark> &lt;b&gt;" in html
    assert 'value="provider:openai status:green &lt;b&gt;"' in html
    assert uids(html) == []
    assert "Status must be" in unescape(text(client, "/requests?status=green"))


def test_while_somebody_types_a_mistake_changes_nothing(client: Client) -> None:
    headers = {"hx-request": "true", "hx-trigger": "q"}
    answer = client.get("/requests?where=status:", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    headers["hx-trigger"] = "filters"
    assert "Status needs a value" in text(client, "/requests?where=status:", **headers)


def test_no_match_is_not_an_empty_weir(client: Client) -> None:
    make.stored()
    assert "No request matches" in text(client, "/requests?provider=nobody")


def test_a_name_that_nobody_has_leads_to_those_that_begin_so(client: Client) -> None:
    make.stored(model="weir-demo", provider="demo")
    page = text(client, "/requests?where=model:weir+-provider:x")
    assert 'href="/requests?where=-provider:x%20model:weir*"' in page
    assert "weir-demo" in text(client, "/requests?where=model:weir*+-provider:x")
    assert "model:*demo*" in text(client, "/requests?where=model:demo")
    for other in (
        "model:weir-demo+status:404",
        "model:nothing",
        "model:weir*+status:404",
    ):
        assert "finds some" not in text(client, f"/requests?where={other}")


def test_an_empty_weir_shows_how_to_connect(client: Client) -> None:
    html = text(client, "/requests")
    assert "curl http://127.0.0.1:8080/v1/chat/completions" in html
    assert "weir-demo" in html


def test_paging_walks_through_every_request_once(client: Client) -> None:
    make.stored(*[make.record() for _ in range(120)])
    seen: list[str] = []
    url = "/requests"
    while url:
        html = text(client, url)
        seen += uids(html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        url = older.group(1).replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == 120


def test_newer_leads_back_to_the_page_before(client: Client) -> None:
    make.stored(*[make.record() for _ in range(120)])
    first = text(client, "/requests")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = text(client, older.group(1))
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer
    assert uids(text(client, newer.group(1))) == uids(first)


def test_a_column_sorts_the_list_and_the_other_way_round(client: Client) -> None:
    costs = [Decimal(n) for n in (3, 1, 2)]
    rows = [make.stored(quote=Quote(status="priced", cost_usd=cost)) for cost in costs]
    unpriced = make.stored(quote=Quote(status="no_price", cost_usd=None))
    dear, cheap, middle = (str(row.uid) for row in rows)
    assert str(unpriced.uid) in text(client, "/requests")

    html = text(client, "/requests?order=cost-desc&hide=ttft&where=provider:openai")
    assert uids(html) == [dear, middle, cheap]
    head = re.search(r'<th class="num c-cost".*?</th>', html, re.S)
    assert head
    assert 'aria-sort="descending"' in head[0]
    assert html.count("aria-sort") == 1
    for kept in ("where=provider:openai", "hide=ttft", "order=cost-asc"):
        assert kept in head[0]
    assert 'data-first="false"' in html  # a new request doesn't belong on top
    assert '<input type="hidden" name="order" value="cost-desc">' in html
    assert f"/requests/{dear}?where=provider:openai&amp;order=cost-desc" in html
    assert 'href="/requests?hide=ttft&amp;order=cost-desc"' in html  # without the chip

    up = text(client, "/requests?order=cost-asc")
    assert uids(up) == [cheap, middle, dear]
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in text(client, "/requests?order=nonsense")


def test_neighbours_of_a_request_are_those_of_its_order(client: Client) -> None:
    rows = [
        make.stored(quote=Quote(status="priced", cost_usd=Decimal(n)))
        for n in (3, 1, 2)
    ]
    dear, cheap, middle = (str(row.uid) for row in rows)
    html = text(client, f"/requests/{middle}?order=cost-desc")
    for rel, other in (("prev", dear), ("next", cheap)):
        kept = "?tab=conversation&amp;order=cost-desc"
        assert f'rel="{rel}" href="/requests/{other}{kept}"' in html
    assert f'rel="prev" href="/requests/{cheap}' in text(client, f"/requests/{dear}")


def test_a_sorted_page_tells_how_far_it_was_looked(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FIRST_LOOK", 2), ("LONGEST_LOOK", 4), ("MANY", 1)):
        monkeypatch.setattr(ordered_set, name, value)
    durations = [float(n) for n in range(1, 12)]
    rare = make.stored(model="rare", duration_ms=0.5)
    make.stored(*[make.record(duration_ms=each) for each in durations])
    url, seen = "/requests?order=duration-desc&where=model:rare", 0
    while str(rare.uid) not in (html := text(client, url)):
        assert "There is time to look at" in html
        following = re.search(r'rel="next" href="([^"]+)"', html)
        assert following
        url, seen = unescape(following[1]), seen + 1
    assert seen == 2
    assert "That is all" in html


def test_a_pending_row_ticks(client: Client) -> None:
    make.stored(make.pending(make.record()))
    html = text(client, "/requests")
    assert 'class="is-pending"' in html
    assert "data-since=" in html


@pytest.mark.parametrize(
    ("fields", "word", "kind"),
    [
        ({"status": 200}, "200", "ok"),
        ({"status": 200, "is_success": False}, "200", "bad"),
        ({"status": 404, "is_success": False}, "404", "warn"),
        ({"status": 429, "is_success": False}, "429", "warn"),
        ({"status": 503, "is_success": False}, "503", "bad"),
        ({"outcome": Outcome.CLIENT_GONE, "is_success": False}, "gone", "warn"),
        ({"outcome": Outcome.INTERRUPTED, "is_success": False}, "broken", "bad"),
        ({"outcome": Outcome.TIMED_OUT, "is_success": False}, "timeout", "bad"),
    ],
)
def test_colour_is_never_alone(
    client: Client, fields: dict[str, object], word: str, kind: str
) -> None:
    make.stored(**fields)
    tag = re.search(
        r'<span class="tag (\w+)"[^>]*>(.*?)</span>', text(client, "/requests")
    )
    assert tag
    assert tag.group(1) == kind
    assert re.sub(r"<[^>]+>", "", tag.group(2)) == word


def test_hostile_names_stay_text(client: Client) -> None:
    make.stored(
        model=HOSTILE, provider=HOSTILE, preview=HOSTILE, error=HOSTILE, path=HOSTILE
    )
    html = text(client, "/requests")
    assert "<script>alert" not in html
    assert "<img" not in html


def test_pages_carry_a_strict_policy_and_no_inline_code(client: Client) -> None:
    make.stored()
    answer = client.get("/requests")
    assert answer["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    html = answer.content.decode()
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert not re.search(r'\sstyle="|<style|\son\w+="', html)
    assert not re.search(r'(?:src|href)="https?://', html)


def test_the_list_never_reads_bodies_or_details(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.stored(*[make.record() for _ in range(60)])
    client.get("/requests")
    with django_assert_max_num_queries(4) as queries:
        client.get("/requests")
    asked = " ".join(query["sql"] for query in queries.captured_queries)
    assert "runs_body" not in asked
    assert "runs_requestdetail" not in asked


def test_what_the_list_shows_can_be_taken_away(client: Client) -> None:
    make.stored(make.record(provider="openai"), make.record(provider="google"))
    page = client.get("/requests?provider=openai").content.decode()
    link = "/api/requests/export?format=jsonl&amp;where=provider:openai"
    assert link in page
    lines = client.get(unescape(link)).getvalue().splitlines()
    assert [json.loads(line)["provider"] for line in lines] == ["openai"]
