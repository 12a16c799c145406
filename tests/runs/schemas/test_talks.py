"""Turns and conversations as the API answers them."""

from __future__ import annotations

import pytest

from runs import lifecycle
from runs.models import CapturedRequest, Conversation
from runs.schemas.talks import ConversationOut, TurnOut
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk() -> CapturedRequest:
    """Two calls of one agent session; the last one."""
    return make.stored(*make.agent_session(2, session="s-1"))


def answered(row: CapturedRequest) -> TurnOut:
    """The turn that the request belongs to."""
    row.refresh_from_db()
    turn = row.turn
    assert turn is not None
    vars(turn).update(request_count=2)  # as the router counts them
    return TurnOut.from_orm(turn)


def test_a_conversation_tells_what_ties_it(talk: CapturedRequest) -> None:
    found = Conversation.objects.get()
    vars(found).update(request_count=2, turn_count=1)
    answer = ConversationOut.from_orm(found)
    assert (answer.rule, answer.id) == ("header:x-session-id", found.pk)
    assert answer.key == "header:x-session-id:s-1"
    assert answer.started_at == make.START


def test_a_turn_of_no_run_says_so(talk: CapturedRequest) -> None:
    answer = answered(talk)
    assert answer.run is None
    assert answer.conversation == Conversation.objects.get().pk
    assert answer.number == 1


def test_a_turn_tells_its_run_by_its_public_id(talk: CapturedRequest) -> None:
    run = lifecycle.start("nightly")
    lifecycle.move(CapturedRequest.objects.all(), run)
    assert answered(talk).run == run.uid
