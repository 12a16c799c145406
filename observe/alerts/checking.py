"""Whether an alert can be saved: its condition, its filter, its receiver.

`observe/apps.py` gives it to the model, so that API, page and admin say the same.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError

from observe.alerts import conditions, figures, receivers
from runs.filters import BadFilter
from runs.filters.request_filter import Where
from runs.models import Alert

_UNFIT = re.compile("[\0-\x1f\x7f/?#\\\\\ud800-\udfff]")


def check(alert: Alert) -> None:
    """Raises ValidationError; the words are put in order."""
    alert.name, wrong = alert.name.strip(), dict[str, str]()
    if not alert.name or _UNFIT.search(alert.name):
        wrong["name"] = "A name has a character or more, none of them a slash."
    condition = None
    try:
        condition = conditions.read(alert.condition)
        alert.condition = condition.text
    except conditions.BadCondition as error:
        wrong["condition"] = str(error)
    try:
        where = Where.read(alert.where)
        alert.where = where.text
        if condition:
            figures.check_length(where, condition)
    except BadFilter as error:
        told = str(error).removeprefix("where, ")  # the field's name says that
        wrong["where"] = told[:1].upper() + told[1:]
    alert.url = alert.url.strip()
    if alert.url and (why := receivers.problem(alert.url, settings.WEIR_ALERT_HOSTS)):
        wrong["url"] = why
    if wrong:
        raise ValidationError(wrong)
