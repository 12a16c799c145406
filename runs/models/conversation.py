"""Requests that one agent session sent."""

from __future__ import annotations

from django.db import models


class Conversation(models.Model):
    key = models.CharField(
        max_length=255, unique=True, help_text="What the rule gave, with its kind."
    )
    rule = models.CharField(
        max_length=64,
        help_text="`header:…`, `body:…` or `history`: what tied its requests.",
    )
    started_at = models.DateTimeField()
    title = models.CharField(max_length=160, blank=True, help_text="First user text.")
    last_digest = models.BinaryField(
        blank=True,
        db_index=True,
        help_text="History rule: digest of the newest request's whole history.",
    )
    last_body = models.ForeignKey(
        "runs.Body",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Newest request body: the base of the next delta.",
    )

    def __str__(self) -> str:
        return self.title or self.key
