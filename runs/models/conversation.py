"""Requests that one agent session sent.

Written by `runs/store/writer.py` as `runs/grouping/conversations.py` decides.
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
    # Kept by triggers (runs/models/counting.py), in the transaction of whoever writes.
    request_count = models.BigIntegerField(default=0, db_default=0, editable=False)
    turn_count = models.BigIntegerField(default=0, db_default=0, editable=False)

    def __str__(self) -> str:
        return self.title or self.key

    def get_absolute_url(self) -> str:
        return f"/conversations/{self.pk}"


class ConversationLink(models.Model):
    """What a later request may name to go on from an earlier one.

    The key is the first eight bytes of a digest (of a whole history, or of a response
    id) as an integer: the smallest index SQLite has.
    """

    id = models.BigIntegerField(primary_key=True)
    # Plain numbers: a foreign key would need an index more per request. A link to a
    # request that retention removed finds nothing, which is right.
    request_id = models.BigIntegerField(help_text="Base of the next delta.")
    conversation_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.pk:x} → {self.request_id}"
