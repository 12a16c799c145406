"""Ages as people write them: `30d`, `12h`, `8w`. Pure.

Read by `weir prune` and, for the daily one, by `observe/env.py`.
"""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {"h": 1, "d": 24, "w": 24 * 7}
_AGE = re.compile(r"([0-9]{1,5})\s*([hdw])")


def read_age(text: str) -> timedelta:
    """Raises ValueError with a sentence for users."""
    found = _AGE.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise ValueError(
            f"An age is a number with h, d or w, such as 30d, not {text!r}."
        )
    return timedelta(hours=int(found[1]) * UNITS[found[2]])
