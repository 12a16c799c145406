"""Routes and the fallback: from what a client asked for to where it goes.

`proxy/table/snapshot.py` reads them into the table that requests are routed by. A route
that can never do anything is refused here with a sentence (`proxy/route/checks.py`).
"""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from proxy.models.fix_list import FixList, NameList
from proxy.models.provider import VARIABLE, CaptureChoice, Provider
from proxy.route import bases, checks as route_checks, startup
from proxy.route.rules import Rule, RuleKind, Source

MATCH_LENGTH = 255
"""Of what a route matches, at most."""


class RouteQuerySet(models.QuerySet["Route"]):
    def active(self) -> Self:
        return self.filter(active=True)

    def seeded(self) -> Self:
        """Default routes that nobody has edited since."""
        return self.exclude(managed_by="")

    def matching(self, text: str) -> Self:
        return self.filter(
            Q(name__icontains=text)
            | Q(match__icontains=text)
            | Q(upstream_url__icontains=text)
            | Q(upstream_model__icontains=text)
            | Q(provider__slug__icontains=text)
            | Q(provider__name__icontains=text)
        )


class Route(models.Model):
    """A rule from what the client asked for to where it goes."""

    class Kind(models.TextChoices):
        EXACT = RuleKind.EXACT, "model name"
        PREFIX = RuleKind.PREFIX, "model prefix"
        PATTERN = RuleKind.PATTERN, "method, host and path"

    name = models.CharField(
        max_length=255,
        blank=True,
        help_text="Shown with each request it takes. Empty: what it matches.",
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.EXACT)
    match = models.CharField(
        "matches",
        max_length=MATCH_LENGTH,
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
    raw_files = models.BooleanField(
        null=True,
        blank=True,
        help_text="Write request and answer as files, too. Unknown: as WEIR_RAW_FILES "
        "says.",
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
    fixes = FixList(
        null=True,
        blank=True,
        help_text="Fixes of its answers, in order (docs/fixes.md). Empty: as the "
        "provider says; [] is none at all.",
    )
    on_failure = NameList(
        "when it fails, ask",
        null=True,
        blank=True,
        help_text="Models that are asked instead, in order, when its upstream can't be "
        "reached, answers 5xx, or 429 with a long wait. Empty: the client gets the "
        "failure.",
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
        named = self.on_failure or []
        if problem := route_checks.on_failure_problem(self.kind, self.match, named):
            problems["on_failure"] = problem
        if self.upstream_url and (problem := bases.problem(self.upstream_url)):
            problems["upstream_url"] = problem
        if problem := route_checks.model_problem(self.upstream_model):
            problems["upstream_model"] = problem
        if not self.upstream_url and self.provider is None:
            problems["provider"] = "Name a provider or an upstream URL."
        if problems:
            raise ValidationError(problems)

    def _match_problem(self) -> str | None:
        own = route_checks.match_problem(self.kind, self.match)
        # What is too long to be kept is refused for that, and would ask for its square.
        is_kept = self.active and len(self.match) <= MATCH_LENGTH
        if own is not None or not is_kept:
            return own
        # Of thousands only those that could be in the way.
        near = Q(kind=RuleKind.PATTERN)
        if self.kind != RuleKind.PATTERN:
            name = self.match.removesuffix("*")
            wider = [f"{name[:size]}*" for size in range(len(name) + 1)]
            near = Q(kind=RuleKind.EXACT, match=self.match) | Q(match__in=wider)
        others = Route.objects.active().exclude(pk=self.pk).filter(near)
        others = others.select_related("provider")
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
            raw_files=self.raw_files,
            ask_usage=self.ask_usage,
            drain=self.drain,
            fixes=None if self.fixes is None else tuple(self.fixes),
            on_failure=tuple(self.on_failure or ()),
            source=Source.SEEDED if self.managed_by else Source.DATABASE,
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
    fixes = FixList(
        null=True,
        blank=True,
        help_text="Fixes of answers that come from the default upstream: this "
        "provider, or WEIR_UPSTREAM_URL. Startup settings win.",
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


class RouteRevision(models.Model):
    """One row, changed by database triggers (`proxy/table/triggers.py`) on every edit.

    The value means nothing; another value means "read the table again".
    """

    value = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.value)
