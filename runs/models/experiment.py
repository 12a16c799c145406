"""Experiments: definitions by version, sessions, and their scores.

Written by `runs/experiments/`; read by reports, the API and pages.
"""

from __future__ import annotations

from typing import Self

from django.db import models

from runs.models.run import Run


class DefinitionQuerySet(models.QuerySet["Definition"]):
    """`Definition.objects`: the versions that count now."""

    def current(self, kind: str, name: str) -> Definition | None:
        """The one that was loaded last."""
        return self.filter(kind=kind, name=name).order_by("-loaded_at", "-pk").first()

    def all_current(self) -> list[Definition]:
        """One of each name, by kind and name."""
        newest: dict[tuple[str, str], Definition] = {}
        for row in self.order_by("kind", "name", "loaded_at", "pk"):
            newest[row.kind, row.name] = row
        return list(newest.values())


class Definition(models.Model):
    """A version of a provider, harness, variant, experiment or task card."""

    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, help_text="SHA-256 of its content.")
    content = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    loaded_at = models.DateTimeField(help_text="When it last became the current one.")

    objects = DefinitionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "digest"], name="definition_one_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.digest[:8]}"


class SessionStatus(models.TextChoices):
    OPEN = "open", "open"
    COMPLETED = "completed", "completed"
    FAILED = "failed", "failed"
    ABORTED = "aborted", "aborted"


class SessionQuerySet(models.QuerySet["Session"]):
    """`Session.objects`, with what is shown of each."""

    def whole(self) -> Self:
        """With its run and definitions; a list asks once."""
        return self.select_related(
            "run", "experiment", "variant", "task_card", "harness", "provider"
        ).prefetch_related("scores")

    def of_experiment(self, name: str) -> Self:
        return self.filter(experiment__name=name)


def _version() -> models.ForeignKey[Definition, Definition]:
    """A version that a session ran with: it stays as long as the session."""
    return models.ForeignKey(
        Definition, on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Session(models.Model):
    """One try of one arm at one task: a run, and what it was an instance of."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="session")
    experiment = models.ForeignKey(
        Definition, on_delete=models.PROTECT, related_name="sessions"
    )
    variant = _version()
    task_card = _version()
    harness = _version()
    provider = _version()
    repeat = models.PositiveIntegerField()
    status = models.CharField(
        max_length=10, choices=SessionStatus, default=SessionStatus.OPEN
    )
    label = models.CharField(max_length=200, blank=True)
    operator = models.CharField(max_length=200, blank=True)
    runner = models.CharField(
        max_length=200, blank=True, help_text="The process that drives it."
    )
    git = models.JSONField(default=dict, help_text="Remote, branch, commit, dirty.")
    harness_version = models.CharField(max_length=200, blank=True)
    exit_code = models.IntegerField(null=True)

    objects = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.run_id}: {self.variant_id} {self.task_card_id} {self.repeat}"


class SessionFigures(models.Model):
    """What a finished session came to, so that a report doesn't add it up each time."""

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, primary_key=True, related_name="figures"
    )
    key = models.CharField(
        max_length=64, help_text="Digest of what they were made from."
    )
    data = models.BinaryField(help_text="See runs/experiments/kept_figures.py.")

    class Meta:
        verbose_name = verbose_name_plural = "figures of sessions"

    def __str__(self) -> str:
        return f"{self.session_id}: {self.key[:8]}"


class Score(models.Model):
    """How well a session did, by one measure; told by who ran it."""

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="scores", db_index=False
    )
    name = models.CharField(max_length=100)
    value = models.FloatField(null=True)
    passed = models.BooleanField(null=True)
    source = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "name"], name="score_one_of_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value if self.passed is None else self.passed}"
