"""One conversation's page: transcript, timeline, growth and shares, by its address."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from observe.pages.conversation import calls, growth, paging, series, shares, view
from observe.pages.conversation.brushed import Brushed
from pricing.quote import Quote
from pricing.usage import Usage
from runs.measure import statistics
from runs.models import CalledTool, CapturedRequest, Conversation
from runs.record import ExchangeRecord, Purpose, Side
from tests import make

pytestmark = pytest.mark.django_db
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("read_file", "mcp__tracker__comment", "mcp__tracker__find")
]
SYSTEM = {"role": "system", "content": "You are careful."}
TASK = {"role": "user", "content": "Mend the gate"}


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def called(number: int, thought: str = "") -> dict[str, Any]:
    function = {"name": "read_file", "arguments": json.dumps({"path": f"f{number}"})}
    call = {"id": f"call_{number}", "type": "function", "function": function}
    told = {"role": "assistant", "content": None, "tool_calls": [call]}
    return told | {"reasoning_content": thought} if thought else told


def found(number: int) -> dict[str, Any]:
    text = f"contents of file {number}"
    return {"role": "tool", "tool_call_id": f"call_{number}", "content": text}


def said(words: str) -> dict[str, Any]:
    return {"role": "assistant", "content": words}


def exchange(
    second: float, messages: Sequence[Any], answer: Any, size: int, **fields: Any
) -> ExchangeRecord:
    model = fields.get("model", "gpt-5")
    asked = {"model": model, "messages": messages, "tools": TOOLS}
    answered = {"choices": [{"message": answer, "finish_reason": "stop"}]}
    read = fields.pop("cached", size - 10)
    return make.record(
        started_at=make.START + timedelta(seconds=second),
        duration_ms=1000.0,
        session="one",
        session_rule="header:x-session-id",
        bodies=(
            make.body(json.dumps(asked)),
            make.body(json.dumps(answered), Side.RESPONSE),
        ),
        usage=Usage(input=size - read, cache_read=read, output=20),
        quote=Quote(status="priced", cost_usd=Decimal("0.5")),
        **{"preview": "Mend the gate", "tools_offered": 3, **fields},
    )


@pytest.fixture
def session() -> Conversation:
    talk = [SYSTEM, TASK]
    other = {"role": "system", "content": "You are an agent."}
    errand = [other, {"role": "user", "content": "Look around"}]
    grown = [*talk, called(1), found(1), said("Half of it is done.")]
    more = [{"role": "system", "content": "Monday. " + SYSTEM["content"]}, *grown[1:]]
    summary = {"role": "user", "content": "Summary: it was half done."}
    agent = {"purpose": Purpose.SUB_AGENT, "preview": "Look around"}
    side = {"purpose": Purpose.TITLE, "answer_preview": "Mending gates"}
    make.stored(
        exchange(0, talk, called(1, "I should look first."), 500, cached=0),
        exchange(0.2, [TASK], said("Mending gates"), 30, **side),
        exchange(2, [*talk, called(1), found(1)], said("Half of it is done."), 900),
        exchange(3, errand, called(7), 200, **agent, tool_calls=("read_file",)),
        exchange(
            5, [*errand, called(7), found(7)], said("Nothing."), 300, **agent,
            answer_preview="Nothing.",
        ),
        exchange(
            7, [*more, {"role": "user", "content": "Go on"}], said("Done."), 1500,
            cached=10,
        ),
        exchange(9, grown, said("It was half done."), 1600, purpose="compaction"),
        exchange(11, [SYSTEM, summary], said("All done."), 300, cached=290),
    )  # fmt: skip
    assert Conversation.objects.count() == 1
    return Conversation.objects.get()


def test_the_transcript_reads_as_it_happened(
    client: Client, session: Conversation
) -> None:
    html = text(client, session.get_absolute_url())
    told = (
        "You are careful.",
        "Mend the gate",
        "I should look first.",
        "call_1",
        "contents of file 1",
        "Mending gates",
        "Half of it is done.",
        "Look around",
        "Called read_file",
        "not the one of the call before",
        "Go on",
        "Done.",
        "<b>Compacted</b>",
        "Summary: it was half done.",
        "All done.",
    )
    panel = html[html.index('id="panel"') :]
    places = [panel.index(each) for each in told]
    assert places == sorted(places)
    # Each thing is said once, though every call sent the history again.
    talk = panel[: panel.index('class="shrunk"')]
    assert talk.count("contents of file 1") == 1
    assert talk.count(">Half of it is done.<") == 1
    assert "cache missed 890" in panel
    assert "1,500 → 300 tokens" in panel
    # What the compaction dropped, and what stands in its place, without leaving.
    shrunk = panel[panel.index('class="shrunk"') : panel.index("All that changed")]
    assert 'id="shrunk-8"' in shrunk
    assert "4 messages dropped" in " ".join(shrunk.split())
    edited, dropped = shrunk.split("<h2>Dropped</h2>")
    assert '<span class="removed">-Mend the gate' in edited
    assert '<span class="added">+Summary: it was half done.' in edited
    assert "Half of it is done." in dropped
    # The sub-agent is one card with its own cost: what it read stands on its own page.
    assert "contents of file 7" not in panel
    assert panel.count('class="agent card"') == 1
    assert ">$1.00</b>" in panel


def test_a_sub_agent_has_a_transcript_of_its_own(
    client: Client, session: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = text(client, f"{session.get_absolute_url()}?agent=4")
    assert "contents of file 7" in html
    assert "Nothing." in html
    assert "Mend the gate" not in html[html.index('id="panel"') :]
    nobody = text(client, f"{session.get_absolute_url()}?agent=1")
    assert "Half of it is done." in nobody
    # Also where it goes on behind the calls that are read together.
    monkeypatch.setattr(calls, "STRETCH", 4)
    across = text(client, f"{session.get_absolute_url()}?agent=4&at=5")
    assert re.findall(r'class="step" id="c-(\d)"', across) == ["4", "5"]


def test_the_timeline_has_a_line_a_call(client: Client, session: Conversation) -> None:
    html = text(client, f"{session.get_absolute_url()}?view=timeline")
    assert len(re.findall(r'<tr id="r-', html)) == 8
    assert html.count("agent</span>") == 2
    bars = re.findall(r'class="flow" x="([\d.]+)%"\s+y="4" width="([\d.]+)%"', html)
    first, beside = (tuple(map(float, bar)) for bar in bars[:2])
    assert first[0] < beside[0] < first[0] + first[1]
    # The title was made while the first answer came, and nothing else ran together.
    assert re.findall(r'Ran at the same time as ([^"]+)">∥ (\d)', html) == [
        *(("#2", "1"), ("#1", "1")),
    ]
    assert "up to 2 at once" in html
    # A cost that isn't known says why, for the call and for what it is added up to.
    CapturedRequest.objects.filter(preview="Look around").update(
        cost_usd=None, is_unpriced=True
    )
    html = text(client, f"{session.get_absolute_url()}?view=tree")
    assert html.count('title="Cost unknown: no usage or no price">–') == 2
    assert html.count("Cost unknown: 2 without a usage or a price") >= 1


def test_the_tree_tells_what_each_call_started(
    client: Client, session: Conversation
) -> None:
    html = text(client, f"{session.get_absolute_url()}?view=tree")
    panel = html[html.index('id="panel"') :]
    assert panel.count("<details") == panel.count("</details>") >= 2
    assert panel.count("<ul") == panel.count("</ul>")
    assert panel.count("<li") == panel.count("</li>")
    # The title and the sub-agent stand below the call that had asked for them.
    first, rest = panel.split('id="c-3"')
    assert first.index('id="c-1"') < first.index("<ul>", first.index('id="c-1"'))
    assert '<span class="tag">title</span>' in first
    agent = rest[: rest.index('id="c-6"')]
    assert 'class="fold-agent"' in agent
    assert "2 calls" in agent
    assert 'href="?agent=4">Read its transcript' in agent
    assert ">$1.00</b>" in agent
    assert agent.index("Put under the call") < agent.index('id="c-4"')
    assert 'href="?at=8#shrunk-8">what was dropped' in panel
    alone = text(client, f"{session.get_absolute_url()}?view=tree&agent=4")
    assert re.findall(r'<li id="c-(\d)"', alone) == ["4", "5"]


def test_branches_go_on_from_an_earlier_call(client: Client) -> None:
    """A message that is edited after it was answered, with what it started."""
    long = "x" * 600
    talk = [SYSTEM, {"role": "user", "content": f"Mend the gate {long}"}]
    named = ("x-claude-code-agent-id", "a1b2")
    child = ("x-claude-code-parent-agent-id", "a1b2")
    errand = [{"role": "user", "content": f"Look around {long}"}]
    agent = {"purpose": Purpose.SUB_AGENT, "preview": "Look around"}
    one = [*talk, said("Which one?"), {"role": "user", "content": "The left one"}]
    other = [*one[:-1], {"role": "user", "content": "The right one"}]
    gone_on = [*other, called(3), found(3)]
    make.stored(
        told(0, talk, said("Which one?"), 500),
        told(2, one, said("It is mended."), 700, preview="The left one"),
        told(4, other, called(3), 710, preview="The right one"),
        told(5.5, errand, said("No."), 300, **agent, agent="a1b2",
             request_headers=(named,)),
        told(7, [{"role": "user", "content": f"Nested {long}"}],
             said("Yes."), 300, **agent | {"preview": "Nested"}, agent="b3c4",
             request_headers=(("x-claude-code-agent-id", "b3c4"), child)),
        told(9, gone_on, said("So is that."), 900, preview="The right one"),
        told(11, [*gone_on, TASK], said("Both."), 950, purpose="compaction"),
        told(13, [*talk, said(long), {"role": "user", "content": "More"}],
             said("No more."), 600, preview="More"),
    )  # fmt: skip
    page = Conversation.objects.get().get_absolute_url()
    html = text(client, f"{page}?view=tree")
    panel = " ".join(html[html.index('id="panel"') :].split())
    order = re.findall(r'branch from #\d|id="c-\d"|sub-agent</span>', panel)
    # What was left behind is a branch of the last call that was kept.
    assert order == [
        *('id="c-1"', "branch from #1", 'id="c-2"'),
        *('id="c-3"', "sub-agent</span>", 'id="c-4"'),
        *("sub-agent</span>", 'id="c-5"', 'id="c-6"'),
        # A summary begins as the history did, and goes on from the newest call.
        *('id="c-7"', 'id="c-8"'),
    ]
    branch = panel[panel.index("branch from") : panel.index('id="c-2"')]
    assert "1 call<" in branch
    assert ">$0.500</b>" in branch
    assert panel.count("Its harness names the agent") == 1
    transcript = text(client, page)
    assert transcript.count("The history was edited") == 1
    at = transcript.index("The history was edited")
    assert transcript.index('id="c-3"') < at < transcript.index("The right one", at)


def test_the_same_sent_again_is_a_branch(client: Client) -> None:
    """Another answer of one history; what is sent next says which of them it took."""
    long = "x" * 600
    talk = [SYSTEM, {"role": "user", "content": f"Mend the gate {long}"}]
    asked = [*talk, said("Which one?"), {"role": "user", "content": "The left one"}]
    taken = [*asked, said("It is green."), {"role": "user", "content": "Paint it"}]
    make.stored(
        told(0, talk, said("Which one?"), 500),
        told(2, asked, said("It is green."), 700, preview="The left one"),
        # To the byte, then of another model, then once more after a failure.
        told(4, asked, said("It is blue."), 700, preview="The left one"),
        told(6, asked, said("It is red."), 700, preview="The left one", model="gpt-6"),
        told(8, [*asked, said("It is red."), TASK], None, 720, is_success=False),
        told(10, [*asked, said("It is red."), TASK], said("Mended."), 720),
        # From the first of the three answers, though others came later.
        told(12, taken, said("Painted."), 900, preview="Paint it"),
    )
    page = Conversation.objects.get().get_absolute_url()
    html = text(client, f"{page}?view=tree")
    panel = html[html.index('id="panel"') :]
    order = re.findall(r'another answer from #\d|id="c-\d"', " ".join(panel.split()))
    assert order == [
        *('id="c-1"', "another answer from #1", 'id="c-3"'),
        *("another answer from #1", 'id="c-4"', 'id="c-5"', 'id="c-6"'),
        *('id="c-2"', 'id="c-7"'),
    ]
    transcript = text(client, page)
    words = "another answer than that of|goes on from the answer of"
    remarks = re.findall(rf'({words})\s*<a href="\?at=(\d)', transcript)
    assert remarks == [
        ("another answer than that of", "2"),
        ("another answer than that of", "3"),
        ("goes on from the answer of", "2"),
    ]
    assert "The history was edited" not in transcript
    # What was asked is said once.
    assert transcript.count(">The left one<") == 1
    # What a branch begins with is less than before, which no context has lost.
    make.stored(told(14, [*asked[:-1], TASK], said("Anew."), 510, cached=10))
    edited = text(client, page)
    assert edited.count("The history was edited") == 1
    assert "Context shrank" not in edited
    assert "cache missed" not in edited


def told(
    second: float, messages: Sequence[Any], answer: Any, size: int, **fields: Any
) -> ExchangeRecord:
    """An exchange with the history by which conversations know what goes on from it."""
    one = exchange(second, messages, answer, size, **fields)
    asked = tuple(digest(each) for each in _beginnings(messages))
    answered = digest([*messages, answer])
    words = max(n for n, each in enumerate(messages, 1) if each["role"] == "user")
    return replace(
        one,
        history=asked,
        turn=asked[words - 1],
        answer=replace(one.answer, history=answered),
    )


def _beginnings(messages: Sequence[Any]) -> list[list[Any]]:
    return [[*messages[:n]] for n in range(1, len(messages) + 1)]


def digest(messages: Sequence[Any]) -> bytes:
    return hashlib.sha256(json.dumps(messages).encode()).digest()[:16]


def test_growth_tells_context_cache_and_cost(
    client: Client, session: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = calls.read_stretch(session, 1, Brushed(1, 8)).calls
    drawn = growth.growth(series.of_calls(read))
    assert drawn
    # The agent's own four calls; what stands beside them counts in the cost.
    assert [column.point.number for column in drawn.columns] == [1, 3, 6, 8]
    shares_read = [column.point.cache_share for column in drawn.columns]
    assert shares_read[:2] == [0, 890 / 900]
    assert [column.is_low for column in drawn.columns] == [False, False, True, False]
    assert drawn.spent_usd == 4
    assert [float(c.point.spent_usd) for c in drawn.columns] == [0.5, 1.5, 3, 4]
    assert drawn.most_tokens == 1520
    first = drawn.columns[2]
    assert sum(block.height for block in first.blocks) == pytest.approx(92, abs=1)
    assert growth.growth(series.of_calls(read[:1])) is None
    # A long one is added up by the database: the same sums, in fewer columns.
    monkeypatch.setattr(series, "POINTS", 4)
    long = series.of_long(session, Brushed(1, 8))
    parts = long.points
    assert [(each.number, each.last) for each in parts] == [
        (1, 2),
        (3, 4),
        (5, 6),
        (7, 8),
    ]
    assert [float(each.spent_usd) for each in parts] == [1, 2, 3, 4]
    assert [each.input_tokens for each in parts] == [500, 900, 1500, 300]
    assert [each.cache_share for each in parts][:2] == [0, 890 / 900]
    told = statistics.of(CapturedRequest.objects.filter(conversation=session))
    assert long.tokens == told.tokens
    assert long.totals.cost_usd == told.cost.usd
    assert long.totals.duration_sum_ms == told.duration_sum_ms
    monkeypatch.setattr(view, "STRETCH", 4)
    monkeypatch.setattr(view, "LONGEST", 4)
    html = text(client, session.get_absolute_url())
    assert "Calls 3 to 4: up to 900 tokens in" in html
    assert "<dt>Work</dt>" in html


def test_a_stretch_of_calls_narrows_the_page(
    client: Client, session: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = session.get_absolute_url()
    html = text(client, f"{page}?from=3&to=6")
    panel = html[html.index('id="panel"') :]
    assert re.findall(r'id="c-(\d)"', panel) == ["3", "4", "6"]
    assert "Compacted" not in html
    assert re.findall(r'data-call="(\d)"', html) == ["3", "6"]
    assert "Calls 3 to 6 of 8" in " ".join(html.split())
    assert re.search(r"<dt>Requests</dt>\s*<dd>4\b", html)
    # It stays, whatever is looked at, until it is taken back.
    assert 'href="?view=tree&amp;from=3&amp;to=6"' in html
    assert 'href="?from=3&amp;to=6&amp;at=6#c-6"' in html
    assert 'href="?" aria-label="Back to all calls"' in html
    timeline = text(client, f"{page}?view=timeline&from=6&to=3")
    assert re.findall(r'id="c-(\d)"', timeline) == ["3", "4", "5", "6"]
    assert 'name="view" value="timeline"' in timeline
    # Beyond them is nothing, and odd numbers ask for nothing.
    assert re.findall(r'id="c-(\d)"', text(client, f"{page}?from=6&to=99&at=1")) == [
        *("6", "7", "8"),
    ]
    assert 'id="c-1"' in text(client, f"{page}?from=x&to=0x9")
    # A long one is read a part at a time within them, and added up within them.
    monkeypatch.setattr(calls, "STRETCH", 2)
    monkeypatch.setattr(view, "STRETCH", 2)
    monkeypatch.setattr(series, "POINTS", 2)
    long = text(client, f"{page}?view=tree&from=3&to=7")
    assert re.findall(r'<li id="c-(\d)"', long) == ["3", "4"]
    assert 'rel="next" href="?view=tree&amp;from=3&amp;to=7&amp;at=5"' in long
    assert 'rel="prev"' not in long
    parts = series.of_long(session, Brushed(3, 6))
    assert [(each.number, each.last) for each in parts.points] == [(3, 4), (5, 6)]
    assert parts.totals.requests == 4
    last = text(client, f"{page}?view=tree&from=3&to=7&at=7")
    assert re.findall(r'<li id="c-(\d)"', last) == ["7"]
    assert 'rel="prev" href="?view=tree&amp;from=3&amp;to=7&amp;at=6"' in last
    assert 'rel="next"' not in last


def test_shares_are_of_what_the_last_call_sent(session: Conversation) -> None:
    last = calls.read_stretch(session, 1, Brushed(1, 8)).calls[5]
    told = shares.shares(last)
    assert told
    assert [part.name for part in told.parts] == [
        *("system", "tools", "user", "answers", "results"),
    ]
    assert sum(part.share for part in told.parts) == pytest.approx(1)
    assert sum(part.tokens for part in told.parts) == pytest.approx(1500, abs=3)
    assert told.declared == 3
    assert told.unused == ["mcp__tracker__comment", "mcp__tracker__find"]
    assert {s.name: len(s.tools) for s in told.servers} == {
        "tracker": 2,
        "the harness": 1,
    }
    assert told.unused_tokens == sum(
        tool.tokens for server in told.servers for tool in server.tools
    ) - (told.servers[1].tokens)
    # What was called before a compaction has been called, though it was forgotten.
    CalledTool.objects.create(request=last.request, name="mcp__tracker__find")
    again = shares.shares(last)
    assert again
    assert again.unused == ["mcp__tracker__comment"]


def test_what_a_large_call_is_made_of_is_read_after_the_page(
    client: Client, session: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = session.get_absolute_url()
    assert '<figure class="shares">' in text(client, page)
    monkeypatch.setattr(view, "AT_ONCE_BYTES", 10)
    html = text(client, f"{page}?at=2")
    assert '<figure class="shares">' not in html
    assert 'id="shares" class="shares" hx-get="" hx-trigger="load"' in html
    assert '<noscript><a href="?shares=1">' in html
    asked = client.get(f"{page}?at=2", headers={"HX-Target": "shares"})
    part = asked.content.decode()
    assert part.strip().startswith('<figure class="shares">')
    assert part.strip() in text(client, f"{page}?at=2&shares=1")


def test_long_conversations_are_read_a_page_at_a_time(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "STRETCH", 30)
    make.stored(*make.agent_session(70, session="long"))
    page = Conversation.objects.get().get_absolute_url()
    seen, url, ways = list[str](), "?", list[str]()
    while url:
        html = text(client, page + url)
        seen += re.findall(r'class="step" id="c-(\d+)"', html)
        # The result of each page's last tool call came with the next page's first,
        # and only the first page of all begins with a system prompt.
        assert html.count('class="result"') >= len(re.findall('class="step"', html)) - 1
        assert ("earlier message" in html) is False
        ways += re.findall(r'rel="prev" href="([^"]+)"', html)[:1]
        later = re.search(r'rel="next" href="([^"]+)"', html)
        url = later[1] if later else ""
    assert seen == [str(number) for number in range(1, 71)]
    assert ways == ["?at=1", "?at=30", "?at=31", "?at=60"]
    assert 'id="c-56"' in text(client, f"{page}?at=57")
    assert 'id="c-70"' in text(client, f"{page}?at=99")
    assert 'href="?view=tree&amp;at=61"' in text(client, f"{page}?view=tree&at=31")
    # Large histories are read a few at a time.
    monkeypatch.setattr(paging, "READ_BYTES", 100)
    assert text(client, f"{page}?at=31").count('class="step"') == 1
    assert client.get("/conversations/999").status_code == 404
    assert client.get(f"/conversations/{2**80}").status_code == 404


def test_what_cannot_be_read_is_told(client: Client, session: Conversation) -> None:
    CapturedRequest.objects.filter(conversation=session).update(purpose=None)
    assert "Mend the gate" in text(client, session.get_absolute_url())
    CapturedRequest.objects.all().delete()
    html = text(client, session.get_absolute_url())
    assert "have been pruned" in html
