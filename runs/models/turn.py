"""Turns: what one message of the user set off, tool loops and side calls included.

Written by `runs/grouping/turn_writer.py`, which has the rules decide.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Turn(models.Model):
    run = models.ForeignKey(
        "runs.Run",
        null=True,
        on_delete=models.CASCADE,
        related_name="turns",
        db_index=False,
    )
    conversation = models.ForeignKey(
        "runs.Conversation",
        null=True,
        on_delete=models.CASCADE,
        related_name="turns",
        db_index=False,
    )
    number = models.PositiveIntegerField(
        help_text="1, 2, 3 … within its run and conversation."
    )
    digest = models.BigIntegerField(
        help_text="Of the user message that it answers and what stands before it."
    )
    has_tools = models.BooleanField(
        default=False, help_text="Its own calls offer tools; those beside it may not."
    )
    started_at = models.DateTimeField()
    preview = models.CharField(max_length=160, blank=True, help_text="User message.")

    class Meta:
        indexes = [
            # Recording: the newest turn of a conversation. Its page.
            models.Index(fields=["conversation", "id"], name="turn_by_conversation"),
            # Recording: the turn that a request goes on with.
            models.Index(fields=["digest"], name="turn_by_digest"),
            # A run's page.
            models.Index(
                fields=["run", "id"],
                condition=Q(run__isnull=False),
                name="turn_by_run",
            ),
        ]

    def __str__(self) -> str:
        return f"turn {self.number}: {self.preview}"


class TurnAlias(models.Model):
    """A further history that belongs to a turn: of a side call, or rewritten.

    Its id is the key (`turns.key_of`): the smallest index SQLite has.
    """

    id = models.BigIntegerField(primary_key=True)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="aliases")
    is_side = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.pk:x} → {self.turn_id}"
