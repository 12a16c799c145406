"""An alert: a filter of requests, a threshold and a window, and whom to tell.

Edited by API, page and admin; `observe/alerts/` looks at it, sends, and is what checks
it here. Where it stands is a table of its own, so that no look is an edit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models

LONGEST_NAME = 100
LONGEST_HOLD_S = 86_400
LONGEST_SECRET = 200


class AlertQuerySet(models.QuerySet["Alert"]):
    """`Alert.objects`."""

    def in_order(self) -> Self:
        newest = AlertDelivery.objects.order_by("-pk").defer("payload")
        told = models.Prefetch("deliveries", queryset=newest)
        return self.order_by("name").select_related("standing").prefetch_related(told)

    def firing(self) -> Self:
        return self.in_order().filter(active=True, standing__is_firing=True)


class Alert(models.Model):
    """What is watched."""

    check_it: ClassVar[Callable[[Alert], None]] = lambda alert: None
    """Raises ValidationError; given by `observe/apps.py`: the language of filters and
    the addresses that may be called are known upstairs."""

    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    condition = models.CharField(
        max_length=100, help_text="Such as errors > 5% over 10m."
    )
    where = models.CharField(
        max_length=4000,
        blank=True,
        verbose_name="filter",
        help_text="Which requests, in the filter language; empty: all.",
    )
    hold_s = models.PositiveIntegerField(
        default=0,
        verbose_name="hold, seconds",
        validators=[MaxValueValidator(LONGEST_HOLD_S)],
        help_text="It must be so for that long, and at two looks at least.",
    )
    min_requests = models.PositiveIntegerField(
        default=1,
        verbose_name="fewest requests",
        help_text="A share or a percentile of fewer breaks nothing.",
    )
    url = models.CharField(
        max_length=500,
        blank=True,
        verbose_name="webhook",
        help_text="Where it is told by a POST; empty: only shown.",
    )
    active = models.BooleanField(default=True)

    objects = AlertQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        type(self).check_it(self)


class AlertStanding(models.Model):
    """Where an alert stands; written by the one process whose look it was."""

    alert = models.OneToOneField(
        Alert, models.CASCADE, primary_key=True, related_name="standing"
    )
    is_firing = models.BooleanField(default=False)
    since = models.DateTimeField(null=True, help_text="Of the last turn.")
    contrary_looks = models.PositiveIntegerField(default=0)
    contrary_since = models.DateTimeField(null=True)
    value = models.FloatField(null=True, help_text="At the last look; null: unknown.")
    problem = models.CharField(max_length=300, blank=True)
    looked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(help_text="The next look; whose it is moves it.")

    def __str__(self) -> str:
        return f"{self.alert_id} {'fires' if self.is_firing else 'is quiet'}"

    @classmethod
    def last_turn(cls) -> datetime | None:
        """When any of them fired, or was resolved, last."""
        found: datetime | None = cls.objects.aggregate(at=models.Max("since"))["at"]
        return found


class AlertDelivery(models.Model):
    """One message to one receiver, kept until it is there or given up."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"

    uid = models.UUIDField(unique=True)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=8, help_text="firing, resolved or test.")
    channel = models.CharField(max_length=8, help_text="webhook or command.")
    payload = models.JSONField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(help_text="The next attempt; whose it is moves it.")
    told = models.CharField(max_length=300, blank=True, help_text="By the last one.")

    class Meta:
        verbose_name_plural = "alert deliveries"
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_by_due")]

    def __str__(self) -> str:
        return f"{self.event} by {self.channel}: {self.state}"


class AlertSecret(models.Model):
    """What an alert's webhook is signed with: written, and never read to anybody.

    Apart from the alert, so that no list, log of changes or page has it by accident. No
    foreign key: it outlives a deletion, and what is put back is signed as before.
    """

    alert = models.BigIntegerField(primary_key=True)
    secret = models.CharField(max_length=LONGEST_SECRET)

    def __str__(self) -> str:
        return f"secret of alert {self.alert}"
