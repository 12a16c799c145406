"""Providers, routes and the fallback: what the operator edits.

`proxy/table/snapshot.py` reads them into the snapshot that requests are routed by. A
route that can never do anything is refused here with a sentence
(`proxy/route/checks.py`).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from proxy.querysets import ProviderQuerySet, RouteQuerySet
from proxy.route import bases, checks as route_checks, startup
from proxy.route.addresses import RESERVED
from proxy.route.rules import Rule, UpstreamProvider

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
DIALECTS = ("openai", "anthropic", "gemini", "ollama")


class CaptureChoice(models.TextChoices):
    FULL = "full", "everything"
    METADATA = "metadata", "the row, without bodies"
    OFF = "off", "nothing: forward without a trace"


class AuthStyleChoice(models.TextChoices):
    BEARER = "bearer", "Authorization: Bearer …"
    X_API_KEY = "x-api-key", "x-api-key"
    X_GOOG_API_KEY = "x-goog-api-key", "x-goog-api-key"
    API_KEY = "api-key", "api-key (Azure)"
    NONE = "none", "no key"


class KeyUseChoice(models.TextChoices):
    ALWAYS = "always", "always, in place of the client's"
    MISSING = "missing", "only when the client sends none"


def openai_only() -> list[str]:
    return ["openai"]


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
        help_text='Dialects it speaks: ["openai", "anthropic", "gemini", "ollama"].',
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
    drain_on_disconnect = models.BooleanField(
        default=False,
        help_text="Client gone: read the answer to its end for the usage, instead of "
        "cancelling it.",
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
        if problem := route_checks.base_urls_problem(self.base_urls, DIALECTS):
            problems["base_urls"] = problem
        if problem := route_checks.dialects_problem(self.wire_formats, DIALECTS):
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
            drain=self.drain_on_disconnect,
        )


class Route(models.Model):
    """A rule from what the client asked for to where it goes."""

    class Kind(models.TextChoices):
        EXACT = "exact", "model name"
        PREFIX = "prefix", "model prefix"
        PATTERN = "pattern", "method, host and path"

    name = models.CharField(
        max_length=255,
        blank=True,
        help_text="Shown with each request it takes. Empty: what it matches.",
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.EXACT)
    match = models.CharField(
        "matches",
        max_length=255,
        help_text="A model name (gpt-5), a prefix with * at its end (claude-*), or a "
        "pattern [METHOD ][HOST]/path (/lmstudio/).",
    )
    provider = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="routes",
        help_text="Where it goes; its key and timeouts apply.",
    )
    upstream_url = models.CharField(
        "upstream URL",
        max_length=500,
        blank=True,
        help_text="Another base URL than the provider's, or no provider at all.",
    )
    upstream_model = models.CharField(
        max_length=255, blank=True, help_text="Model to send instead. Empty: unchanged."
    )
    api_key_env = models.CharField(
        "key variable",
        max_length=128,
        blank=True,
        validators=[VARIABLE],
        help_text="Environment variable with the key for this route; replaces the "
        "client's. Empty: the provider's rule.",
    )
    priority = models.PositiveSmallIntegerField(
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="1 is asked first, 100 last; at the same priority exact names come "
        "before prefixes and longer prefixes before shorter ones.",
    )
    active = models.BooleanField(default=True)
    capture = models.CharField(
        max_length=8,
        choices=CaptureChoice,
        blank=True,
        help_text="What is kept. Empty: as the provider says.",
    )
    ask_usage = models.BooleanField(
        default=True,
        help_text="Ask chat-completions streams for their usage (and strip it again).",
    )
    drain = models.BooleanField(
        null=True,
        blank=True,
        help_text="Client gone: read to the end for the usage. Unknown: as the "
        "provider says.",
    )
    managed_by = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text="Who made it; cleared by any edit, which protects it from refreshes.",
    )

    objects = RouteQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "kind", "match", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "match"],
                condition=Q(active=True),
                name="route_active_once",
                violation_error_message="An active route for exactly this exists.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.match

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = self.name or self.match
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.match = self.match.strip()
        problems: dict[str, str] = {}
        if problem := self._match_problem():
            problems["match"] = problem
        if self.upstream_url and (problem := bases.problem(self.upstream_url)):
            problems["upstream_url"] = problem
        if not self.upstream_url and self.provider is None:
            problems["provider"] = "Name a provider or an upstream URL."
        if problems:
            raise ValidationError(problems)

    def _match_problem(self) -> str | None:
        own = route_checks.match_problem(self.kind, self.match)
        if own is not None or not self.active:
            return own
        others = Route.objects.active().exclude(pk=self.pk).select_related("provider")
        return route_checks.shadow_problem(
            self.as_value(),
            [
                *startup.load(settings.WEIR_MODELS_FILE, settings.WEIR_MODELS_JSON),
                *(route.as_value() for route in others),
            ],
        )

    def as_value(self) -> Rule:
        return Rule(
            name=self.name or self.match,
            kind=self.kind,  # type: ignore[arg-type]
            match=self.match,
            provider=self.provider.slug if self.provider else "",
            upstream_url=self.upstream_url,
            upstream_model=self.upstream_model,
            api_key_env=self.api_key_env,
            priority=self.priority,
            capture=self.capture or None,  # type: ignore[arg-type]
            ask_usage=self.ask_usage,
            drain=self.drain,
            source="seeded" if self.managed_by else "database",
            pk=self.pk,
        )


class RoutingDefaults(models.Model):
    """Where a `/v1` call goes that no route takes; one row."""

    enabled = models.BooleanField(
        default=False,
        help_text="Off: such calls go to WEIR_UPSTREAM_URL, which also wins whenever "
        "it is set explicitly.",
    )
    provider = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The fallback provider.",
    )
    model = models.CharField(
        max_length=255,
        blank=True,
        help_text="Model to send there instead of the unknown one. Empty: unchanged.",
    )

    class Meta:
        verbose_name_plural = "routing defaults"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="routing_defaults_one_row")
        ]

    def __str__(self) -> str:
        return "routing defaults"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.enabled and self.provider is None:
            raise ValidationError({"provider": "A fallback needs a provider."})


class SeededProvider(models.Model):
    """A slug that was offered once: deleting its provider must stick."""

    slug = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.slug


class RouteRevision(models.Model):
    """One row, changed by database triggers (`proxy/table/triggers.py`) on every edit.

    The value means nothing; another value means "read the table again".
    """

    value = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.value)
