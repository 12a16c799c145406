"""A form as its drawer draws it: groups of fields, each with its words and its errors.

Called by `drawer.py`. The errors have places of their own, so that they alone are
renewed while somebody types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import (
    BoundField,
    CheckboxInput,
    Select,
    Textarea,
    URLInput,
    Widget,
)
from django.utils.html import format_html
from django.utils.safestring import SafeString

from observe.pages.settings.forms import FilterInput, RowForm, SentenceInput


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field."""

    id: str
    label: str
    help: SafeString
    errors: list[str]
    widget: SafeString
    is_switch: bool
    is_wide: bool
    offers: str
    """The id of its list of completions; "" for what has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields below one heading; "" has none."""

    label: str
    fields: list[FieldLine]
    is_open: bool


def groups(form: RowForm) -> list[FieldGroup]:
    """`form.groups`, drawn."""
    return [_group(form, label, names) for label, names in form.groups]


def lines(form: Any, names: Iterator[str] | tuple[str, ...]) -> list[FieldLine]:
    return [_line(form[name]) for name in names]


def _group(form: RowForm, label: str, names: tuple[str, ...]) -> FieldGroup:
    fields = lines(form, names)
    return FieldGroup(
        label=label,
        fields=fields,
        is_open=label not in form.folded
        or any(field.errors for field in fields)
        or any(form[name].value() not in _EMPTY for name in names),
    )


_COMBOBOX: dict[str, str | bool] = {
    "role": "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "spellcheck": "false",
}
LONG_CHOICE = 34
"""Characters that one column of the drawer shows of a choice."""
_EMPTY = (None, "", "null", "{}", "[]", False)


def _line(bound: BoundField) -> FieldLine:
    told = f"h-{bound.html_name} e-{bound.html_name}"
    attributes: dict[str, str | bool] = {
        "aria-describedby": told,
        "autocomplete": "off",
    }
    widget = bound.field.widget
    if isinstance(widget, Textarea):
        attributes["rows"] = "2"
    offers = f"offers-{bound.html_name}" if isinstance(widget, FilterInput) else ""
    if offers:
        attributes |= _COMBOBOX | {"aria-controls": offers}
    return FieldLine(
        id=bound.html_name,
        label=str(bound.label)[:1].upper() + str(bound.label)[1:],
        help=_as_html(str(bound.help_text)),
        errors=[str(error) for error in bound.errors],
        widget=bound.as_widget(attrs=attributes),
        is_switch=isinstance(widget, CheckboxInput),
        is_wide=_is_wide(widget),
        offers=offers,
    )


def _is_wide(widget: Widget) -> bool:
    """It needs both columns: so does a choice of long words."""
    if isinstance(widget, Textarea | SentenceInput | URLInput):
        return True
    choices = widget.choices if isinstance(widget, Select) else ()
    # Other rows to choose from are read when they are drawn, not before.
    return isinstance(choices, list) and any(
        len(str(label)) > LONG_CHOICE for _, label in choices
    )


def _as_html(words: str) -> SafeString:
    """What stands between backticks is code."""
    pieces = (
        format_html("<code>{}</code>" if at % 2 else "{}", piece)
        for at, piece in enumerate(words.split("`"))
    )
    return SafeString("".join(pieces))
