"""One request's page, tab by tab."""

from __future__ import annotations

import gzip
import html as entities
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from pricing.quote import Quote, QuoteLine
from pricing.usage import Unit, Usage
from runs import store
from runs.models import CapturedRequest
from runs.record import Outcome, Side
from tests import make

pytestmark = pytest.mark.django_db
HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>"
HALF = Quote(status="priced", cost_usd=Decimal("0.5"))
TABS = ("conversation", "changes", "request", "response", "headers", "usage", "timing")


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def page(client: Client, row: CapturedRequest, **query: str) -> str:
    answer = client.get(row.get_absolute_url(), query)
    assert answer.status_code == 200
    return answer.content.decode()


def chat(*messages: Mapping[str, object]) -> bytes:
    return json.dumps({"model": "gpt-5-mini", "messages": messages}).encode()


def answer(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({"choices": [{"message": message}]}).encode()


def test_the_conversation_is_the_first_tab(client: Client) -> None:
    asked = chat(
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is **Weir**?"},
    )
    html = page(client, make.stored(request=asked, response=answer("A *proxy*.")))
    assert html.index("Be brief.") < html.index("<strong>Weir</strong>")
    assert html.index("<strong>Weir</strong>") < html.index("<em>proxy</em>")
    tab = re.search(r'<a role="tab" id="tab-conversation"[^>]*>', html)
    assert tab
    assert 'aria-selected="true"' in tab.group()


def test_the_same_prompt_is_found_elsewhere(client: Client) -> None:
    def link_of(preview: str) -> str:
        html = page(client, make.stored(preview=preview))
        found = re.search(r'href="([^"]*)"[^>]*>\s*<svg[^/]*/></svg>Same prompt', html)
        return entities.unescape(found[1]) if found else ""

    asked = 'Say "hello" to (all) *stars* and | pipes, in 5 steps. And then some more.'
    link = link_of(asked)
    assert client.get(link).status_code == 200
    assert "Nothing was searched" not in client.get(link).content.decode()
    assert link_of("Hello there") == "/requests?where=text:%22Hello%20there%22"
    assert link_of("All of thi…") == "/requests?where=text:%22All%20of%22"
    assert link_of("") == ""


def test_markdown_can_be_turned_off(client: Client) -> None:
    row = make.stored(request=chat({"role": "user", "content": "a **b**"}))
    assert "a **b**" in page(client, row, plain="1")


def test_a_streamed_answer_is_assembled(client: Client) -> None:
    pieces = [{"choices": [{"delta": {"content": t}}]} for t in ("Hel", "lo ", "you")]
    data = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces)
    body = make.body(data, Side.RESPONSE, content_type="text/event-stream")
    asked = make.body(chat({"role": "user", "content": "hi"}))
    html = page(client, make.stored(bodies=(asked, body), is_stream=True))
    assert "Hello you" in html


def test_tool_results_stand_under_their_calls(client: Client) -> None:
    function = {"name": "read_file", "arguments": '{"path": "a.py"}'}
    call = {"id": "c1", "type": "function", "function": function}
    asked = chat(
        {"role": "user", "content": "look"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "import this"},
    )
    html = page(client, make.stored(request=asked))
    assert html.count('class="turn is-tool"') == 0
    assert html.index("read_file") < html.index("a.py") < html.index("import this")


def test_remote_images_are_links_and_inline_ones_are_shown(client: Client) -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": "https://cdn.example/cat.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
    ]
    html = page(client, make.stored(request=chat({"role": "user", "content": parts})))
    assert "Open the image on cdn.example" in html
    assert re.findall(r'<img src="([^"]+)"', html) == ["data:image/png;base64,aGk="]


def test_long_conversations_show_the_latest_turns_first(client: Client) -> None:
    messages = [{"role": "user", "content": f"message {n}."} for n in range(60)]
    row = make.stored(request=chat(*messages), response=b"{}")
    html = page(client, row)
    assert "<p>message 59.</p>" in html
    assert "<p>message 3.</p>" not in html
    assert "<p>message 3.</p>" in page(client, row, all="1")


@pytest.mark.parametrize("tab", TABS)
def test_hostile_captures_stay_text_on_every_tab(client: Client, tab: str) -> None:
    row = make.stored(
        request=chat({"role": "user", "content": HOSTILE}),
        response=answer(HOSTILE),
        model=HOSTILE,
        reason=HOSTILE,
        error=HOSTILE,
        notes=(HOSTILE,),
        request_headers=((HOSTILE, HOSTILE),),
        upstream_url=f"https://{HOSTILE}",
    )
    html = page(client, row, tab=tab)
    assert "<script>alert" not in html
    assert "<img" not in html


@pytest.mark.parametrize("tab", [*TABS, "nonsense"])
@pytest.mark.parametrize("body", [b"", b"\xff\x00\xfe", b"[1,2", b'"just text"'])
def test_no_body_breaks_a_tab(client: Client, tab: str, body: bytes) -> None:
    page(client, make.stored(request=body, response=body), tab=tab)


@pytest.mark.parametrize("tab", TABS)
def test_a_pending_request_has_every_tab(client: Client, tab: str) -> None:
    html = page(client, make.stored(make.pending(make.record())), tab=tab)
    assert "data-live" in html


def test_a_finished_request_has_no_live_connection(client: Client) -> None:
    assert "live.js" not in page(client, make.stored())


def test_what_was_sent_upstream_is_shown_where_it_differs(client: Client) -> None:
    bodies = (
        make.body(b'{"model":"alias"}'),
        make.body(b'{"model":"real"}', Side.SENT),
    )
    html = page(client, make.stored(bodies=bodies), tab="request")
    assert "Changed on the way to the provider" in html
    assert re.search(r'class="removed">-[^<]*alias', html)
    assert re.search(r'class="added">\+[^<]*real', html)


def test_an_encoded_answer_is_decoded_for_reading(client: Client) -> None:
    packed = make.body(
        gzip.compress(answer("unpacked words")), Side.RESPONSE, content_encoding="gzip"
    )
    row = make.stored(bodies=(make.body(b"{}"), packed))
    assert "unpacked words" in page(client, row)
    assert "gzip" in page(client, row, tab="response")


def test_masked_headers_are_marked(client: Client) -> None:
    headers = (("authorization", "Bearer key:0123456789"), ("accept", "*/*"))
    html = page(client, make.stored(request_headers=headers), tab="headers")
    assert html.count(">masked<") == 1


def test_the_quote_shows_its_formula_and_lines(client: Client) -> None:
    line = QuoteLine(
        kind="input",
        tokens=1200,
        usd_per_million=Decimal("2.5"),
        cost_usd=Decimal("0.003"),
    )
    quote = Quote(
        status="priced",
        cost_usd=Decimal("0.003"),
        price_model="gpt-5-mini",
        matched_by="equals",
        formula="1,200 × $2.50/M = $0.003",
        lines=(line,),
    )
    html = page(client, make.stored(quote=quote), tab="usage")
    assert "1,200 × $2.50/M = $0.003" in html
    assert "1,200</td>" in html


def test_the_providers_own_figure_stands_beside_with_the_difference(
    client: Client,
) -> None:
    quote = Quote(status="priced", cost_usd=Decimal("0.004"))
    row = make.stored(quote=quote, reported_cost_usd=Decimal("0.005"))
    words = " ".join(page(client, row, tab="usage").split())
    assert "$0.001 (25.0%) more than Weir's figure" in entities.unescape(words)
    same = make.stored(quote=quote, reported_cost_usd=Decimal("0.004"))
    assert "than Weir" not in page(client, same, tab="usage")


def test_what_was_billed_by_the_piece_is_shown(client: Client) -> None:
    usage = Usage(
        input=9, output=1300, output_image=1290, units=(Unit("web_search", 2),)
    )
    line = QuoteLine(
        kind="web_search",
        tokens=0,
        usd_per_million=Decimal(0),
        cost_usd=Decimal("0.02"),
        pieces=Decimal(2),
        usd_each=Decimal("0.01"),
    )
    quote = Quote(status="priced", cost_usd=Decimal("0.02"), lines=(line,))
    html = page(client, make.stored(usage=usage, quote=quote), tab="usage")
    assert "of which image output" in html
    assert "1,290" in html
    assert "2 pieces" in html
    assert "$0.01 each" in html


def test_each_count_says_where_the_answer_tells_it(client: Client) -> None:
    told = {
        **{"prompt_tokens": 40, "completion_tokens": 5, "cost": 0.25},
        "prompt_tokens_details": {"cached_tokens": 30},
    }
    events = [{"choices": [], "usage": None}, {"choices": [], "usage": told}]
    data = "".join(f"data: {json.dumps(each)}\n\n" for each in events)
    streamed = make.body(data, Side.RESPONSE, content_type="text/event-stream")
    whole = make.body(json.dumps({"usage": told}), Side.RESPONSE)
    usage = Usage(input=10, cache_read=30, output=5)
    for body, event in ((streamed, " event 2"), (whole, "")):
        row = make.stored(bodies=(make.body(b"{}"), body), usage=usage)
        words = " ".join(re.sub("<[^>]*>", " ", page(client, row, tab="usage")).split())
        for shown in (
            "Input, not cached usage.prompt_tokens without cached ones 10",
            "Read from cache usage.prompt_tokens_details.cached_tokens 30",
            "Output usage.completion_tokens 5",
            f"usage.cost{event} 0.25",
        ):
            assert shown in words
    assert "As the answer tells it" not in page(client, make.stored(), tab="usage")


def test_a_cost_that_only_the_provider_knows_says_so(client: Client) -> None:
    why = "No price matches. This is the provider's own figure."
    quote = Quote(status="reported", cost_usd=Decimal("0.0012"), why=why)
    row = make.stored(quote=quote, reported_cost_usd=Decimal("0.0012"))
    html = page(client, row, tab="usage")
    assert "as the provider says" in html
    assert "The provider itself says" not in html


def test_an_unknown_price_says_why(client: Client) -> None:
    quote = Quote(status="no_price", cost_usd=None, why="Nobody knows m-1.")
    html = page(client, make.stored(quote=quote), tab="usage")
    assert "Unknown: Nobody knows m-1." in html
    assert "not reported" in html


def test_curl_is_ready_to_paste_without_the_key(client: Client) -> None:
    headers = (("authorization", "Bearer key:0123456789"),)
    html = page(client, make.stored(request=b'{"a": "it\'s"}', request_headers=headers))
    found = re.search(r'data-copy="(curl [^"]+)"', html)
    assert found
    command = entities.unescape(found.group(1))
    assert "$API_KEY" in command
    assert "key:0123456789" not in command
    assert "http://127.0.0.1:8080/v1/chat/completions" in command


def test_neighbours_keep_the_tab(client: Client) -> None:
    older, middle, newer = make.stored(), make.stored(), make.stored()
    html = page(client, middle, tab="timing")
    assert f'rel="prev" href="/requests/{newer.uid}?tab=timing"' in html
    assert f'rel="next" href="/requests/{older.uid}?tab=timing"' in html


def test_neighbours_are_those_of_the_list_that_it_was_opened_from(
    client: Client,
) -> None:
    older, _, middle, _, newer = (make.stored(model=name) for name in "abaca")
    html = page(client, middle, tab="timing", model="a")
    kept = "?tab=timing&amp;model=a"
    assert f'rel="prev" href="/requests/{newer.uid}{kept}"' in html
    assert f'rel="next" href="/requests/{older.uid}{kept}"' in html
    assert 'href="?tab=usage&amp;model=a"' in html


def test_a_list_hands_its_filter_to_the_pages_of_its_rows(client: Client) -> None:
    row = make.stored(model="a")
    listed = client.get("/requests", {"model": "a"}).content.decode()
    assert f'href="/requests/{row.uid}?where=model:a"' in listed


def test_a_filter_that_can_not_be_read_is_none(client: Client) -> None:
    older, newer = make.stored(), make.stored()
    assert f"/requests/{newer.uid}?tab=" in page(client, older, status="often")


def test_a_conversation_leads_to_its_requests(client: Client) -> None:
    row = make.stored(session="ses_1", session_rule="header:x-session-id")
    assert f'href="/conversations/{row.conversation_id}"' in page(client, row)


def test_an_unknown_request_is_a_clear_404(client: Client) -> None:
    found = client.get(f"/requests/{uuid4()}")
    assert found.status_code == 404
    assert "No such request is stored" in found.content.decode()


def test_what_was_asked_who_called_and_keys_are_on_the_page(client: Client) -> None:
    row = make.stored(temperature=0.7, max_tokens=4096, secrets=("request: JWT",))
    html = page(client, row)
    for words in ("?temperature=0.7", "?max_tokens=4096", "?client_ip=127.0.0.1"):
        assert words in html
    assert "Keys in its bodies: request: JWT." in html


def test_a_running_stream_shows_its_text_so_far(client: Client) -> None:
    running = make.record(outcome=Outcome.PENDING, status=None, bodies=())
    row = make.stored(running)
    store.renew([replace(running, answer_so_far="Once <upon>")])
    html = page(client, row)
    assert "<pre>Once &lt;upon&gt;</pre>" in html
    assert 'hx-trigger="every 1s"' in html


def test_what_was_not_served_as_asked(client: Client) -> None:
    served = {"service_tier": "default", "asked_tier": "flex", "is_other_tier": True}
    row = make.stored(is_other_model=True, response_model="gpt-4", **served)
    html = page(client, row)
    assert "<b>gpt-5-mini</b> was asked for" in html
    assert "flex asked, default served." in html
    listed = client.get("/requests?other_model=1&other_tier=1").content.decode()
    assert "Another model answered: gpt-4" in listed
    assert str(row.uid) in listed
    assert str(row.uid) not in client.get("/requests?failover=1").content.decode()


def test_attempts_are_linked_whichever_is_looked_at(client: Client) -> None:
    first, second = make.uid(), make.uid()
    failed = make.stored(
        uid=first, after=second, status=503, is_success=False, provider="acme"
    )
    other = make.stored(uid=second, before=first, quote=HALF)
    for row in (failed, other):
        html = page(client, row)
        assert "(together $0.5" in html
        assert html.index("acme,") < html.index("openai,")
        assert html.count("<b>this attempt</b>") == 1
    assert f'href="/requests/{second}">attempt 2' in page(client, failed)
    assert f'href="/requests/{first}">attempt 1' in page(client, other)
    listed = client.get("/requests?failover=1").content.decode()
    assert (str(first) in listed, str(second) in listed) == (True, True)
    failed.delete()
    assert "the other attempt isn't stored" in " ".join(page(client, other).split())
