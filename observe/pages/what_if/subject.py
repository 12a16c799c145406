"""What is priced anew: a run, a conversation, or what a filter of requests leaves.

Called by `observe/pages/what_if/view.py`. The address holds all of it: the page, the
filter, and the models that were chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.http import QueryDict

from pricing.scenarios import WhatIf
from runs.filters.request_filter import RequestFilter
from runs.filters.writing import in_language, joined, parts_of
from runs.measure import what_if
from runs.models import CapturedRequest, Conversation, Run
from runs.models.request_set import CapturedRequestQuerySet

FEW = 5_000
"""Requests, whose figures are part of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedSet:
    """A set of requests, with its name and its pages."""

    kind: str
    """`Run`, `Conversation` or `Requests`."""
    name: str
    home: str
    """Address of the page that shows the set itself."""
    path: str
    """Address of its what-if, without a query."""
    carried: tuple[tuple[str, str], ...] = ()
    """The filter, as it stands in the query."""
    requests: CapturedRequestQuerySet
    priced: Callable[[Sequence[str]], WhatIf]
    """Its requests at the prices of the models with these keys."""

    @property
    def is_large(self) -> bool:
        """Its figures take longer than a page may."""
        return self.requests.order_by()[FEW : FEW + 1].exists()

    def address(self, keys: Sequence[str]) -> str:
        """Of its what-if with these models."""
        query = urlencode([*self.carried, *(("key", key) for key in keys)])
        return f"{self.path}?{query}" if query else self.path


def of_run(run: Run) -> PricedSet:
    home = run.get_absolute_url()
    return PricedSet(
        kind="Run",
        name=run.name,
        home=home,
        path=f"{home}/what-if",
        requests=CapturedRequest.objects.in_run(run.pk),
        priced=partial(what_if.of_run, run.pk),
    )


def of_conversation(conversation: Conversation) -> PricedSet:
    home = f"/conversations/{conversation.pk}"
    requests = CapturedRequest.objects.in_conversation(conversation.pk)
    return PricedSet(
        kind="Conversation",
        name=conversation.title or "Conversation without words of a user",
        home=home,
        path=f"{home}/what-if",
        requests=requests,
        priced=partial(what_if.of, requests),
    )


def of_filter(query: QueryDict) -> PricedSet:
    """Raises BadFilter."""
    chosen = in_language(RequestFilter.from_query(query))
    carried = tuple(chosen.as_query().items())
    requests = chosen.apply(CapturedRequest.objects.all())
    return PricedSet(
        kind="Requests",
        name=joined(parts_of(chosen)) or "all of them",
        home="/requests" + (f"?{urlencode(carried)}" if carried else ""),
        path="/requests/what-if",
        carried=carried,
        requests=requests,
        priced=partial(what_if.of, requests),
    )
