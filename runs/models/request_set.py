"""Questions about captured requests, as chainable nouns.

Lists, the API and exports ask through these; a body or a detail is never loaded by
one. Every filter has an index that also gives the order newest first, so that a page of
a million requests costs its own rows only.
"""

from __future__ import annotations

from typing import Self

from django.db.models import Q

from runs.models.conditions import Conditions
from runs.models.ordered_set import OrderedQuerySet
from runs.record import Outcome
from runs.text.said import OftenSaid


class CapturedRequestQuerySet(OrderedQuerySet):
    """`CapturedRequest.objects`: filters that chain; pages are in `ordered_set.py`."""

    @property
    def conditions(self) -> Conditions:
        """What filters are made of."""
        return Conditions(self.everything())

    def meeting(self, *alternatives: Q) -> Self:
        """Those that meet one of the conditions."""
        if len(alternatives) == 1:
            (only,) = alternatives
            if isinstance(only, OftenSaid):
                return self.saying(only)
            return self.filter(only)
        return self.either(*alternatives)

    def pending(self) -> Self:
        return self.filter(outcome=Outcome.PENDING)

    def in_conversation(self, conversation: int) -> Self:
        return self.filter(conversation=conversation)

    def in_run(self, run: int) -> Self:
        return self.filter(run=run)

    def endpoint(self, part: str) -> Self:
        """Endpoints with `part` in them, whatever the case."""
        return self.meeting(*self.conditions.endpoint(part))

    def search(self, text: str) -> Self:
        """The start of a request id, or a part of a model or endpoint."""
        return self.meeting(*self.conditions.search(text))

    def errors(self) -> Self:
        """Finished, and not a success."""
        return self.filter(is_success=False)

    def successes(self) -> Self:
        return self.filter(is_success=True)

    def streams(self) -> Self:
        return self.filter(is_stream=True)

    def imported(self) -> Self:
        """Not captured: they came from another product."""
        return self.filter(imported_from__isnull=False)

    def unpriced(self) -> Self:
        """Billed, and the cost is not known, for whatever reason."""
        return self.filter(is_unpriced=True)
