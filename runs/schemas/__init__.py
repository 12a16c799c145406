"""The JSON shapes of the API: a file per subject, as in `runs/api/`."""

from __future__ import annotations
