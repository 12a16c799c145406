"""What every tab of a request's page has: a name, a label, and how its panel is read.

Each panel is a module beside this one; `observe/pages/request/view.py` lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from observe.pages.request.captured import Captured
from observe.rendering.template_context import TemplateContext


@dataclass(frozen=True, slots=True)
class Tab:
    """`?tab=name`; `read` is called for the tab that is open, and for no other."""

    name: str
    label: str
    read: Callable[[HttpRequest, Captured], TemplateContext]
