"""What each session came to, and what it was: figures, scores, identity, outages.

Asked by `runs/experiments/report.py`. A session's requests are read once by
`runs/measure/of_run.py`; what the agent was is read off its first request. What a
finished session came to is kept (`kept_figures.py`) for as long as its requests stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from runs.experiments import kept_figures
from runs.experiments.kept_figures import KeptFigures
from runs.experiments.kinds import Experiment, Goodput, Outage
from runs.measure.designs import RunFigures
from runs.measure.figures import Statistics
from runs.measure.of_run import statistics_of
from runs.models import CapturedRequest, Session, SessionStatus
from runs.models.token_columns import INPUT_COLUMNS
from runs.record import Purpose


@dataclass(frozen=True, slots=True)
class SessionOutcome:
    """One session, measured."""

    session: Session
    figures: RunFigures
    identity: Mapping[str, str]
    """What the agent was, by the names of `IDENTITY`."""
    is_outage: bool
    """By the rule that was fixed before: it says nothing of the arm."""

    @property
    def passed(self) -> bool | None:
        value = self.figures.told["passed"]
        return None if value is None else bool(value)

    @property
    def cost_usd(self) -> float | None:
        cost = self.figures.statistics.cost
        known = cost.usd is not None and not cost.unpriced_requests
        return float(cost.usd) if known and cost.usd is not None else None


IDENTITY = (
    *("harness", "user agent", "model asked", "model served", "effort"),
    *("temperature", "max tokens", "system prompt", "tools"),
)
"""What must not change within an arm."""


def of_all(sessions: Sequence[Session], experiment: Experiment) -> list[SessionOutcome]:
    """Each is measured once: what is known of it is read for all of them together."""
    about = experiment.goodput.model_dump_json() if experiment.goodput else ""
    figures = kept_figures.of_all(
        sessions, about, lambda each: _figures(each, experiment.goodput)
    )
    return [_outcome(each, figures[each.pk], experiment) for each in sessions]


def _figures(session: Session, limits: Goodput | None) -> KeptFigures:
    numbers = statistics_of(session.run_id)
    return KeptFigures(
        statistics=numbers,
        turns=session.run.turns.count(),
        context_growth=_growth(session),
        goodput=_goodput(session, limits, numbers),
        identity=_identity(session),
    )


def _outcome(
    session: Session, figures: KeptFigures, experiment: Experiment
) -> SessionOutcome:
    told: dict[str, float | None] = {
        "passed": None if (verdict := passed(session)) is None else float(verdict),
        "turns": float(figures.turns),
        "context_growth": figures.context_growth,
        "goodput": figures.goodput,
    }
    told |= {f"score:{each.name}": each.value for each in session.scores.all()}
    return SessionOutcome(
        session,
        RunFigures(figures.statistics, session.task_card.name, told),
        {**figures.identity, "harness": session.harness_version},
        _is_outage(figures.statistics, experiment.outage),
    )


def passed(session: Session) -> bool | None:
    """Where all that judges it says so; a session that failed has not passed."""
    if session.status == SessionStatus.FAILED:
        return False
    verdicts = [each.passed for each in session.scores.all() if each.passed is not None]
    return all(verdicts) if verdicts else None


def _growth(session: Session) -> float | None:
    """Input tokens of the largest request, by those of the first."""
    rows = CapturedRequest.objects.filter(run=session.run, is_success=True)
    told = rows.order_by("pk").values_list(*INPUT_COLUMNS)
    known = [size for row in told if (size := sum(filter(None, row)))]
    return max(known) / known[0] if known else None


def _goodput(
    session: Session, limits: Goodput | None, numbers: Statistics
) -> float | None:
    """Requests that kept all limits, by second of busy time."""
    if limits is None or not numbers.busy_ms:
        return None
    kept = Q(is_success=True)
    if limits.duration_ms is not None:
        kept &= Q(duration_ms__lte=limits.duration_ms)
    if limits.ttft_ms is not None:
        kept &= Q(ttft_ms__lte=limits.ttft_ms) | Q(is_stream=False)
    if limits.itl_ms is not None:
        fast = Q(output_tokens_per_s__gte=1000 / limits.itl_ms)
        kept &= fast | Q(output_tokens_per_s=None)
    good = CapturedRequest.objects.filter(kept, run=session.run).count()
    return good * 1000 / numbers.busy_ms


def _is_outage(numbers: Statistics, rule: Outage) -> bool:
    finished = numbers.successes + numbers.errors
    failed = sum(
        each.requests for each in numbers.error_kinds if each.kind in rule.kinds
    )
    return bool(finished) and failed / finished >= rule.share


def _identity(session: Session) -> dict[str, str]:
    """Of its first request of the work itself: titles and the like are other calls."""
    rows = CapturedRequest.objects.filter(run=session.run).select_related("detail")
    main = Q(purpose=Purpose.MAIN) | Q(purpose=None)
    first = rows.filter(main).order_by("pk").first() or rows.order_by("pk").first()
    found = dict.fromkeys(IDENTITY, "")
    if first is None:
        return found
    served = rows.filter(is_success=True).exclude(response_model="").order_by()
    found |= {
        "user agent": first.user_agent,
        "model asked": first.model,
        "model served": ", ".join(
            sorted(set(served.values_list("response_model", flat=True)))
        ),
        "temperature": "" if first.temperature is None else f"{first.temperature:g}",
        "max tokens": "" if first.max_tokens is None else str(first.max_tokens),
    }
    if hasattr(first, "detail"):
        detail = first.detail
        found["effort"] = detail.effort
        found["system prompt"] = detail.system_hash
        found["tools"] = detail.tools_hash
    return found
