"""Brings messages to their receivers: several at a time, again for a while, then never.

Whoever moves a message's next attempt makes this one. The attempts wait in threads, the
database is asked by the caller's alone; so a dead receiver delays no look and no
other receiver. Called by `observe/serve/alerts.py`.
"""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import F

from observe.alerts import sending, signing
from observe.alerts.sending import Sent
from runs.models import AlertDelivery

AT_ONCE = 16
CLAIM_S = 60.0
"""An attempt that ended with its process is made again after that: receivers know a
message by its id."""
PAUSES_S = (10, 30, 120, 600, 1800)
"""Before the second attempt, the third…: there is one more than pauses."""
State = AlertDelivery.State


class Courier:
    """Its `step` starts what is due and writes down what has ended."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="weir-alert")
        self._under_way: dict[int, tuple[int, Future[Sent]]] = {}
        """The message → its alert, and the attempt."""

    @property
    def is_busy(self) -> bool:
        return bool(self._under_way)

    def step(self, at: datetime | None = None) -> None:
        now = at or datetime.now(UTC)
        for pk, (_, attempt) in list(self._under_way.items()):
            if attempt.done():
                del self._under_way[pk]
                _written(pk, _result(attempt), now)
        due = AlertDelivery.objects.filter(state=State.WAITING, due_at__lte=now)
        # However many wait for one that hangs: others stand behind none of them.
        due = due.exclude(alert__in=self._alerts())
        for message in due.select_related("alert").order_by("due_at")[: 4 * AT_ONCE]:
            self._start(message, now)

    def _alerts(self) -> set[int]:
        """Whose message is under way."""
        return {alert for alert, _ in self._under_way.values()}

    def stop(self) -> None:
        """What is under way is made again by the next one."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, message: AlertDelivery, now: datetime) -> None:
        alerts = self._alerts()
        # One receiver that hangs takes one thread, not all.
        if message.alert_id in alerts or len(alerts) >= AT_ONCE:
            return
        mine = AlertDelivery.objects.filter(
            pk=message.pk, state=State.WAITING, due_at=message.due_at
        )
        later = now + timedelta(seconds=CLAIM_S)
        if mine.update(due_at=later, attempts=F("attempts") + 1):
            attempt = self._pool.submit(
                _send, message, signing.secret_of(message.alert)
            )
            self._under_way[message.pk] = message.alert_id, attempt


def _send(message: AlertDelivery, secret: str) -> Sent:
    body = json.dumps(message.payload, separators=(",", ":")).encode()
    if message.channel == "webhook":
        return sending.by_webhook(message.alert.url, str(message.uid), body, secret)
    if not settings.WEIR_ALERT_COMMAND:
        return Sent(False, "WEIR_ALERT_COMMAND isn't set any more.")
    return sending.by_command(body)


def _result(attempt: Future[Sent]) -> Sent:
    try:
        return attempt.result()
    except Exception as error:  # whatever it was, the next ones go on
        return Sent(False, f"{type(error).__name__}.")


def _written(pk: int, sent: Sent, now: datetime) -> None:
    message = AlertDelivery.objects.filter(pk=pk).first()
    if message is None:
        return  # deleted with its alert
    message.told = sent.told[:300]
    if sent.is_there:
        message.state = State.DELIVERED
    elif message.attempts > len(PAUSES_S):
        message.state = State.FAILED
    else:
        pause = PAUSES_S[message.attempts - 1]
        message.due_at = now + timedelta(seconds=pause)
    message.save(update_fields=["told", "state", "due_at"])
