"""The drawer beside a list: a form opened, checked while typed, saved, deleted.

Called by `section.py`. A form remembers what it was opened on by a tag, as `If-Match`
does in the API: what somebody else changed meanwhile is told, never overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from observe.pages.settings import fields
from observe.pages.settings.addresses import with_query
from observe.pages.settings.catalogue import Deviation
from observe.pages.settings.editor import Editor
from observe.pages.settings.fields import FieldGroup, FieldLine
from observe.pages.settings.forms import TIER_FIELDS
from observe.pages.settings.previewing import DayPreview
from observe.rendering.template_context import TemplateContext, show
from pricing import editing
from runs.models import AuditEntry

TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierForm:
    """One tier's fields."""

    fields: list[FieldLine]
    hidden: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """What `templates/settings/_drawer.html` draws."""

    noun: str
    title: str
    """"" for a new one."""
    groups: list[FieldGroup]
    tiers: list[TierForm]
    tiers_hidden: SafeString
    tier_errors: list[str]
    errors: list[str]
    """Of no single field."""
    tag: str
    conflict: str
    """Why it was not saved: somebody else has changed it."""
    newer_tag: str
    """The tag to save all the same with."""
    differs: list[str]
    """What that would set to other values than theirs."""
    action: str
    close: str
    has_catalogue: bool
    deviations: list[Deviation]
    """From its catalogue."""
    preview: DayPreview | None
    can_preview: bool
    goes_with: str
    can_delete: bool
    admin: str
    """Address of the same row in the admin; "" for a new one."""
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsPart(TemplateContext):
    """The errors alone, for htmx."""

    template: ClassVar[str] = "settings/_errors.html"

    drawer: Drawer


@dataclass(frozen=True, slots=True)
class _Open:
    """A row with its forms, bound or not."""

    editor: Editor
    row: Model
    form: Any
    tiers: Any

    @property
    def is_valid(self) -> bool:
        # The tiers look at the rates that the form has put into the row.
        is_valid = bool(self.form.is_valid())
        return (self.tiers is None or bool(self.tiers.is_valid())) and is_valid

    @property
    def has_changed(self) -> bool:
        tiers_changed = self.tiers is not None and bool(self.tiers.has_changed())
        return bool(self.form.has_changed()) or tiers_changed


def asked_for(request: HttpRequest, editors: tuple[Editor, ...]) -> Editor | None:
    """The editor whose drawer the address opens."""
    for editor in editors:
        if editor.param in request.GET or (editor.can_make and "new" in request.GET):
            return editor
    return None


def opened(request: HttpRequest, editor: Editor) -> Drawer:
    row = _row(request, editor)
    return _drawn(request, _Open(editor, row, *_forms(editor, row)), editor.tag(row))


def checked(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Only the errors, while somebody types; nothing is saved."""
    found = _bound(request, editor, _row(request, editor))
    _ = found.is_valid
    return show(request, ErrorsPart(drawer=_drawn(request, found, "")))


def previewed(request: HttpRequest, editor: Editor) -> Drawer:
    """As `checked`, for a page without scripts: with all that was typed."""
    found = _bound(request, editor, _row(request, editor))
    _ = found.is_valid
    return _drawn(request, found, request.POST.get(TAG, ""))


def saved(request: HttpRequest, editor: Editor) -> HttpResponse | Drawer:
    with transaction.atomic():
        editing.alone()  # of two twins that are made at once one is refused
        row = _row(request, editor, lock=True)
        current = editor.tag(row)
        found = _bound(request, editor, row)
        is_valid, tag = found.is_valid, request.POST.get(TAG, "")
        if tag != current:
            return _drawn(request, found, tag, status=412, newer_tag=current)
        if not is_valid:
            return _drawn(request, found, tag, status=422)
        if found.has_changed or row._state.adding:
            _save(found)
    return _done(request, editor, row)


def deleted(request: HttpRequest, editor: Editor) -> HttpResponse | Drawer:
    with transaction.atomic():
        row = _row(request, editor, lock=True)
        if row._state.adding or not editor.can_make:
            raise Http404(f"There is no {editor.noun} here that can be deleted.")
        if request.POST.get(TAG) != (current := editor.tag(row)):
            found = _Open(editor, row, *_forms(editor, row))
            return _drawn(request, found, current, status=412, newer_tag=current)
        pk = row.pk
        row.delete()
    row.pk = pk
    return _done(request, editor, row)


def _row(request: HttpRequest, editor: Editor, *, lock: bool = False) -> Model:
    if editor.param not in request.GET:
        told = {name: request.GET.get(name, "") for name in editor.filled}
        return editor.model(**{n: v.replace("\0", "") for n, v in told.items() if v})
    row = editor.find(request.GET[editor.param].replace("\0", ""))
    if row is None:
        raise Http404(f"There is no such {editor.noun}; it may have been deleted.")
    if lock and not row._state.adding:
        rows = editor.model._default_manager.select_for_update()
        row = rows.filter(pk=row.pk).first() or row
    return row


def _forms(editor: Editor, row: Model, posted: Any = None) -> tuple[Any, Any]:
    form = editor.form(posted, instance=row)
    if editor.tiers is None:
        return form, None
    return form, editor.tiers(posted, instance=row, prefix="tiers")


def _bound(request: HttpRequest, editor: Editor, row: Model) -> _Open:
    return _Open(editor, row, *_forms(editor, row, request.POST))


def _save(found: _Open) -> None:
    row = found.form.save(commit=False)
    for name, value in found.form.made_own.items():
        setattr(row, name, value)
    row.save()
    found.form.keep_more(row)
    if found.tiers is not None:
        found.tiers.save()


def _done(request: HttpRequest, editor: Editor, row: Model) -> HttpResponse:
    entry = AuditEntry.objects.filter(kind=editor.kind, key=str(row.pk)).first()
    did = {"did": str(entry.pk)} if entry else {}
    return HttpResponseRedirect(with_query(request, **{**_shut(editor), **did}))


def _shut(editor: Editor) -> dict[str, str]:
    return {editor.param: "", "new": "", "did": "", **dict.fromkeys(editor.filled, "")}


def _drawn(
    request: HttpRequest,
    found: _Open,
    tag: str,
    *,
    status: int = 200,
    newer_tag: str = "",
) -> Drawer:
    editor, row, form, tiers = found.editor, found.row, found.form, found.tiers
    is_new = row.pk is None or row._state.adding
    against = None if is_new else editor.deviations(row)
    return Drawer(
        noun=editor.noun,
        title="" if is_new and editor.can_make else _title(editor, row),
        groups=fields.groups(form),
        tiers=[_tier(each) for each in tiers.forms] if tiers else [],
        tiers_hidden=SafeString(tiers.management_form) if tiers else SafeString(),
        tier_errors=_tier_errors(tiers),
        errors=[str(error) for error in form.non_field_errors()],
        tag=tag,
        conflict=editing.CHANGED if newer_tag else "",
        newer_tag=newer_tag,
        differs=_differs(form) if newer_tag else [],
        action=with_query(request, did=""),
        close=with_query(request, **_shut(editor)),
        has_catalogue=against is not None,
        deviations=against or [],
        preview=editor.preview(form),
        can_preview=bool(editor.filled),
        goes_with="" if is_new else editor.goes_with(row),
        can_delete=not is_new and editor.can_make,
        admin="" if is_new else _admin(row),
        status=status,
    )


def _differs(form: Any) -> list[str]:
    return [str(form.fields[name].label or name) for name in form.changed_data]


def _title(editor: Editor, row: Model) -> str:
    stored = editor.model._default_manager.filter(pk=row.pk).first()
    return str(stored or row)


def _admin(row: Model) -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=(row.pk,))


def _tier(form: Any) -> TierForm:
    names = (*TIER_FIELDS, *(["DELETE"] if form.instance.pk else []))
    hidden = "".join(str(field) for field in form.hidden_fields())
    return TierForm(fields=fields.lines(form, names), hidden=SafeString(hidden))


def _tier_errors(tiers: Any) -> list[str]:
    return [str(error) for error in tiers.non_form_errors()] if tiers else []
