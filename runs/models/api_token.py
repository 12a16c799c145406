"""Tokens for the API, for callers that aren't on this machine.

Checked by `observe/access.py`, made by `weir token create`.
"""

from __future__ import annotations

from django.db import models


class ApiToken(models.Model):
    """Only the digest is kept; the token is shown once, when it is made."""

    class Scope(models.TextChoices):
        READ = "read", "read"
        WRITE = "write", "read and write"

    name = models.CharField(max_length=100, unique=True)
    prefix = models.CharField(max_length=24, help_text="The beginning, to tell tokens.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256, hex.")
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.scope})"
