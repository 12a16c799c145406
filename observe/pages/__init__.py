"""Pages: a folder a page, with one template folder each; on top what all share."""

from __future__ import annotations
