"""Captured bodies, compressed; no list ever loads one.

Written and read by `runs/bodies/stored.py`, which knows the encodings.
"""

from __future__ import annotations

from django.db import models

from runs.record import Side


class SideChoice(models.TextChoices):
    REQUEST = Side.REQUEST, "request"
    SENT = Side.SENT, "sent upstream"
    RESPONSE = Side.RESPONSE, "response"
    RECEIVED = Side.RECEIVED, "received from upstream"


class Encoding(models.TextChoices):
    IDENTITY = "identity", "as it is"
    ZSTD = "zstd", "zstd"
    DELTA = "delta", "zstd against an earlier body"
    PARTS = "parts", "in BodyPart rows, each zstd"


class Body(models.Model):
    """One body of one request."""

    request = models.ForeignKey(
        "runs.CapturedRequest", on_delete=models.CASCADE, related_name="bodies"
    )
    side = models.CharField(max_length=8, choices=SideChoice)
    size = models.BigIntegerField(help_text="True size in bytes.")
    kept = models.BigIntegerField(help_text="Captured bytes; less than size if cut.")
    sha256 = models.BinaryField(help_text="Of the whole true body.")
    content_type = models.CharField(max_length=255, blank=True)
    content_encoding = models.CharField(max_length=64, blank=True)
    encoding = models.CharField(max_length=8, choices=Encoding)
    base = models.ForeignKey(
        "self",
        null=True,
        # Retention re-encodes what stands on a body before it goes.
        on_delete=models.RESTRICT,
        db_index=False,
        help_text="DELTA: the body this one was compressed against.",
    )
    depth = models.PositiveSmallIntegerField(
        default=0, help_text="How many bases must be read to read this one."
    )
    links = models.PositiveSmallIntegerField(
        default=0,
        help_text="How many bodies back its key body is (runs/bodies/bases.py).",
    )
    data = models.BinaryField(blank=True)

    class Meta:
        verbose_name_plural = "bodies"
        constraints = [
            models.UniqueConstraint(fields=["request", "side"], name="body_once")
        ]
        indexes = [
            # What stands on a body (retention); most bodies stand on none.
            models.Index(
                fields=["base"],
                condition=models.Q(base__isnull=False),
                name="body_by_base",
            )
        ]

    def __str__(self) -> str:
        return f"{self.side} of {self.request_id}"


class BodyPart(models.Model):
    """A piece of a body too large for one row."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="parts")
    index = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "index"], name="body_part_once")
        ]

    def __str__(self) -> str:
        return f"part {self.index} of {self.body_id}"
