"""`runs/grouping/conversations.py`: which requests belong together, and who says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runs import store
from runs.cleaning import SHORT
from runs.grouping import placing
from runs.models import CapturedRequest, Conversation
from runs.record import ExchangeRecord
from tests import make

Keep = Callable[..., None]

pytestmark = pytest.mark.django_db


def digests(*names: str) -> tuple[bytes, ...]:
    return tuple(name.encode().ljust(16, b".") for name in names)


def conversation_of(record: ExchangeRecord) -> Conversation | None:
    found = CapturedRequest.objects.select_related("conversation")
    return found.get(uid=record.uid).conversation


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


def test_a_session_header_ties_requests(keep: Keep) -> None:
    rule = "header:x-session-id"
    first = make.record(session="ses_1", session_rule=rule, preview="Fix the bug")
    other = make.record(session="ses_2", session_rule=rule)
    again = make.record(session="ses_1", session_rule=rule)
    keep(first, other, again)
    found = conversation_of(first)
    assert found is not None
    assert found == conversation_of(again) != conversation_of(other)
    assert (found.rule, found.title) == (rule, "Fix the bug")
    assert (found.key, found.started_at) == ("header:x-session-id:ses_1", make.START)


def test_the_same_session_id_of_another_rule_is_another_conversation(
    keep: Keep,
) -> None:
    header = make.record(session="1", session_rule="header:session-id")
    field = make.record(session="1", session_rule="body:metadata.user_id")
    keep(header, field)
    assert conversation_of(header) != conversation_of(field)


def test_a_history_that_goes_on_is_the_same_conversation(keep: Keep) -> None:
    first = make.record(history=digests("system", "hello"))
    second = make.record(history=digests("system", "hello", "hi", "do it"))
    other = make.record(history=digests("system", "something else"))
    keep(first, second, other)
    found = conversation_of(first)
    assert found is not None
    assert found == conversation_of(second)
    assert found.rule == "history"
    assert conversation_of(other) not in (None, found)


def test_the_longest_history_decides(keep: Keep) -> None:
    short = make.record(history=digests("a"))
    long = make.record(history=digests("x", "b"))
    both = make.record(history=digests("a", "b", "c"))
    # A chained digest tells the whole history; "b" here ends two of them.
    keep(short, long, both)
    assert conversation_of(both) == conversation_of(long) != conversation_of(short)


def test_a_previous_response_goes_before_history(keep: Keep) -> None:
    wire = "openai-responses"
    first = make.record(
        wire_format=wire, response_id="resp_1", history=digests("hello")
    )
    second = make.record(
        wire_format=wire, previous_response_id="resp_1", history=digests("and now?")
    )
    keep(first, second)
    assert conversation_of(first) == conversation_of(second) is not None


def test_an_unknown_previous_response_starts_a_conversation(keep: Keep) -> None:
    record = make.record(previous_response_id="resp_gone", history=digests("hello"))
    keep(record)
    assert conversation_of(record) is not None


def test_requests_without_messages_have_no_conversation(keep: Keep) -> None:
    record = make.record(method="GET", path="/v1/models", operation="models")
    keep(record)
    assert conversation_of(record) is None
    assert not Conversation.objects.exists()


def test_an_agent_session_without_a_header_is_one_conversation(keep: Keep) -> None:
    keep(*make.agent_session(8))
    assert Conversation.objects.count() == 1


def test_odd_session_ids_are_taken(keep: Keep) -> None:
    odd = ["s" * 4000, "\ud83d", "nul\0", "ünïcode"]
    records = [make.record(session=session) for session in odd for _ in range(2)]
    keep(*records)
    assert Conversation.objects.count() == len(odd)


def test_a_subagent_of_the_session_goes_on_from_its_own_history() -> None:
    main = make.agent_session(3, session="s", seed=1)
    sub = make.agent_session(3, session="s", seed=2)
    mixed = [record for pair in zip(main, sub, strict=True) for record in pair]
    store.write(mixed, {})
    assert Conversation.objects.count() == 1
    last = CapturedRequest.objects.get(uid=sub[-1].uid).bodies.get(side="request")
    before = CapturedRequest.objects.get(uid=sub[-2].uid).bodies.get(side="request")
    assert last.base == before


def test_a_long_name_of_a_client_is_known_by_its_number_and_not_remembered() -> None:
    before = placing._client.cache_info().currsize
    records = [make.record(user_agent=name * SHORT) for name in "aab"]
    first, again, other = (
        placing.Placing(record, number, None).client
        for number, record in enumerate(records)
    )
    assert first == again != other
    assert placing._client.cache_info().currsize == before
    assert placing.Placing(make.record(user_agent="short/1"), 4, None).client
    assert placing._client.cache_info().currsize == before + 1
