"""Pages: one module per page, one template folder each."""

from __future__ import annotations
