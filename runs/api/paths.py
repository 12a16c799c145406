"""What stands in the addresses of the API: a run by name, all else by number."""

from __future__ import annotations

from typing import Any

from ninja.params.functions import Path

from runs.schemas.talks import MAX_ID

# A list, as JSON schema wants it; ninja's annotation says dict.
NAMES: Any = ["nightly"]
RUN = Path(
    description="A run's id, the start of one, or a name: then the newest run of it.",
    examples=NAMES,
)
ID = Path(ge=1, le=MAX_ID)
