"""How far the recorder has read, and what it could not read.

Written in the same transaction as the rows, which makes recording exactly-once.
"""

from __future__ import annotations

from django.db import models

from runs.incident import IncidentKind


class HostPosition(models.Model):
    """Everything of `segment` before `offset` is in the database."""

    host = models.CharField(max_length=64, help_text="Id of its data directory.")
    segment = models.CharField(max_length=128, help_text="File name.")
    offset = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("host", "segment"), name="position_of_host"
            ),
        )

    def __str__(self) -> str:
        return f"{self.segment}@{self.offset} of {self.host}"


class HostLoss(models.Model):
    """Requests that a host's journal had and the database never got: refused by it, or
    damaged. What found no room in the journal is counted beside it, in a file."""

    host = models.CharField(max_length=64, primary_key=True)
    requests = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.requests} lost of {self.host}"


class JournalPosition(models.Model):
    """As 0.1 kept it, without the host; the host that has the file takes it over."""

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
