"""What only a request's own page and API answer read, packed into one value.

`runs/store/writer.py` writes it, `runs/detail/` knows what is inside.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import cached_property

from runs.detail import Detail, unpack
from runs.models.captured_request import CapturedRequest


class RequestDetail(models.Model):
    """Reads like a `Detail`: `request.detail.request_headers` and so on.

    Packed because nothing ever filters by these values, and twenty headers three
    times over are 3 KB as columns and a few hundred bytes as this. `rates` alone stands
    beside it: many requests are added up by it.
    """

    request = models.OneToOneField(
        CapturedRequest,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="detail",
    )
    data = models.BinaryField(help_text="See runs/detail/.")
    rates = models.TextField(
        null=True, help_text="Of its quote: runs/detail/rates.py. Null: not told yet."
    )

    def __str__(self) -> str:
        return f"detail of {self.pk}"

    def __getattr__(self, name: str) -> Any:
        if name in Detail.__struct_fields__:
            return getattr(self.facts, name)
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    @cached_property
    def facts(self) -> Detail:
        return unpack(bytes(self.data))
