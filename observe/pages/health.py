"""Is this process alive, can it do its work, what has it done? For other programs.

Answered by a middleware behind the door, so that who only asks this loads no pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from observe import host_id
from proxy.journal import status as journal_status

log = logging.getLogger(__name__)


class HealthMiddleware:
    """In the place of `observe/urls.py`, for what asks every few seconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return PATHS.get(request.path, self.get_response)(request)


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers while the process lives; asks nobody else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the database can be reached, and how far this host's recorder is behind.

    503 without the database: forwarding goes on, but nothing can be looked at. Anybody
    may ask, so what the driver said is for the log: it names hosts, users and tables.
    """
    try:
        journal = journal_status.read(
            settings.WEIR_JOURNAL_DIR, host_id.read(settings.WEIR_DATA_DIR)
        )
    except DatabaseError as error:
        log.warning("not ready, the database can't be asked: %s", str(error).strip())
        body = {"status": "unavailable", "database": "unavailable"}
        return JsonResponse(body, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "recorder": asdict(journal)})


def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus; the same whichever worker answers. 503 without the database."""
    from observe.metrics.exposition import CONTENT_TYPE, exposition

    try:
        told = exposition()
    except DatabaseError as error:
        log.warning("no metrics, the database can't be asked: %s", str(error).strip())
        return HttpResponse("# The database can't be asked.\n", "text/plain", 503)
    return HttpResponse(told, CONTENT_TYPE)


PATHS = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
