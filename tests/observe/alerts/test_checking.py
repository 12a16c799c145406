"""`checking.py`: what is wrong with an alert is told by field, whoever edits it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from runs.models import Alert

pytestmark = pytest.mark.django_db


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = Alert(name="a/b", condition="x", where="(", url="http://[::1]:9/")
    with pytest.raises(ValidationError) as error:
        wrong.full_clean()
    assert sorted(error.value.message_dict) == ["condition", "name", "url", "where"]


def test_words_are_put_in_order_and_named_hosts_may_be_private() -> None:
    alert = Alert(name=" a ", condition="cost>$1  over 1d", url="http://[::1]:9/?a=b")
    with override_settings(WEIR_ALERT_HOSTS=("[::1]:9",)):
        alert.full_clean()
    assert (alert.name, alert.condition) == ("a", "cost > $1 over 1d")
