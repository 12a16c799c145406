"""Who changed what an operator edits: providers, routes, prices, defaults."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One change. Written by `runs/keeping/audit.py`, never edited."""

    class Action(models.TextChoices):
        CREATED = "created"
        CHANGED = "changed"
        DELETED = "deleted"
        APPLIED = "applied"
        """Many rows at once, told as one."""

    at = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=150, help_text="An account, or a token's name.")
    via = models.CharField(
        max_length=16, help_text="`api`, `admin`, `page` or `command`."
    )
    action = models.CharField(max_length=8, choices=Action)
    kind = models.CharField(max_length=32, help_text="Such as `provider` or `price`.")
    key = models.CharField(max_length=64, help_text="Its id.")
    name = models.CharField(max_length=255, help_text="What it is called.")
    before = models.JSONField(default=dict, help_text="Of a change: what differs.")
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = "change"
        verbose_name_plural = "audit log"
        ordering = ["-pk"]
        indexes = [
            # One thing's changes, newest first.
            models.Index(fields=["kind", "key", "-id"], name="audit_by_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.action} by {self.who}"
