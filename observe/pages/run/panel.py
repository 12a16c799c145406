"""What every tab of a run's page has: a name, a label, and how its panel is read.

Each panel is a module beside this one; `observe/pages/run/view.py` lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from observe.pages.seen import Seen
from observe.rendering.template_context import TemplateContext
from runs.measure.figures import Statistics
from runs.measure.of_run import statistics_of
from runs.models import Run


@dataclass(frozen=True)
class Measured:
    """A run with its statistics, which are read only when asked for."""

    run: Run
    seen: Seen
    """Before any of it was read."""

    @cached_property
    def numbers(self) -> Statistics:
        return statistics_of(self.run.pk)


@dataclass(frozen=True, slots=True)
class RunTab:
    """`?tab=name`; `read` is called for the tab that is open, and for no other."""

    name: str
    label: str
    read: Callable[[HttpRequest, Measured], TemplateContext]
