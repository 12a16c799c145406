"""How far the recorder has read, and what it could not read.

Written in the same transaction as the rows, which makes recording exactly-once.
"""

from __future__ import annotations

from django.db import models

from runs.incident import IncidentKind


class JournalPosition(models.Model):
    """Everything of `segment` before `offset` is in the database."""

    segment = models.CharField(max_length=128, unique=True, help_text="File name.")
    offset = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.segment}@{self.offset}"


class JournalIncident(models.Model):
    """A torn or corrupt stretch of the journal, or captures lost to a full disk."""

    class Kind(models.TextChoices):
        TORN = IncidentKind.TORN, "torn tail"
        CORRUPT = IncidentKind.CORRUPT, "corrupt record"
        LOST = IncidentKind.LOST, "captures lost: no space"
        UNREADABLE = IncidentKind.UNREADABLE, "record that could not be stored"

    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=12, choices=Kind)
    segment = models.CharField(max_length=128, blank=True)
    offset = models.BigIntegerField(default=0)
    count = models.PositiveIntegerField(default=1)
    message = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.segment}@{self.offset}"
