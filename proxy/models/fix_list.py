"""Database fields that list names in their order: fixes, models.

Used by `provider.py` and `route.py` beside it. A form takes it as people write it: a
JSON list, or names with commas or line breaks between them.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from proxy import fixes


def check_fixes(value: Any) -> None:
    if value is not None and (problem := fixes.problem(value)):
        raise ValidationError(problem)


class Names(forms.CharField):
    """One line or several; an empty one is no list, `[]` an empty list."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(map(str, value)) or "[]"
        return value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) if not isinstance(value, list) else value
        return fixes.names_in(text) if isinstance(text, str) and text else text or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or None))


class NameList(models.JSONField):
    """A list of names; null where nothing is said."""

    def formfield(self, **kwargs: Any) -> Any:
        return Names(required=False, label=self.verbose_name, help_text=self.help_text)


class FixList(NameList):
    """Ids of fixes."""

    default_validators = [check_fixes]
