"""Questions about captured requests, as chainable nouns.

Lists, the API and exports ask through these; a body or a detail is never loaded by
one. Every filter has an index (`captured_request.py`) that also gives the order
newest first, so that a page of a million requests costs its own rows only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db.models import Q

from runs.models.facet import Facet
from runs.models.paged_set import PagedQuerySet
from runs.models.run import Run
from runs.record import Outcome

MAX_ALTERNATIVES = 30
"""How many endpoints or models a text search looks into, most."""
MAX_UID_MATCHES = 500
UID_START = re.compile(r"[0-9a-f]{6,32}")
"""Shorter starts would match too many."""


class CapturedRequestQuerySet(PagedQuerySet):
    """`CapturedRequest.objects`: filters that chain; pages are in `paged_set.py`."""

    # --- with a value ---------------------------------------------------------

    def provider(self, slug: str) -> Self:
        return self.filter(provider=slug)

    def of_model(self, model: str) -> Self:
        """The model that was asked for."""
        return self.filter(model=model)

    def route(self, name: str) -> Self:
        return self.filter(route=name)

    def status(self, status: int) -> Self:
        return self.filter(status=status)

    def status_class(self, name: str) -> Self:
        """`5xx`: every status from 500 to 599."""
        return self.filter(status_class=int(name[0]))

    def outcome(self, outcome: str) -> Self:
        return self.filter(outcome=outcome)

    def pending(self) -> Self:
        return self.filter(outcome=Outcome.PENDING)

    def from_client(self, ip: str) -> Self:
        return self.filter(client_ip=ip)

    def with_temperature(self, temperature: float) -> Self:
        return self.filter(temperature=temperature)

    def with_max_tokens(self, count: int) -> Self:
        return self.filter(max_tokens=count)

    def in_conversation(self, conversation: int) -> Self:
        return self.filter(conversation=conversation)

    def in_run(self, run: int) -> Self:
        return self.filter(run=run)

    def in_turn(self, turn: int) -> Self:
        return self.filter(turn=turn)

    def of_run(self, reference: str) -> Self:
        """A run by its id, the start of one, or its name; nothing of an unknown one."""
        found = Run.objects.called(reference)
        return self.in_run(found[0].pk) if len(found) == 1 else self.none()

    def endpoint(self, part: str) -> Self:
        """Endpoints with `part` in them, whatever the case."""
        return self.either(*(Q(endpoint=value) for value in _facets("endpoint", part)))

    def search(self, text: str) -> Self:
        """The start of a request id, or a part of a model or endpoint."""
        found = [Q(model=value) for value in _facets("model", text)]
        found += [Q(endpoint=value) for value in _facets("endpoint", text)]
        if bounds := _uid_bounds(text):
            matches = self._everything().filter(uid__range=bounds)
            ids = matches.values_list("pk", flat=True)[:MAX_UID_MATCHES]
            found.append(Q(pk__in=list(ids)))
        return self.either(*found)

    # --- yes or no --------------------------------------------------

    def errors(self) -> Self:
        """Finished, and not a success."""
        return self.filter(is_success=False)

    def successes(self) -> Self:
        return self.filter(is_success=True)

    def streams(self, streamed: bool = True) -> Self:
        return self.filter(is_stream=streamed)

    def with_tools(self) -> Self:
        """The model called tools."""
        return self.filter(has_tool_calls=True)

    def with_images(self) -> Self:
        return self.filter(has_images=True)

    def slow(self) -> Self:
        return self.filter(is_slow=True)

    def large(self) -> Self:
        return self.filter(is_large=True)

    def with_secrets(self) -> Self:
        """A key stands in one of their bodies."""
        return self.filter(has_secrets=True)

    def by_other_models(self) -> Self:
        """Another model answered than the one that was asked for."""
        return self.filter(is_other_model=True)

    def in_other_tiers(self) -> Self:
        """Served in another tier, or at another speed, than asked for."""
        return self.filter(is_other_tier=True)

    def failovers(self) -> Self:
        """Attempts that failed and were made elsewhere, and those others."""
        return self.filter(is_failover=True)

    def imported(self) -> Self:
        """Not captured: they came from another product."""
        return self.filter(imported_from__isnull=False)

    def unpriced(self) -> Self:
        """Billed, and the cost is not known, for whatever reason."""
        return self.filter(is_unpriced=True)


def _facets(kind: str, part: str) -> Iterable[str]:
    matching = Facet.objects.filter(kind=kind, value__icontains=part)
    return matching.values_list("value", flat=True).order_by("value")[:MAX_ALTERNATIVES]


def _uid_bounds(text: str) -> tuple[UUID, UUID] | None:
    """The first and last id that start with `text`; None when none can."""
    digits = text.lower().replace("-", "")
    if not UID_START.fullmatch(digits):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
