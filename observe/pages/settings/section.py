"""What every section with a list does alike: show it, open a drawer, act on a form.

Providers, routes and prices bring their editors and their own buttons. All is plain
forms and links, so that it works without scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from observe.pages.errors import refusal
from observe.pages.settings import drawer
from observe.pages.settings.addresses import with_query
from observe.pages.settings.drawer import Drawer
from observe.pages.settings.editor import Editor
from observe.rendering.template_context import TemplateContext, show
from runs.filters.kinds import is_id
from runs.keeping import undoing
from runs.models import AuditEntry

Act = Callable[[HttpRequest], HttpResponse]
Draw = Callable[[HttpRequest, Drawer | None], TemplateContext]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastChange:
    """What was done a moment ago, and whether it can be taken back."""

    words: str
    undo: int
    """The change to take back; 0: it can't be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    editors: tuple[Editor, ...]
    draw: Draw
    acts: Mapping[str, Act]
    """Its own buttons, by their word."""


def answer(request: HttpRequest, section: Section) -> HttpResponse:
    editor = drawer.asked_for(request, section.editors)
    if request.method != "POST":
        found = drawer.opened(request, editor) if editor else None
        return show(request, section.draw(request, found))
    word = request.POST.get("act", "")
    if word == "undo":
        return _undone(request)
    if word in section.acts:
        return section.acts[word](request)
    return _edited(request, section, editor, word)


def _edited(
    request: HttpRequest, section: Section, editor: Editor | None, word: str
) -> HttpResponse:
    if editor is None:
        return refusal(request, 400, "BAD_REQUEST", "Nothing here is called so.")
    if word == "check":
        return drawer.checked(request, editor)
    found = _DRAWN.get(word, drawer.saved)(request, editor)
    if isinstance(found, HttpResponse):
        return found
    return show(request, section.draw(request, found), status=found.status)


_DRAWN: dict[str, Callable[[HttpRequest, Editor], HttpResponse | Drawer]] = {
    "delete": drawer.deleted,
    "preview": drawer.previewed,
}


def _undone(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("entry", "")
    entry = AuditEntry.objects.filter(pk=int(number)).first() if is_id(number) else None
    if entry is None:
        return refusal(request, 404, "NOT_FOUND", "There is no such change.")
    try:
        undoing.undo(entry)
    except undoing.CantUndo as error:
        return refusal(request, 409, "CAN_T_UNDO", str(error))
    again = AuditEntry.objects.filter(kind=entry.kind, key=entry.key)[0]
    return HttpResponseRedirect(with_query(request, did=str(again.pk)))


def done(request: HttpRequest) -> LastChange | None:
    """What the address says was done."""
    number = request.GET.get("did", "")
    entry = AuditEntry.objects.filter(pk=int(number)).first() if is_id(number) else None
    if entry is None:
        return None
    fields = [name.replace("_", " ") for name in entry.after]
    changed = entry.action == AuditEntry.Action.CHANGED
    told = f": {', '.join(fields)}" if changed and fields else ""
    return LastChange(
        words=f"{entry.kind.replace('_', ' ').capitalize()} {entry.name}"
        f" {entry.get_action_display().lower()}{told}.",
        undo=entry.pk if undoing.can_undo(entry) else 0,
    )
