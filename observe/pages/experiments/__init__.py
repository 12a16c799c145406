"""Experiments: their list, and one experiment's report."""

from __future__ import annotations
