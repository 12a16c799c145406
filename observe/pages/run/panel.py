"""What every tab of a run's page has: a name, a label, and how its panel is read.

Each panel is a module beside this one; `observe/pages/run/view.py` lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from observe.rendering.template_context import TemplateContext
from runs.measure import statistics
from runs.measure.figures import Statistics
from runs.models import CapturedRequest, Run


@dataclass(frozen=True)
class Measured:
    """A run with its statistics, which are summed at each call and only when asked."""

    run: Run

    @cached_property
    def numbers(self) -> Statistics:
        return statistics.of(CapturedRequest.objects.filter(run=self.run))


@dataclass(frozen=True, slots=True)
class RunTab:
    """`?tab=name`; `read` is called for the tab that is open, and for no other."""

    name: str
    label: str
    read: Callable[[HttpRequest, Measured], TemplateContext]
