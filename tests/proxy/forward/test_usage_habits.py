"""What is learned of upstreams that tell their usage by themselves."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from proxy.exchange import Asked, AskUsage, Target
from proxy.forward import usage_habits
from proxy.forward.usage_habits import UsageHabits, UsagePlan, UsageWatcher
from tests.proxy.make_target import target

ASK, TRY, TOLD = UsagePlan.ASK, UsagePlan.TRY, UsagePlan.TOLD
M, N = Asked(model="m", stream=True), Asked(model="n", stream=True)


@pytest.fixture
def learning() -> Target:
    return target(ask_usage=AskUsage.LEARN)


def test_where_the_switch_says_always_nothing_is_tried() -> None:
    assert UsageHabits().plan(target(), M) is ASK


@pytest.mark.parametrize(("tells", "later"), [(True, TOLD), (False, ASK)])
def test_one_stream_shows_it(learning: Target, tells: bool, later: UsagePlan) -> None:
    habits = UsageHabits()
    assert habits.plan(learning, M) is TRY
    habits.settle(TRY, learning, M, tells)
    assert habits.plan(learning, M) is later
    assert habits.plan(learning, N) is TRY, "of another model nothing is known"


def test_only_one_is_tried_at_a_time(learning: Target) -> None:
    habits = UsageHabits()
    assert [habits.plan(learning, M) for _ in range(3)] == [TRY, ASK, ASK]
    habits.settle(ASK, learning, M, None)
    assert habits.plan(learning, M) is ASK, "the first one is still under way"
    habits.settle(TRY, learning, M, None)
    assert habits.plan(learning, M) is TRY, "it showed nothing"


def test_an_upstream_that_stops_telling_is_asked_again(learning: Target) -> None:
    habits = UsageHabits()
    habits.settle(TRY, learning, M, True)
    habits.settle(TOLD, learning, M, False)
    assert habits.plan(learning, M) is ASK


def test_a_refusal_is_remembered_for_a_while(learning: Target) -> None:
    habits = UsageHabits()
    habits.refused(target(), M, 400)
    assert habits.plan(target(), M) is ASK, "it was refused for something else"
    habits.refused(target(), M, 200)
    assert habits.plan(target(), M) is UsagePlan.NOTHING
    assert habits.plan(target(), N) is ASK


def test_refusals_of_made_up_models_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usage_habits, "MOST", 1)
    habits = UsageHabits()
    for asked in (M, N):
        habits.refused(target(), asked, 200)
    assert habits.plan(target(), M) is ASK
    assert habits.plan(target(), N) is UsagePlan.NOTHING


def test_what_one_process_learned_others_know(tmp_path: Path, learning: Target) -> None:
    file = tmp_path / "usage-habits.json"
    one, other = UsageHabits(file), UsageHabits(file)
    assert other.plan(learning, N) is TRY
    one.settle(TRY, learning, M, True)
    assert other.plan(learning, M) is TOLD
    other.settle(TRY, learning, N, False)
    later = UsageHabits(file)
    assert (later.plan(learning, M), later.plan(learning, N)) == (TOLD, ASK)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("text", ["", "[1]", "{", '"x"'])
def test_a_file_that_makes_no_sense_is_made_anew(
    tmp_path: Path, learning: Target, text: str
) -> None:
    file = tmp_path / "usage-habits.json"
    file.write_text(text)
    habits = UsageHabits(file)
    assert habits.plan(learning, M) is TRY
    habits.settle(TRY, learning, M, True)
    assert list(json.loads(file.read_text()).values()) == [True]


def test_a_place_that_takes_no_file_costs_only_the_memory(
    tmp_path: Path, learning: Target
) -> None:
    habits = UsageHabits(tmp_path / "missing" / "usage-habits.json")
    habits.settle(TRY, learning, M, True)
    assert habits.plan(learning, M) is TOLD


def test_made_up_models_do_not_fill_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, learning: Target
) -> None:
    monkeypatch.setattr(usage_habits, "MOST", 3)
    file = tmp_path / "usage-habits.json"
    habits = UsageHabits(file)
    for number in range(5):
        habits.settle(TRY, learning, Asked(model=f"m-{number}"), True)
    assert len(json.loads(file.read_text())) == 3
    assert habits.plan(learning, Asked(model="m-4")) is TOLD


USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
NESTED = b'data: {"choices":[{"usage" : {"prompt_tokens":1}}]}\n\n'
NULL = b'data: {"choices":[{"delta":{"content":"x"}}],"usage":null}\n\n'
SPOKEN = b'data: {"choices":[{"delta":{"content":"\\"usage\\": {"}}]}\n\n'
FINISH = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ((NULL, FINISH, USAGE, DONE), True),
        ((NULL, NESTED), True),
        ((NULL, FINISH, DONE), False),
        ((SPOKEN, FINISH), False),
        ((NULL, DONE), False),
        ((NULL,), None),
        ((b'data: {"error":{"message":"no"}}\n\n',), None),
        ((), None),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_stream_shows_whether_it_tells(
    events: tuple[bytes, ...], verdict: bool | None, size: int
) -> None:
    data, watcher = b"".join(events), UsageWatcher()
    for at in range(0, len(data), size):
        watcher.feed(data[at : at + size])
    assert watcher.verdict is verdict
