"""Requests that one agent session sent.

Written by `runs/store.py` as `runs/conversations.py` decides.
"""

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

    def __str__(self) -> str:
        return self.title or self.key


class ConversationLink(models.Model):
    """What a later request may name to go on from an earlier one.

    The key is the first eight bytes of a digest (of a whole history, or of a response
    id) as an integer: the smallest index SQLite has.
    """

    id = models.BigIntegerField(primary_key=True)
    request = models.ForeignKey(
        "runs.CapturedRequest",
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Its conversation is the one; its body the base of the next delta.",
    )

    def __str__(self) -> str:
        return f"{self.pk:x} → {self.request_id}"
