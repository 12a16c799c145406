"""Not every filter narrows figures over time: a denied one does as well."""

from __future__ import annotations

import pytest
from django.db.models import Q

from runs.filters import BadFilter
from runs.filters.request_filter import Where
from runs.measure.narrowing import of_figures

pytestmark = pytest.mark.django_db


def test_what_figures_are_kept_by_is_said_in_their_words() -> None:
    assert of_figures(Where.read("")) == Q()
    assert of_figures(Where.read("model:a")) == Q(Q(model="a"))
    denied = of_figures(Where.read("-has:run"))
    assert "run" in str(denied)
    assert "NOT" in str(denied)


@pytest.mark.parametrize("where", ["cost>1", "model:a -tool:bash", "a or status:404"])
def test_what_they_do_not_tell_is_refused(where: str) -> None:
    with pytest.raises(BadFilter, match="which don't tell"):
        of_figures(Where.read(where))
