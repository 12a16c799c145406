"""The door of every page and API call.

Bound to loopback nobody logs in: a local operator account stands behind the request,
but the Host must be ours. Bound elsewhere pages ask for a login and the API for a
token. Either way a browser's unsafe request must come from our own pages.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject, lazy
from django.utils.http import urlencode

from observe import access_rules as rules
from observe.access_rules import Caller, Door, Refused, Standing
from observe.pages.errors import refusal
from runs import tokens
from runs.keeping import audit
from runs.models import ApiToken

OPERATOR = "operator"
_TOKEN = "weir_token_name"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/login", "/theme", "/favicon.ico"})
BROWSABLE_API = frozenset({"/api/docs"})

Handler = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """Runs right after Django's authentication."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._refusal(request)
        if answer is not None:
            return answer
        if request.method in rules.SAFE_METHODS:
            return self.get_response(request)
        # Asked for where something is logged: most that is posted changes no setting.
        with audit.author(lazy(_name, str)(request), _door_of(request)):
            return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        """None: it may pass, and its user is known."""
        if "\0" in request.path:
            # PostgreSQL holds none: nothing is called so, and asking for it fails.
            return refusal(request, 404, "NOT_FOUND", "There is nothing here.")
        try:
            standing = door().standing(_caller(request))
        except Refused as refused:
            return refusal(request, 403, refused.code, refused.why)
        if standing is Standing.OPERATOR:
            request.user = SimpleLazyObject(operator)  # type: ignore[assignment]
        elif standing is Standing.STRANGER:
            return _stranger(request)
        return None


def door() -> Door:
    """The door of this Weir, as its settings are."""
    return Door(
        bound_to=settings.WEIR_HOST,
        token=settings.WEIR_TOKEN,
        allowed_hosts=tuple(settings.WEIR_ALLOWED_HOSTS),
        trusted_origins=tuple(settings.WEIR_TRUSTED_ORIGINS),
    )


def _caller(request: HttpRequest) -> Caller:
    return Caller(
        host=request.META.get("HTTP_HOST", ""),
        origin=request.headers.get("origin"),
        fetch_site=request.headers.get("sec-fetch-site"),
        credentials=rules.credentials_in(request.headers.get),
        only_follows=request.method in rules.SAFE_METHODS,
        is_logged_in=lambda: request.user.is_authenticated,
    )


def _stranger(request: HttpRequest) -> HttpResponse | None:
    """Says how to become known, where anybody needs to be."""
    if request.path in OPEN_PATHS:
        return None
    if rules.is_api(request.path) and request.path not in BROWSABLE_API:
        return _without_login(request)
    return redirect(f"/login?{urlencode({'next': request.get_full_path()})}")


def _without_login(request: HttpRequest) -> HttpResponse | None:
    """An API call: its token decides (`weir token`)."""
    given = rules.credentials_in(request.headers.get)
    token = next(filter(None, map(tokens.holder, given)), None)
    if token is None:
        return _token_wanted(request)
    may_write = token.scope == ApiToken.Scope.WRITE
    if not may_write and not rules.only_reads(request.method or "", request.path):
        why = f"The token {token.name!r} may only read; make one with --write."
        return refusal(request, 403, "TOKEN_MAY_ONLY_READ", why)
    request.user = SimpleLazyObject(operator)  # type: ignore[assignment]
    setattr(request, _TOKEN, f"token {token.name}")
    return None


def _name(request: HttpRequest) -> str:
    """For the audit log."""
    return getattr(request, _TOKEN, "") or request.user.get_username()


def _door_of(request: HttpRequest) -> str:
    if rules.is_api(request.path):
        return "api"
    return "admin" if request.path.startswith("/admin/") else "page"


def operator() -> AbstractBaseUser:
    """The account behind local pages; made when first needed, without a password."""
    users = get_user_model()._default_manager
    user, created = users.get_or_create(
        username=OPERATOR, defaults={"is_staff": True, "is_superuser": True}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _token_wanted(request: HttpRequest) -> HttpResponse:
    how = (
        "Send a valid token, as `Authorization: Bearer …` or `X-Weir-Token: …`:"
        " WEIR_TOKEN, or one that `weir token create` made where Weir runs."
    )
    response = refusal(request, 401, "TOKEN_REQUIRED", how)
    response["WWW-Authenticate"] = 'Bearer realm="weir"'
    return response
