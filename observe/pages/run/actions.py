"""What a page's buttons do with a run: start, pause, resume, end, edit, delete, keys.

Plain forms, so that they work without scripts: each is a POST that leads back to a
page. `runs/lifecycle/` does the work; its errors are pages that say why.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from observe.pages.errors import refusal
from runs import lifecycle
from runs.experiments import sessions
from runs.filters.kinds import is_id
from runs.lifecycle.errors import RunError
from runs.models import Run, SessionStatus

MOST_TAGS, LONGEST_TAG, LONGEST_NOTES = 50, 100, 20_000


@require_POST
def start_run(request: HttpRequest) -> HttpResponse:
    posted = request.POST
    try:
        run = lifecycle.start(
            posted.get("name", ""),
            notes=posted.get("notes", "")[:LONGEST_NOTES],
            tags=tags_of(posted.get("tags", "")),
            is_global="is_global" in posted,
            source="page",
        )
    except RunError as error:
        return refusal(request, error.status, error.code, error.message)
    return HttpResponseRedirect(run.get_absolute_url())


@require_POST
def act_on_run(request: HttpRequest, uid: UUID, verb: str) -> HttpResponse:
    act = VERBS.get(verb)
    run = Run.objects.filter(uid=uid).first()
    if act is None or run is None:
        raise Http404("There is no such run, or nothing that is called so.")
    try:
        target = act(request, run)
    except RunError as error:
        return refusal(request, error.status, error.code, error.message)
    return HttpResponseRedirect(_next(request, target))


def tags_of(text: str) -> list[str]:
    """As typed, with commas between."""
    words = (word.strip()[:LONGEST_TAG] for word in text.replace("\0", "").split(","))
    return list(dict.fromkeys(filter(None, words)))[:MOST_TAGS]


def _pause(request: HttpRequest, run: Run) -> str:
    return lifecycle.pause(run).get_absolute_url()


def _resume(request: HttpRequest, run: Run) -> str:
    return lifecycle.resume(run).get_absolute_url()


def _end(request: HttpRequest, run: Run) -> str:
    return lifecycle.end(run).get_absolute_url()


def _edit(request: HttpRequest, run: Run) -> str:
    posted = request.POST
    lifecycle.edit(
        run,
        name=posted.get("name"),
        notes=posted.get("notes", "")[:LONGEST_NOTES],
        tags=tags_of(posted.get("tags", "")),
    )
    return run.get_absolute_url()


def _delete(request: HttpRequest, run: Run) -> str:
    lifecycle.delete(run, with_requests="with_requests" in request.POST)
    return "/runs"


def _revoke(request: HttpRequest, run: Run) -> str:
    number = request.POST.get("key", "")
    for key in run.keys.filter(pk=int(number)) if is_id(number) else ():
        lifecycle.revoke_key(key)
    return f"{run.get_absolute_url()}?tab=keys"


def _score(request: HttpRequest, run: Run) -> str:
    posted = request.POST
    name, said = posted.get("name", "").strip(), posted.get("value", "").strip()
    verdict = {"1": True, "0": False}.get(posted.get("passed", ""))
    if not name or (not said and verdict is None):
        raise RunError("BAD_SESSION", "A score has a name, and a value or a verdict.")
    sessions.score(
        sessions.find(str(run.uid)),
        name,
        value=_number(said),
        passed=verdict,
        source="page",
    )
    return _session(run)


def _unscore(request: HttpRequest, run: Run) -> str:
    session = sessions.find(str(run.uid))
    sessions.unscore(session, request.POST.get("name", ""))
    return _session(run)


def _finalize(request: HttpRequest, run: Run) -> str:
    asked = request.POST.get("status", "")
    if asked not in sessions.ENDINGS:
        raise RunError("BAD_SESSION", f"No session ends as {asked[:40]!r}.")
    sessions.finalize(sessions.find(str(run.uid)), SessionStatus(asked))
    return _session(run)


def _number(said: str) -> float | None:
    if not said:
        return None
    try:
        number = float(said)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RunError("BAD_SESSION", f"{said[:40]!r} is no number.")
    return number


def _session(run: Run) -> str:
    return f"{run.get_absolute_url()}?tab=session"


VERBS: dict[str, Callable[[HttpRequest, Run], str]] = {
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "edit": _edit,
    "delete": _delete,
    "revoke": _revoke,
    "score": _score,
    "unscore": _unscore,
    "finalize": _finalize,
}


def _next(request: HttpRequest, target: str) -> str:
    """Where the form asks to go on; only within Weir."""
    asked = request.POST.get("next", "")
    return asked if url_has_allowed_host_and_scheme(asked, None) else target
