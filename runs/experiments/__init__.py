"""Experiments: definitions in versioned files, sessions, and what they came to.

A definition is read from a folder (`folder.py`, without a database: the command line
does it), stored by its content (`versions.py`), and every session (`sessions.py`)
points at the exact versions that it ran with. A session is a run with its own key.
"""

from __future__ import annotations
