"""Plans a call of Weir's own, sends it and hears what came: for API and pages."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from proxy.own_calls import again
from proxy.own_calls.call import OwnAnswer, OwnCall
from proxy.own_calls.door import door
from proxy.own_calls.planning import Plan, planned, where_it_went, with_run
from proxy.own_calls.reading import InWords, heard
from proxy.table import snapshot
from runs.models import CapturedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class HowToSend:
    """Where to, and how."""

    to: str = ""
    model: str = ""
    run: str = ""
    dry_run: bool = False
    wait: bool = True


AS_IT_IS = HowToSend()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was planned and, unless it was only that, what came of it."""

    plan: Plan
    id: UUID | None = None
    answer: OwnAnswer | None = None
    said: InWords | None = None

    @property
    def is_good(self) -> bool | None:
        """A complete answer below 400, without an error; None: nobody waited."""
        answer, said = self.answer, self.said
        if answer is None or said is None:
            return None
        is_fine = answer.status is not None and answer.status < 400
        return is_fine and answer.is_complete and not said.error


def send_again(row: CapturedRequest, wish: HowToSend) -> Sent:
    """Raises CannotSend."""
    call = again.call_again(row)
    if not wish.to:
        call = where_it_went(call, row, snapshot.load())
    return send(call, wish)


def send(call: OwnCall, wish: HowToSend = AS_IT_IS) -> Sent:
    """Raises CannotSend."""
    call = with_run(call, wish.run)
    plan = planned(call, snapshot.load(), to=wish.to, model=wish.model)
    if wish.dry_run:
        return Sent(plan=plan)
    way = door()
    if not wish.wait:
        return Sent(plan=plan, id=way.start(plan.call))
    answer = way.send(plan.call)
    return Sent(plan=plan, id=answer.id, answer=answer, said=heard(plan, answer))
