"""What a template is handed: a frozen dataclass, whose fields are the names it may use.

Pages are in `observe/pages`, parts that are drawn alone beside this file. Its test
holds every template to its dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateContext:
    """A template with its names."""

    template: ClassVar[str]

    @property
    def names(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def show(
    request: HttpRequest, context: TemplateContext, status: int = 200
) -> HttpResponse:
    """The answer of a view."""
    return render(request, context.template, context.names, status=status)


def draw(context: TemplateContext) -> SafeString:
    """A part alone: no request, so nothing of the frame."""
    return render_to_string(context.template, context.names)
