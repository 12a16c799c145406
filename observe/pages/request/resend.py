"""The button of a request's page that sends it again: a form, so it needs no script.

`proxy/own_calls/` sends. The new request's page opens as soon as it is recorded: its
answer may still be coming.
"""

from __future__ import annotations

import time
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from observe.pages.errors import refusal
from proxy.own_calls.call import CannotSend
from proxy.own_calls.sending import HowToSend, send_again
from runs.models import CapturedRequest

LONGEST = 500
RECORDED_S, PAUSE_S = 5.0, 0.05


@require_POST
def resend_request(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = CapturedRequest.objects.select_related("detail").filter(uid=uid).first()
    if row is None:
        raise Http404("No such request is stored; it may have been pruned.")
    to, model = (
        request.POST.get(name, "").strip()[:LONGEST] for name in ("to", "model")
    )
    try:
        sent = send_again(row, HowToSend(to=to, model=model, wait=False))
    except CannotSend as error:
        return refusal(request, error.status, "CANNOT_SEND", str(error))
    assert sent.id is not None  # it was sent
    rows = CapturedRequest.objects.filter(uid=sent.id)
    until = time.monotonic() + RECORDED_S
    while not rows.exists() and time.monotonic() < until:
        time.sleep(PAUSE_S)
    return HttpResponseRedirect(f"/requests/{sent.id}?tab=again")
