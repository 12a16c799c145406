"""What an operator seeds, asks and tries: providers, routes, what would happen."""

from __future__ import annotations
