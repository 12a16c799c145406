"""Runs: bounded pieces of work, and how requests are attributed to them.

Changed only by `runs/lifecycle/`; read at recording by
`runs/grouping/attribution.py`.
"""

from __future__ import annotations

import re
import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from runs.cleaning import text

_WHOLE_UID = re.compile(r"[0-9a-f]{32}")
_UID_START = re.compile(r"[0-9a-f]{4,31}")


class RunState(models.TextChoices):
    ACTIVE = "active", "active"
    PAUSED = "paused", "paused"
    ENDED = "ended", "ended"


class RunQuerySet(models.QuerySet["Run"]):
    """`Run.objects`: what a person or a script means by a word."""

    def called(self, reference: str) -> list[Run]:
        """By id, by name (the newest of that name), or by the start of an id.

        None, one, or two where the ids of several begin like this.
        """
        reference = text(reference.strip())
        digits = reference.lower().replace("-", "")
        found: list[Run] = []
        if _WHOLE_UID.fullmatch(digits):
            found = list(self.filter(uid=uuid.UUID(digits)))
        if not found:
            found = list(self.filter(name=reference).order_by("-pk")[:1])
        if not found and _UID_START.fullmatch(digits):
            found = list(self._starting(digits)[:2])
        return found

    def tagged(self, tag: str) -> Self:
        # SQLite has no index or operator for lists in JSON; runs are few.
        rows = self.exclude(tags=[]).values_list("pk", "tags")
        return self.filter(pk__in=[pk for pk, tags in rows if tag in tags])

    def _starting(self, digits: str) -> Self:
        first, last = digits.ljust(32, "0"), digits.ljust(32, "f")
        return self.filter(uid__range=(uuid.UUID(first), uuid.UUID(last)))


class Run(models.Model):
    """A named piece of work whose requests are looked at together."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Public id.")
    name = models.CharField(max_length=200)
    notes = models.TextField(blank=True)
    tags = models.JSONField(default=list, blank=True, help_text="A list of words.")
    metadata = models.JSONField(
        default=dict, blank=True, help_text="Keys and values of the user's own."
    )
    state = models.CharField(
        max_length=8, choices=RunState, default=RunState.ACTIVE, editable=False
    )
    is_global = models.BooleanField(
        default=False,
        help_text="Takes every request that names no run, while it is active.",
    )
    source = models.CharField(
        max_length=16, default="api", help_text="page, api, cli, header or benchmark."
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            # A fact of the database: two processes can't both start one.
            models.UniqueConstraint(
                fields=["is_global"],
                condition=Q(is_global=True, state="active"),
                name="run_one_global_active",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="run_by_state"),  # list filter
            models.Index(fields=["name", "id"], name="run_by_name"),  # X-Weir-Run
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/runs/{self.uid}"


class RunSpan(models.Model):
    """A time in which a run was active: between start, pause, resume and end.

    A request belongs to the global run whose span its start lies in, so one that began
    before a pause or an end belongs, however long it takes.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="spans")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Attribution: which global run was active at this time. What is recorded
            # began just now, so the end narrows most.
            models.Index(fields=["began_at"], name="run_span_by_time"),
            models.Index(fields=["ended_at"], name="run_span_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.began_at:%H:%M:%S} to {self.ended_at}"


class RunKey(models.Model):
    """A virtual key (`sk-weir-…`): requests that carry it belong to its run.

    Only the digest is kept; the key itself is shown once, when it is issued.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=24, help_text="The beginning, to tell keys.")
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the key, hexadecimal."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    capture = models.CharField(
        max_length=8,
        null=True,
        blank=True,
        help_text="facts: what its requests say is read, and no text of it kept.",
    )

    def __str__(self) -> str:
        return f"{self.prefix}…"
