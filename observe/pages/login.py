"""The login, where Weir is bound beyond this machine: guesses get slower and slower."""

from __future__ import annotations

import math
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from observe.pages.attempts import Attempts

BY_NAME = Attempts(free=3)
BY_ADDRESS = Attempts(free=20)
"""More: behind a load balancer all have one."""
WAIT = "wait"


class LoginForm(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        name = str(self.cleaned_data.get("username", "")).lower()
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        wait_s = max(BY_NAME.wait_s(name), BY_ADDRESS.wait_s(address))
        if wait_s:
            told = f"Too many wrong tries: try again in {math.ceil(wait_s)} s."
            raise ValidationError(told, code=WAIT)
        try:
            cleaned = super().clean()
        except ValidationError:
            BY_NAME.failed(name)
            BY_ADDRESS.failed(address)
            raise ValidationError(
                "That name and password don't fit together."
            ) from None
        BY_NAME.succeeded(name)
        return cleaned


class LoginPage(LoginView):
    template_name = "login.html"
    form_class = LoginForm

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if form.has_error("__all__", WAIT):
            answer.status_code = 429
        return answer
