"""From the parts of a closed exchange to the record that `runs` stores."""

from __future__ import annotations
