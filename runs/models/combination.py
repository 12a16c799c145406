"""Which values of the filters have ever met in one request.

Two filters that are frequent alone and never meet would have a database read all that
passes one of them, to find nothing; here it is seen in a millisecond. Written by
`runs/store/combinations.py`, asked by `conditions.py`. What is here and in no request
any more costs that millisecond, and never a wrong answer.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

COLUMNS = (
    *("provider", "model", "route", "endpoint", "status", "status_class", "outcome"),
    *("is_stream", "is_success", "has_tool_calls", "has_images"),
)
"""Of `CapturedRequest`, changed by `runs/store/` alone."""
MOST = 5000
"""A client that makes up models must not fill the table: beyond, nobody asks it."""


class CombinationQuerySet(models.QuerySet["Combination"]):
    """`Combination.objects`: may a condition be true of a request?"""

    def may_meet(self, condition: Q) -> bool:
        """False: of none. Only what the columns tell is looked at."""
        told = told_by_columns(condition)
        if told is None or self.count() >= MOST:
            return True
        return self.filter(told).exists()


class Combination(models.Model):
    provider = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)
    route = models.CharField(max_length=255, blank=True)
    endpoint = models.CharField(max_length=255)
    status = models.PositiveSmallIntegerField(null=True)
    status_class = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=16)
    is_stream = models.BooleanField()
    is_success = models.BooleanField(null=True)
    has_tool_calls = models.BooleanField()
    has_images = models.BooleanField()

    objects = CombinationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.provider} {self.model} {self.status}"


def told_by_columns(condition: Q, *, is_negated: bool = False) -> Q | None:
    """The part of a condition that COLUMNS can tell of; None where that is nothing.

    It is true wherever the condition is: what can't be told counts as true.
    """
    is_negated = is_negated is not condition.negated
    is_all = (condition.connector == Q.AND) is not is_negated
    found: Q | None = None
    for child in condition.children:
        told = _told(child, is_negated=is_negated)
        if told is not None:
            found = told if found is None else found & told if is_all else found | told
        elif not is_all:
            return None
    return found


def _told(child: object, *, is_negated: bool) -> Q | None:
    if isinstance(child, Q):
        return told_by_columns(child, is_negated=is_negated)
    if isinstance(child, tuple) and child[0].split("__")[0] in COLUMNS:
        return ~Q(child) if is_negated else Q(child)
    return None
