"""Turns: consecutive requests that answer the same last user message.

Written by `runs/store.py` as `runs/turns.py` decides.
"""

from __future__ import annotations

from django.db import models


class Turn(models.Model):
    run = models.ForeignKey(
        "runs.Run", null=True, on_delete=models.CASCADE, related_name="turns"
    )
    conversation = models.ForeignKey(
        "runs.Conversation", null=True, on_delete=models.CASCADE, related_name="turns"
    )
    number = models.PositiveIntegerField(
        help_text="1, 2, 3 … within its run and conversation."
    )
    digest = models.BigIntegerField(
        help_text="Of the history up to the user message that it answers."
    )
    started_at = models.DateTimeField()
    preview = models.CharField(max_length=160, blank=True, help_text="User message.")

    class Meta:
        indexes = [
            # Recording: the newest turn of a conversation.
            models.Index(fields=["conversation", "id"], name="turn_by_conversation"),
            # A run's page.
            models.Index(fields=["run", "id"], name="turn_by_run"),
        ]

    def __str__(self) -> str:
        return f"turn {self.number}: {self.preview}"
