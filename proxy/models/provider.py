"""Upstreams that clients can name and routes can point to: what the operator edits.

`proxy/table/snapshot.py` reads them. What can never work is refused here with a
sentence (`proxy/route/checks.py`).
"""

from __future__ import annotations

import json
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from proxy.exchange import AskUsage, AuthStyle, Capture, Dialect
from proxy.models.fix_list import FixList
from proxy.route import bases, checks as route_checks
from proxy.route.addresses import RESERVED
from proxy.route.rules import KeyUse, UpstreamProvider

SLUG = RegexValidator(
    r"\A[a-z0-9][a-z0-9_-]{0,63}\Z",
    "A slug is 1 to 64 small letters, digits, “-” or “_”, and starts with a letter or "
    "digit.",
)
VARIABLE = RegexValidator(
    r"\A[A-Za-z_][A-Za-z0-9_]{0,127}\Z",
    "This names an environment variable, such as OPENAI_API_KEY; the key itself is "
    "never stored.",
)


class CaptureChoice(models.TextChoices):
    FULL = Capture.FULL, "everything"
    MASKED = Capture.MASKED, "everything, with keys in bodies masked"
    FACTS = Capture.FACTS, "figures and fingerprints, no text"
    METADATA = Capture.METADATA, "the row, without bodies"
    OFF = Capture.OFF, "nothing: forward without a trace"


class AuthStyleChoice(models.TextChoices):
    BEARER = AuthStyle.BEARER, "Authorization: Bearer …"
    X_API_KEY = AuthStyle.X_API_KEY, AuthStyle.X_API_KEY.value
    X_GOOG_API_KEY = AuthStyle.X_GOOG_API_KEY, AuthStyle.X_GOOG_API_KEY.value
    API_KEY = AuthStyle.API_KEY, f"{AuthStyle.API_KEY} (Azure)"
    NONE = AuthStyle.NONE, "no key"


class AskUsageChoice(models.TextChoices):
    ALWAYS = AskUsage.ALWAYS, "always, and take it out of the answer again"
    LEARN = AskUsage.LEARN, "unless it tells by itself, which one stream is to show"
    NEVER = AskUsage.NEVER, "never"


class KeyUseChoice(models.TextChoices):
    ALWAYS = KeyUse.ALWAYS, "always, in place of the client's"
    MISSING = KeyUse.MISSING, "only when the client sends none"


def openai_only() -> list[str]:
    return [Dialect.OPENAI.value]


class ProviderQuerySet(models.QuerySet["Provider"]):
    def active(self) -> Self:
        return self.filter(active=True)

    def matching(self, text: str) -> Self:
        """For search boxes."""
        return self.filter(
            Q(slug__icontains=text)
            | Q(name__icontains=text)
            | Q(base_url__icontains=text)
        )

    def with_route_count(self) -> Self:
        return self.annotate(route_count=models.Count("routes"))


class Provider(models.Model):
    """An upstream that clients can name in the path and routes can point to."""

    slug = models.CharField(
        max_length=64,
        unique=True,
        validators=[SLUG],
        help_text="First path segment of its address: /{slug}/…",
    )
    name = models.CharField(max_length=120, blank=True, help_text="For people.")
    base_url = models.CharField(
        "base URL",
        max_length=500,
        help_text="Where its API starts, such as https://api.openai.com/v1.",
    )
    base_urls = models.JSONField(
        "base URL per dialect",
        default=dict,
        blank=True,
        help_text='Where a dialect lives elsewhere: {"anthropic": "https://…/v1"}.',
    )
    wire_formats = models.JSONField(
        default=openai_only,
        help_text=f"Dialects it speaks: {json.dumps(list(Dialect))}.",
    )
    auth_style = models.CharField(
        max_length=16,
        choices=AuthStyleChoice,
        default=AuthStyleChoice.BEARER,
        help_text="The header its key goes in.",
    )
    api_key_env = models.CharField(
        "key variable",
        max_length=128,
        blank=True,
        validators=[VARIABLE],
        help_text="Environment variable with its key; sent to its own host only. "
        "While the variable is empty, the client's credentials pass.",
    )
    key_use = models.CharField(
        "use that key",
        max_length=8,
        choices=KeyUseChoice,
        default=KeyUseChoice.ALWAYS,
        help_text="Whether the key replaces one that the client sends.",
    )
    active = models.BooleanField(
        default=True, help_text="Off: nothing is sent there, by route or by name."
    )
    connect_timeout_s = models.FloatField(
        "connect timeout (s)",
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1), MaxValueValidator(600)],
        help_text="Empty: WEIR_CONNECT_TIMEOUT (10 s).",
    )
    read_timeout_s = models.FloatField(
        "read timeout (s)",
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1), MaxValueValidator(86_400)],
        help_text="Longest silence of the upstream. Empty: WEIR_READ_TIMEOUT (600 s).",
    )
    proxy_url = models.CharField(
        "forward proxy",
        max_length=500,
        blank=True,
        help_text="http://host:port. Empty: HTTPS_PROXY and NO_PROXY decide.",
    )
    capture = models.CharField(
        max_length=8,
        choices=CaptureChoice,
        default=CaptureChoice.FULL,
        help_text="What is kept of its requests.",
    )
    ask_usage = models.CharField(
        "ask for the usage",
        max_length=8,
        choices=AskUsageChoice,
        default=AskUsageChoice.LEARN,
        help_text="Of chat-completions streams whose client didn't say.",
    )
    drain_on_disconnect = models.BooleanField(
        default=False,
        help_text="Client gone: read the answer to its end for the usage, instead of "
        "cancelling it.",
    )
    fixes = FixList(
        null=True,
        blank=True,
        help_text="Fixes of its answers, in order, such as "
        "qwen-tagged-tool-call-rewrite (docs/fixes.md). A route's own list wins.",
    )
    notes = models.TextField(blank=True)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        problems: dict[str, str] = {}
        if self.slug.encode() in RESERVED:
            problems["slug"] = f"“/{self.slug}” is one of Weir's own addresses."
        is_demo = self.base_url == bases.DEMO_URL and self.slug == "demo"
        if not is_demo and (problem := bases.problem(self.base_url)):
            problems["base_url"] = problem
        if problem := route_checks.base_urls_problem(self.base_urls):
            problems["base_urls"] = problem
        if problem := route_checks.dialects_problem(self.wire_formats):
            problems["wire_formats"] = problem
        if self.proxy_url and (problem := route_checks.proxy_problem(self.proxy_url)):
            problems["proxy_url"] = problem
        if problems:
            raise ValidationError(problems)

    def as_value(self) -> UpstreamProvider:
        return UpstreamProvider(
            slug=self.slug,
            name=self.name,
            base_url=self.base_url,
            base_urls=self.base_urls,
            wire_formats=tuple(self.wire_formats),
            auth_style=self.auth_style,  # type: ignore[arg-type]
            api_key_env=self.api_key_env,
            key_use=self.key_use,  # type: ignore[arg-type]
            active=self.active,
            connect_timeout_s=self.connect_timeout_s,
            read_timeout_s=self.read_timeout_s,
            proxy_url=self.proxy_url,
            capture=self.capture,  # type: ignore[arg-type]
            ask_usage=AskUsage(self.ask_usage),
            drain=self.drain_on_disconnect,
            fixes=tuple(self.fixes or ()),
        )


class ProviderSign(models.Model):
    """What the last look at a provider showed. A table of its own: a look is no edit,
    and renews no worker's routing table."""

    provider = models.OneToOneField(
        Provider, on_delete=models.CASCADE, related_name="sign"
    )
    state = models.CharField(max_length=16)
    message = models.CharField(max_length=300)
    checked_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.state}"


class SeededProvider(models.Model):
    """A slug that was offered once: deleting its provider must stick."""

    slug = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.slug
