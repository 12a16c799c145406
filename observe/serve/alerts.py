"""The process that looks at alerts and tells of them, forked by the supervisor.

Neither a worker nor the recorder: nothing that is asked or sent here delays a request
or its row. Without alerts it costs a query every few seconds.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import threading
import time
from datetime import UTC, datetime
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Model

from observe.alerts import looks, signing
from observe.alerts.deliveries import Courier
from observe.serve import forking
from observe.serve.orphans import STOP_S, when_orphaned
from observe.serve.priority import give_way
from runs.models import Alert, AlertSecret

log = logging.getLogger(__name__)

NICENESS = 10
TICK_S = 5.0
"""Between looks, attempts that are due are made."""
BUSY_S = 0.5
TIDY_S = 6 * 3600.0


def main() -> None:
    ends = threading.Event()

    def stop(number: int = 0, frame: FrameType | None = None) -> None:
        ends.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    forking.answer()
    when_orphaned(stop, patience_s=STOP_S)
    give_way(NICENESS)
    courier, tidied = Courier(), -math.inf
    while not ends.is_set():
        _step(courier)
        if time.monotonic() - tidied > TIDY_S:
            tidied = time.monotonic()
            _tidy()
        pause = BUSY_S if courier.is_busy else TICK_S
        ends.wait(min(pause, settings.WEIR_ALERT_EVERY))
    courier.stop()
    if courier.is_busy:
        os._exit(0)  # a receiver that hangs is not waited for


def _step(courier: Courier) -> None:
    """A database that is locked or away is asked again at the next one."""
    try:
        if courier.is_busy or _there_are_any(Alert):
            looks.look()
            courier.step()
    except (DatabaseError, InterfaceError) as error:
        log.warning("alerts: %s", type(error).__name__)
    finally:
        connection.close()


def _tidy() -> None:
    try:
        if _there_are_any(AlertSecret):
            signing.forget_gone(datetime.now(UTC))
    except (DatabaseError, InterfaceError) as error:
        log.warning("alerts: %s", type(error).__name__)
    finally:
        connection.close()


def _there_are_any(model: type[Model]) -> bool:
    """Asked below the ORM: most have no alert, and what it touches is this process's
    own memory from then on."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {model._meta.db_table} LIMIT 1")
        return cursor.fetchone() is not None
