"""Words of prompts and answers: indexed once a conversation, found, and gone again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proxy.journal.segments import JournalledBody, Segment
from proxy.recording.indexing import BEHIND, TextIndexer
from proxy.recording.just_read import HELD, REMEMBERED, JustRead, Memory
from proxy.recording.texts import Text, digest
from proxy.wire import format_named
from proxy.wire.raw_messages import Messages, Newest
from runs import store
from runs.bodies.reader import BodyReader
from runs.filters.orders import read_order
from runs.filters.request_filter import RequestFilter
from runs.keeping.retention import Rule, prune
from runs.measure import of_filter
from runs.measure.of_filter import figures_of
from runs.models import (
    Body,
    CapturedRequest,
    ForgottenText,
    IndexedText,
    LostText,
    paged_set,
)
from runs.record import ExchangeRecord, Side
from runs.text import index, patience, purging, said, search, tables, writing
from runs.text.coding import book
from tests import make

pytestmark = pytest.mark.django_db

NOISE = (
    '"',
    "*",
    "a OR b",
    "NEAR(x y)",
    "said:z",
    "^",
    "-x",
    "'); --",
    "\0",
    "(",
    ":*",
)


def call(*said: str, answer: str = "", session: str = "s1") -> ExchangeRecord:
    """User and assistant in turn; the last is the user's."""
    messages = [
        {"role": "assistant" if at % 2 else "user", "content": text}
        for at, text in enumerate(said)
    ]
    told = {"choices": [{"message": {"role": "assistant", "content": answer}}]}
    return make.record(
        request=json.dumps({"model": "m", "messages": messages}),
        response=json.dumps(told),
        session=session,
        session_rule="header:x-session-id" if session else "",
    )


def indexed(indexer: TextIndexer | None = None) -> int:
    """Index all there is; how many requests it went through."""
    indexer, seen = indexer or TextIndexer(), 0
    while took := indexer.step():
        seen += took.requests
    return seen


def found(asked: str) -> list[int]:
    rows = CapturedRequest.objects.filter(search.condition(asked))
    return list(rows.order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def talk() -> list[int]:
    """Three calls of one conversation, and one of another; their ids."""
    question, first = "why does alpha_read time out?", "Because bravo is slow."
    second, more = "Try charlie, 编程语言 of Überlingen", "now delta please"
    store.write(
        [
            call(question, answer=first),
            call(question, first, more, answer=second),
            call(question, first, more, second, "echo", answer="foxtrot timeouts"),
            call(question, answer="golf", session="s2"),
        ],
        {},
    )
    ids = list(CapturedRequest.objects.order_by("pk").values_list("pk", flat=True))
    assert indexed() == 4
    return ids


def test_each_text_is_found_at_the_call_that_brought_it(
    talk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, other = talk
    assert found("alpha") == found("why does alpha_read") == [a, other]
    assert found("bravo") == found("BRAVO is slow") == [a]
    assert found("charlie") == found("delta") == [b]
    assert found("time*") == [a, c, other]
    assert found("alpha re*") == [a, other]
    assert found("编程") == found("uberlingen") == [b]
    assert found("slow is bravo") == found("out Because") == found("tim") == []
    assert [found(each) for each in NOISE] == [[]] * len(NOISE)
    monkeypatch.setattr(search, "FEW", 1)
    assert found("time*") == [a, c, other]


def listed(where: str, size: int = 2) -> list[int]:
    """All pages of a list; the first one again from the second one's side."""
    rows = RequestFilter.from_query({"where": where}).apply(
        CapturedRequest.objects.all()
    )
    page = rows.page(size=size)
    ids = [row.pk for row in page.rows]
    while page.has_older:
        page = rows.page(after=page.oldest, size=size)
        assert page.has_newer
        ids += [row.pk for row in page.rows]
        back = rows.page(before=page.newest, size=size).rows
        assert [row.pk for row in back] == ids[-len(page.rows) - size :][:size]
    return ids


def told(where: str) -> int:
    return figures_of(RequestFilter.from_query({"where": where})).requests


@pytest.mark.parametrize(
    ("is_late", "few", "many"),
    [(False, 0, 0), (True, 0, 0), (False, 1, 50_000), (True, 2, 1), (False, 3, 9)],
)
def test_lists_by_words_that_many_say_are_the_same_however_they_are_read(
    talk: list[int], is_late: bool, few: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ("text:alpha", "text:time*", "text:alpha text:time*", "not text:golf")
    more = (
        *("text:time* model:gpt*", "text:time* -model:gpt*", "text:alpha or text:echo"),
        "text:time* after:2026-01-01T00:00Z",
    )
    index.forget([talk[-1]])
    before = {where: listed(where) for where in said + more}
    figures = {where: told(where) for where in before}
    by_cost = read_order("duration-desc")
    assert [len(ids) for ids in before.values()] == [1, 2, 1, 4, 2, 0, 2, 2]
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "KNOWN", few)
    monkeypatch.setattr(search, "MANY", many)
    if is_late:
        monkeypatch.setattr(paged_set, "PATIENCE_S", -1)
        monkeypatch.setattr(paged_set, "LOOK", 1)
        monkeypatch.setattr(patience, "STEPS", 1)
    for where, ids in before.items():
        chosen = RequestFilter.from_query({"where": where})
        rows = chosen.apply(CapturedRequest.objects.all())
        assert listed(where) == ids, where
        assert sorted(row.pk for row in rows.listed(by_cost).rows) == sorted(ids)
        assert told(where) == figures[where], where
    monkeypatch.setattr(of_filter, "PATIENCE_S", -1)
    for where, requests in figures.items():
        assert told(where) == requests, where


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own ways")
def test_a_page_of_what_many_say_looks_for_it_once(
    talk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that begins so is put together by SQLite each time it is asked."""
    monkeypatch.setattr(search, "FEW", 2)
    monkeypatch.setattr(search, "KNOWN", 2)
    chosen = RequestFilter.from_query({"where": "text:time*"})
    with CaptureQueriesContext(connection) as queries:
        rows = chosen.apply(CapturedRequest.objects.all())
        page = rows.page(size=1)
    assert [row.pk for row in page.rows] == [talk[3]]
    assert page.has_older
    assert sum("MATCH" in each["sql"] for each in queries.captured_queries) == 1


def test_what_is_pending_is_indexed_when_it_has_ended(talk: list[int]) -> None:
    late = call("hotel", session="s3")
    store.write([make.pending(late), call("india", session="s4")], {})
    indexer = TextIndexer()
    indexed(indexer)
    assert found("hotel") == []
    assert len(found("india")) == 1

    store.write([late], {})

    assert indexed(indexer) == 1
    assert len(found("hotel")) == 1
    assert index.position() == index.Position(found("india")[0], (), talk[-1], talk[-1])


def test_an_answer_that_was_just_read_is_not_read_again(
    talk: list[int],
) -> None:
    late = call("hotel", answer="quebec", session="s3")
    told = replace(late, answer_texts=(("kilo lima", False), ("mike", True)))
    unread = call("oscar", answer="papa", session="s4")
    store.write([told, unread], {})
    indexer = TextIndexer()
    indexer.stored([told, unread])

    indexed(indexer)

    assert found("kilo lima") == found("mike") == found("hotel")
    assert found("papa") == found("oscar")
    assert found("quebec") == []


def test_of_a_long_request_its_newest_messages_are_kept_and_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[int] = []
    read = BodyReader.read

    def noting(self: BodyReader, body: Body) -> bytes:
        opened.append(body.request_id)
        return read(self, body)

    monkeypatch.setattr(BodyReader, "read", noting)
    begun, said = ("alpha", "bravo", "charlie"), ("delta", "echo")
    calls = [call(*begun), call(*begun, *said), call(*begun, "delta", "f", session="2")]
    calls = [just_read(each, room=100) for each in calls]
    store.write(calls, {})
    indexer = TextIndexer()
    indexer.stored(calls)

    indexed(indexer)

    first, second, other = CapturedRequest.objects.order_by("pk")
    assert found("alpha") == found("bravo") == found("charlie") == [first.pk, other.pk]
    assert (found("delta"), found("echo")) == ([second.pk, other.pk], [second.pk])
    assert found("f") == [other.pk]
    assert opened == [first.pk, other.pk]  # no other has what its conversation lacks


def test_while_the_recorder_is_behind_words_take_a_small_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, slices = [0.0], 0
    monkeypatch.setattr("proxy.recording.indexing.time.monotonic", lambda: now[0])

    class Slow(TextIndexer):
        def step(self) -> None:
            nonlocal slices
            slices += 1
            now[0] += 0.5  # longer than a slice may be

    indexer = Slow()
    for _ in range(130):
        now[0] += 1.0
        indexer.work(is_busy=True, is_behind=True)
    assert 0.03 < slices * 0.5 / now[0] < 0.05
    before = slices
    now[0] += 2.0
    indexer.work(is_busy=True)
    assert slices > before, "as soon as it is not, they have their turn"


def just_read(record: ExchangeRecord, room: int) -> ExchangeRecord:
    """As a recorder hands it on whose `SHORT` is so small."""
    body = record.bodies[0].source.read()
    messages = format_named(record.wire_format).read_messages(body)
    assert isinstance(messages, Messages)
    return replace(record, answer_texts=(), newest=messages.newest(room))


def test_blanks_of_any_kind_make_no_other_text() -> None:
    blanks = [chr(code) for code in range(0x3001) if chr(code).isspace()]
    for each in blanks:
        assert digest(f"{each}a{each}{each}b") == digest("ab") != digest("a b c")


def test_what_is_in_memory_is_bounded() -> None:
    text = ("x" * (HELD // 20), False)
    many = [make.record(answer_texts=(text,)) for _ in range(30)]
    memory = Memory()
    for record in [*many, many[-1], make.record()]:
        memory.add(record)
    kept = [record for record in many if memory.take(record.uid) is not None]
    assert kept == many[-19:]
    assert memory.take(many[-1].uid) is None
    for at in range(3):
        marks = tuple(range(at * 2 * REMEMBERED, (at + 1) * 2 * REMEMBERED))
        newest = Newest(marks, (), lambda _: ())
        memory.add(make.record(answer_texts=(), newest=newest))
    assert len(memory._seen) <= REMEMBERED


def test_what_a_journal_file_may_take_with_it_is_not_kept(tmp_path: Path) -> None:
    request = make.record().bodies[0]
    read = (("kilo", False),)
    gone = JournalledBody(((Segment(tmp_path / "gone"), 0, 9),), b"")
    journalled = replace(request, source=gone, size=9)
    away = make.record(bodies=(journalled,), answer_texts=read)
    cut = make.record(bodies=(replace(request, size=9**9),), answer_texts=read)
    memory = Memory()
    memory.add(away)
    memory.add(cut)
    assert memory.take(away.uid) == JustRead((Text(*read[0]),), None)
    assert memory.take(cut.uid) is None  # facts read the beginning of it alone


def test_a_kill_neither_loses_nor_doubles_words(
    talk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write([call("juliett", session="s5")], {})
    before = index.position()
    assert before is not None
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_packed", lambda _: 1 / 0)  # the position is written
        with pytest.raises(ZeroDivisionError):
            indexed()
    assert index.position() == before

    assert indexed() == 1
    assert indexed() == 0
    assert not index.store([], before, index.Position(9**9))  # who comes too late
    assert len(found("juliett")) == 1
    assert IndexedText.objects.count() == 5


def test_words_go_with_their_bodies(talk: list[int]) -> None:
    other = talk[-1]
    CapturedRequest.objects.filter(pk=other).update(
        started_at=make.START + timedelta(days=9)
    )
    until = make.START + timedelta(days=5)
    assert sum(prune(Rule(until, bodies_only=True), rest=0)) == 3
    assert found("alpha") == [other]
    assert found("charlie") == found("foxtrot") == []
    assert indexed() == 0

    list(purging.purge(rest=0))

    assert found("golf") == [other]
    assert ForgottenText.objects.count() == 0
    assert left_in_index() >= {"golf", "alpha"}
    assert not left_in_index() & {"bravo", "charlie", "foxtrot"}


def test_words_without_places_go_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy.recording.texts.IN_ORDER", 3)
    store.write([call(" ".join(f"word{n}" for n in range(40)))], {})
    indexed()
    assert len(found("word39")) == 1
    assert sum(prune(Rule(make.START + timedelta(days=5)), rest=0)) == 1

    list(purging.purge(rest=0))

    assert ForgottenText.objects.count() == 0
    assert not left_in_index() & {"word0", "word39"}


def test_what_is_said_again_is_found_there_when_the_first_went(
    talk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, other = talk
    indexer = TextIndexer()
    for gone, heir in ((a, b), (b, c)):
        forget_bodies(gone)
        assert found("alpha") == [*found("bravo"), other] == [other]
        indexed(indexer)
        assert found("alpha") == found("why does alpha_read time out") == [heir, other]
        assert found("bravo is slow") == [heir]
        assert found("delta") == [b if gone == a else heir]
        assert found("编程 语言") == found("charlie")
        assert found("timeouts") == [c]  # its own
        assert LostText.objects.count() == 0
        with monkeypatch.context() as patch, said.one_by_one():
            patch.setattr(search, "FEW", 0)
            patch.setattr(search, "MANY", 0)
            assert found("alpha") == [heir, other]
            assert found("timeouts") == [c]
    forget_bodies(c)
    indexed(indexer)
    assert found("alpha") == [other]
    assert (LostText.objects.count(), IndexedText.objects.count()) == (0, 1)

    list(purging.purge(rest=0))

    left = left_in_index() - {tables.BETWEEN}
    assert left == {"why", "does", "alpha", "read", "time", "out", "golf"}


def test_what_went_is_not_thought_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    indexer, real = TextIndexer(), index.store
    store.write([call("kilo", session="s6")], {})
    indexed(indexer)

    def late(*told: Any) -> bool:
        """A prune takes all, while what comes next is about to be stored."""
        monkeypatch.setattr(index, "store", real)
        forget_bodies(*CapturedRequest.objects.values_list("pk", flat=True))
        return real(*told)

    store.write([call("kilo", "lima", "mike", session="s6")], {})
    monkeypatch.setattr(index, "store", late)
    indexed(indexer)
    assert found("kilo") == found("mike") == []

    store.write([call("kilo", "lima", "mike", "oscar", "papa", session="s6")], {})
    indexed(indexer)

    assert len(found("kilo")) == 1
    assert found("kilo") == found("mike") == found("papa")


def forget_bodies(*requests: int) -> None:
    rows = CapturedRequest.objects.filter(pk__in=requests)
    rows.update(started_at=make.START - timedelta(days=9))
    before = make.START - timedelta(days=5)
    assert sum(prune(Rule(before, bodies_only=True), rest=0)) == len(requests)


def left_in_index() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT DISTINCT word FROM"
                f" {tables.ROWS}, unnest({tables.LEXEMES}) AS it (word)"
            )
        else:
            cursor.execute(
                "CREATE VIRTUAL TABLE temp.v"
                f" USING fts5vocab(main, {tables.WORDS}, row)"
            )
            cursor.execute("SELECT term FROM temp.v")
        spelled = {code: word for word, code in book().items()}
        words = {spelled.get(row[0], row[0]) for row in cursor.fetchall()}
        if connection.vendor == "sqlite":
            cursor.execute("DROP TABLE temp.v")
    return words


def test_nothing_is_indexed_of_what_keeps_no_content(talk: list[int]) -> None:
    only_answer = make.body('{"choices": []}', Side.RESPONSE)
    store.write(
        [make.record(bodies=(), preview=""), make.record(bodies=(only_answer,))], {}
    )
    damaged = make.record(
        request=b'{"messages": [{"role": "user", "con', response=b"\xff"
    )
    store.write([damaged], {})

    assert indexed() == 3
    assert IndexedText.objects.count() == 4


def test_what_was_there_before_is_caught_up_with_behind_what_comes(
    talk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    index.clear(talk[-1])
    assert found("alpha") == []
    store.write([call("kilo", session="s6")], {})
    indexer = TextIndexer()
    took = indexer.step()
    assert took is not None
    assert took.requests == len(found("kilo")) == 1
    assert found("alpha") == []
    assert took.position.is_behind
    indexed(indexer)
    assert found("alpha") == [talk[0], talk[3]]

    assert BEHIND > 100
    monkeypatch.setattr("proxy.recording.indexing.BEHIND", 1)
    store.write([call(f"lima {n}", session=f"l{n}") for n in range(3)], {})
    indexed()
    assert len(found("lima")) == 3
    assert IndexedText.objects.count() == 8


def test_words_of_agents_sessions_take_little_of_what_is_stored() -> None:
    fresh_files()
    words = rest = 0
    for seed in range(6):
        before = pages()
        store.write(make.agent_session(60, session=f"agent {seed}", seed=seed), {})
        between = pages()
        indexed()
        merge_all()
        if seed > 1:  # the first ones bring words that an index has anyway
            words, rest = words + pages() - between, rest + between - before

    assert words < 0.25 * rest, (words, rest)


def fresh_files() -> None:
    """PostgreSQL would fill the room that earlier tests left in its tables."""
    if connection.vendor == "postgresql":
        names = [
            name
            for name in connection.introspection.table_names()
            if name.startswith("runs_")
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")


def pages() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT sum(pg_total_relation_size(oid)) / 8192 FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            )
            return int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute("PRAGMA freelist_count")
        return int(pages) - int(cursor.fetchone()[0])


def merge_all() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT gin_clean_pending_list('{tables.ROWS}_words')")
            return
        cursor.execute(
            f"INSERT INTO {tables.WORDS} ({tables.WORDS}) VALUES ('optimize')"
        )
