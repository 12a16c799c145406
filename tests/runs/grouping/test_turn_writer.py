"""`runs/grouping/turn_writer.py`: which requests answer one message of the user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import blake2b
from itertools import count
from typing import Any

import pytest

from runs import lifecycle, store
from runs.models import CapturedRequest, Turn
from runs.record import ExchangeRecord, Outcome
from tests import make

pytestmark = pytest.mark.django_db
Keep = Callable[..., None]


@pytest.fixture(params=["one batch", "batch by batch", "restarts"])
def keep(request: pytest.FixtureRequest) -> Keep:
    """Stores records in three ways, all of which must lead to the same."""

    def one_batch(*records: ExchangeRecord) -> None:
        store.write(records, {})

    def one_by_one(*records: ExchangeRecord) -> None:
        for record in records:
            store.write([record], {})
            if request.param == "restarts":
                store.restart()

    return one_batch if request.param == "one batch" else one_by_one


class Thread:
    """A history that grows: `says` is the user, `loops` a tool call and its result."""

    _names = count(1)

    def __init__(self, system: str, session: str = "ses_1", tools: int = 5) -> None:
        self.session, self.tools = session, tools
        self.history: list[bytes] = [self._digest(system)]
        self.turn = b""
        self.text = ""

    def says(self, text: str, **fields: Any) -> ExchangeRecord:
        self._grow(text)
        self.turn, self.text = self.history[-1], text
        return self.call(**fields)

    def loops(self, **fields: Any) -> ExchangeRecord:
        self._grow("call")
        self._grow("result")
        return self.call(**fields)

    def answered(self) -> None:
        self._grow("answer")

    def call(self, *, at: float = 0, took: float = 1, **fields: Any) -> ExchangeRecord:
        given = {
            "started_at": make.START + timedelta(seconds=at),
            "duration_ms": took * 1000,
            "history": tuple(self.history),
            "turn": self.turn,
            "preview": self.text,
            "tools_offered": self.tools,
            "session": self.session,
            "session_rule": "header:x-session-id" if self.session else "",
        }
        return make.record(**(given | fields))

    def _grow(self, text: str) -> None:
        self.history.append(self._digest(f"{self.history[-1].hex()}{text}"))

    def _digest(self, text: str) -> bytes:
        return blake2b(text.encode(), digest_size=16).digest()


def turns_of(*records: ExchangeRecord) -> list[int]:
    """The number of each record's turn."""
    found = CapturedRequest.objects.select_related("turn")
    rows = {row.uid: row.turn for row in found}
    turns = [rows[record.uid] for record in records]
    assert None not in turns
    return [turn.number for turn in turns if turn is not None]


CALLS = {"tool_calls": ("bash",)}


def test_a_tool_loop_is_one_turn_and_the_next_message_another(keep: Keep) -> None:
    agent = Thread("You are an agent.")
    first = [agent.says("Fix it", at=0, **CALLS), agent.loops(at=2, **CALLS)]
    first.append(agent.loops(at=4))
    agent.answered()
    second = [agent.says("Now test it", at=60, **CALLS), agent.loops(at=62)]
    keep(*first, *second)
    assert turns_of(*first, *second) == [1, 1, 1, 2, 2]
    told = Turn.objects.order_by("number").values_list("preview", "has_tools")
    assert list(told) == [("Fix it", True), ("Now test it", True)]


def test_the_same_words_again_are_a_new_turn(keep: Keep) -> None:
    agent = Thread("You are an agent.")
    first = agent.says("continue", at=0)
    agent.answered()
    second = agent.says("continue", at=10)
    keep(first, second)
    assert turns_of(first, second) == [1, 2]


def test_a_retry_stays_in_its_turn(keep: Keep) -> None:
    agent = Thread("You are an agent.")
    failed = agent.says("Fix it", at=0, status=529, is_success=False)
    again = agent.call(at=2)
    keep(failed, again)
    assert turns_of(failed, again) == [1, 1]


@pytest.mark.parametrize("first", ["title", "agent"])
def test_a_title_call_of_the_same_session_does_not_split(
    keep: Keep, first: str
) -> None:
    agent, title = Thread("You are an agent."), Thread("You title.", tools=0)
    named = title.says("Fix it", at=0, took=3 if first == "agent" else 1)
    begun = agent.says("Fix it", at=0.1, took=2, **CALLS)
    done = agent.loops(at=5)
    agent.answered()
    after = agent.says("Now test it", at=60)
    opening = [named, begun] if first == "title" else [begun, named]
    keep(*opening, done, after)
    assert turns_of(named, begun, done, after) == [1, 1, 1, 2]
    assert Turn.objects.get(number=1).has_tools


def test_a_title_call_that_embeds_the_words_and_comes_first_is_adopted(
    keep: Keep,
) -> None:
    agent, title = Thread("You are an agent."), Thread("You title.", tools=0)
    named = title.says("Write a title for: Fix it", at=0, took=1)
    begun = agent.says("Fix it", at=1.2, **CALLS)
    keep(named, begun)
    assert turns_of(named, begun) == [1, 1]
    assert Turn.objects.get().preview == "Fix it"


def test_a_summary_after_the_answer_belongs_to_the_turn(keep: Keep) -> None:
    agent, helper = Thread("You are an agent."), Thread("You sum up.", tools=0)
    begun = agent.says("Fix it", at=0)
    summed = helper.says("Sum this up: Fix it", at=30)
    agent.answered()
    after = agent.says("Now test it", at=60)
    keep(begun, summed, after)
    assert turns_of(begun, summed, after) == [1, 1, 2]


def test_a_subagent_of_the_session_runs_within_the_turn(keep: Keep) -> None:
    agent, sub = Thread("You are an agent."), Thread("You search.")
    begun = agent.says("Fix it", at=0, tool_calls=("task",))
    searching = [sub.says("Find the bug", at=2, **CALLS), sub.loops(at=4)]
    done = agent.loops(at=8)
    sub.answered()
    asked_again = sub.says("And the other one", at=10)
    agent.answered()
    after = agent.says("Now test it", at=60)
    keep(begun, *searching, done, asked_again, after)
    assert turns_of(begun, *searching, done, asked_again) == [1] * 5
    assert turns_of(after) == [2]


def test_a_subagent_that_outlives_its_turn_stays_in_it(keep: Keep) -> None:
    agent, sub = Thread("You are an agent."), Thread("You search.")
    begun = agent.says("Fix it", at=0, tool_calls=("task",))
    searching = sub.says("Find the bug", at=2, **CALLS)
    agent.answered()
    after = agent.says("Never mind", at=20)
    late = sub.loops(at=22)
    keep(begun, searching, after, late)
    assert turns_of(begun, searching, after, late) == [1, 1, 2, 1]


def test_a_side_call_recorded_before_the_turn_it_ran_beside() -> None:
    agent, title = Thread("You are an agent."), Thread("You title.", tools=0)
    first = agent.says("Fix it", at=0)
    agent.answered()
    second = agent.says("Now test it", at=60, took=9)
    named = title.says("Is this a new topic? Now test it", at=60.2, took=1)
    for record in (first, named, second):
        store.write([record], {})
    assert turns_of(first, second, named) == [1, 2, 2]


def test_other_conversations_have_turns_of_their_own(keep: Keep) -> None:
    agent = Thread("You are an agent.", session="")
    title = Thread("You title.", session="", tools=0)
    records = [agent.says("Fix it"), title.says("Name it", at=1), agent.loops(at=2)]
    keep(*records)
    assert turns_of(*records) == [1, 1, 1]
    assert Turn.objects.count() == 2


def test_prompts_of_a_session_without_history_are_turns_each(keep: Keep) -> None:
    asked = [
        Thread("Answer.", tools=0).says(f"What is {i}?", at=i * 5) for i in range(3)
    ]
    keep(*asked)
    assert turns_of(*asked) == [1, 2, 3]


def test_a_compacted_history_that_asks_the_same_is_the_same_turn(keep: Keep) -> None:
    agent = Thread("You are an agent.")
    begun = agent.says("Fix it", at=0)
    short = Thread("You are an agent. Before: much was done.")
    went_on = [short.says("Fix it", at=30, **CALLS), short.loops(at=32)]
    short.answered()
    after = short.says("Now test it", at=60)
    keep(begun, *went_on, after)
    assert turns_of(begun, *went_on, after) == [1, 1, 1, 2]


def test_a_compacted_history_with_a_new_message_is_a_new_turn(keep: Keep) -> None:
    begun = Thread("You are an agent.").says("Fix it", at=0)
    after = Thread("You are an agent. Before: all done.").says("Test it", at=60)
    keep(begun, after)
    assert turns_of(begun, after) == [1, 2]


def test_responses_that_send_only_what_is_new(keep: Keep) -> None:
    wire = {"wire_format": "openai-responses", "tools_offered": 3}
    talk = Thread("", session="")
    user, result = talk._digest("continue"), talk._digest("a tool's result")

    def ask(at: float, previous: str, response: str, **fields: Any) -> ExchangeRecord:
        at_ = make.START + timedelta(seconds=at)
        names = {"previous_response_id": previous, "response_id": response}
        return make.record(started_at=at_, **(wire | names | fields))

    said = {"history": (user,), "turn": user, "preview": "continue"}
    records = [
        ask(0, "", "resp_1", tool_calls=("bash",), **said),
        ask(2, "resp_1", "resp_2", history=(result,)),
        ask(9, "resp_2", "resp_3", tool_calls=("bash",), **said),
        ask(11, "resp_3", "resp_4", history=(result,)),
        ask(15, "resp_4", "resp_5", **said),
    ]
    keep(*records)
    assert turns_of(*records) == [1, 1, 2, 2, 3]


def test_a_call_that_is_going_on_has_its_turn_already() -> None:
    agent = Thread("You are an agent.")
    done = agent.says("Fix it", at=0, took=40)
    begun = agent.call(at=0, outcome=Outcome.PENDING, duration_ms=None, uid=done.uid)
    title = Thread("You title.", tools=0).says("A title, please", at=1)
    store.write([begun], {})
    store.write([title], {})
    assert turns_of(begun, title) == [1, 1]
    store.write([done], {})
    assert turns_of(done, title) == [1, 1]
    assert Turn.objects.count() == 1


def test_requests_without_a_conversation_have_no_turn(keep: Keep) -> None:
    keep(make.record(method="GET", path="/v1/models", operation="models"))
    assert CapturedRequest.objects.get().turn is None


@pytest.mark.django_db(transaction=True)
def test_what_retention_removed_is_begun_anew() -> None:
    agent = Thread("You are an agent.")
    store.write([agent.says("Fix it", at=0)], {})
    Turn.objects.all().delete()
    went_on = agent.loops(at=2)
    store.write([went_on], {})
    assert turns_of(went_on) == [1]


def test_a_long_session_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    records = make.agent_session(200, session="s")
    with django_assert_max_num_queries(120):
        store.write(records, {})


@pytest.fixture(autouse=True)
def _check_numbers() -> Iterator[None]:
    """Within a run and conversation: 1, 2, 3 … in the order of their start."""
    yield
    rows = Turn.objects.order_by("started_at").values_list(
        "run", "conversation", "number"
    )
    seen: dict[tuple[int | None, int | None], list[int]] = {}
    for run, conversation, number in rows:
        seen.setdefault((run, conversation), []).append(number)
    assert all(found == list(range(1, len(found) + 1)) for found in seen.values())


def test_turns_are_counted_anew_in_each_run(keep: Keep) -> None:
    for name in "ab":
        lifecycle.start(name, is_global=False)
    agent = Thread("You are an agent.")
    first = [agent.says("Fix it", at=0, run_name="a", **CALLS)]
    first += [agent.loops(at=2, run_name="a", **CALLS), agent.loops(at=4, run_name="b")]
    agent.answered()
    second = agent.says("Now test it", at=60, run_name="b")
    keep(*first, second)
    assert turns_of(*first, second) == [1, 1, 1, 2]
    found = Turn.objects.order_by("pk").values_list("run__name", "number", "preview")
    assert list(found) == [
        ("a", 1, "Fix it"),
        ("b", 1, "Fix it"),
        ("b", 2, "Now test it"),
    ]
