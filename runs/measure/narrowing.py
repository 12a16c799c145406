"""Says a filter of requests in the words that figures over time are kept by.

They know the provider, model, operation, outcome and run of what they add up: a filter
of those alone narrows them, whatever is joined or denied in it; any other is refused.
Asked by `runs/api/figures.py` and `of_kept.py`.
"""

from __future__ import annotations

from django.db.models import Q

from runs.filters import BadFilter, full_text
from runs.filters.request_filter import Where
from runs.filters.tree import Node, Not, Term, together
from runs.models import CapturedRequest
from runs.record import Outcome
from runs.rollups.figures import REFUSED, SUCCESS

KNOWN = "provider, model, outcome, success and run"
_LOOKUPS = ("", "in")


def of_figures(where: Where) -> Q:
    """The condition on the rows of figures; raises `BadFilter`."""
    found = Q()
    for node in together(where.tree) if where.tree else ():
        told = condition_of(node)
        if told is None:
            part = where.text[node.start : node.end]
            raise BadFilter(
                f"where: figures over time are kept by {KNOWN}, which don't tell"
                f" {part!r}. The time is told by `last`, or `start` and `end`; a list's"
                " figures, by any filter, are at /api/requests/figures."
            )
        found &= told
    return found


def condition_of(node: Node) -> Q | None:
    """On the rows of figures; None where they can't tell it."""
    inner = node.inner if isinstance(node, Not) else node
    if isinstance(inner, Term) and inner.filter.kind is full_text.WORDS:
        return None  # and nothing is searched to know that
    return _told(node.condition(CapturedRequest.objects.all().conditions))


def _told(condition: Q) -> Q | None:
    """The same of the rows of figures; None where they can't tell."""
    parts = [
        _told(each) if isinstance(each, Q) else _leaf(each)
        for each in condition.children
    ]
    if any(part is None for part in parts):
        return None
    return Q(*parts, _connector=condition.connector, _negated=condition.negated)


def _leaf(leaf: object) -> Q | None:
    if not isinstance(leaf, tuple):
        return None
    name, _, lookup = str(leaf[0]).partition("__")
    if name == "pk" and lookup == "in" and leaf[1] == []:
        return Q(pk__in=[])  # nothing is so called
    if name == "run" and lookup == "isnull":
        return Q(run=0) if leaf[1] else ~Q(run=0)
    if name == "is_success" and not lookup:
        return Q(outcome=SUCCESS) if leaf[1] else ~Q(outcome=SUCCESS)
    if lookup not in _LOOKUPS:
        return None
    if name == "outcome" and not lookup:
        # Of what was completed figures tell apart whether it was a success.
        is_done = leaf[1] == Outcome.COMPLETED
        return Q(outcome__in=(SUCCESS, REFUSED) if is_done else (leaf[1],))
    return Q(leaf) if name in ("provider", "model", "run") else None
