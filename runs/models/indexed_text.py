"""Which requests' words are indexed, and how far that has come.

Written below the ORM, in `runs/text`; the words themselves are in tables that Django's
models can't say.
"""

from __future__ import annotations

from django.db import models


class IndexedText(models.Model):
    """A request with words in the index."""

    request = models.OneToOneField(
        "runs.CapturedRequest",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="indexed_text",
    )
    texts = models.BinaryField(
        help_text="Eight bytes of each text: its conversation has it then."
    )

    def __str__(self) -> str:
        return f"words of {self.request_id}"


class ForgottenText(models.Model):
    """SQLite: a request whose words are not found any more, and still in the index."""

    request_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"words of {self.request_id}"


class LostText(models.Model):
    """A conversation whose words went in part: what is left may say them, too."""

    conversation_id = models.BigIntegerField(primary_key=True)
    reached = models.BigIntegerField(help_text="The request up to which it was seen.")

    def __str__(self) -> str:
        return f"words of conversation {self.conversation_id}"


class TextPosition(models.Model):
    """How far the recorder has indexed; one row at most."""

    reached = models.BigIntegerField(help_text="The request up to which all is done.")
    waiting = models.TextField(help_text="Requests before it that were going on, JSON.")
    older = models.BigIntegerField(help_text="The same of what was there before.")
    older_upto = models.BigIntegerField()
    forgotten = models.BigIntegerField(
        default=0, db_default=0, help_text="How often words went with their bodies."
    )

    def __str__(self) -> str:
        return f"indexed up to {self.reached}"
