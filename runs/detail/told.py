"""What another product says of a request that was imported from it. Pure.

Kept with the request, so that it can be read again: bodies that were never kept there
tell nothing, and these counts are all there is.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts only where what was said is not there to be read."""

    source: str = ""
    """The format that it came in, such as `litellm`."""
    id: str = ""
    """Its id there."""
    model: str = ""
    """Asked for."""
    response_model: str = ""
    session: str = ""
    tokens: dict[str, int] = {}
    """Bucket of `pricing.usage.Usage` → count."""
    cost_usd: Decimal | None = None
    ttft_ms: float | None = None
    is_stream: bool | None = None
    is_free: bool = False
    """Answered from a cache of its own: nobody billed it."""
    is_timed: bool = True
    """It says how long the answer took."""
    finish_reason: str = ""
