"""What a section can edit: which rows, by which form, under which word of the address.

`drawer.py` does it for all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from observe.pages.settings.catalogue import Deviation
from observe.pages.settings.forms import RowForm
from observe.pages.settings.previewing import DayPreview
from pricing import editing


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """One sort of thing."""

    param: str
    """`?edit=KEY` opens a drawer; `?new=1`, where `can_make`, an empty one."""
    kind: str
    """As the audit log calls it."""
    noun: str
    form: type[RowForm]
    find: Callable[[str], Model | None]
    values: Callable[[Any], dict[str, Any]]
    """All that can be edited, as the API tells it."""
    can_make: bool = True
    tiers: Any = None
    """A formset of rows below it."""
    goes_with: Callable[[Any], str] = lambda row: ""
    """What a deletion takes along, in words."""
    filled: tuple[str, ...] = ()
    """Fields of a new one that the address may fill: `?new=1&where=…`."""
    preview: Callable[[Any], DayPreview | None] = lambda form: None
    """What its form's values would come to; None where they are wrong."""
    deviations: Callable[[Any], list[Deviation] | None] = lambda row: None
    """How it differs from a catalogue; None where that can't be said of it."""

    @property
    def model(self) -> type[Model]:
        model: type[Model] = self.form._meta.model
        return model

    def tag(self, row: Model) -> str:
        """As the API's `ETag`: whether it is still what was read."""
        return "" if row._state.adding else editing.tag(self.values(row))
