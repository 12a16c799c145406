"""`saved_views.py`: one view a name, and nothing that no page could show."""

from __future__ import annotations

import pytest

from runs.filters import BadFilter
from runs.keeping.saved_views import MOST_HIDDEN, save
from runs.models import SavedView

pytestmark = pytest.mark.django_db


def test_a_name_is_one_view() -> None:
    save(" dear ", "cost>1", ["ttft"])
    view = save("dear", "cost>2", [])
    assert SavedView.objects.get() == view
    assert view.as_query() == {"where": "cost>2"}


@pytest.mark.parametrize(
    ("name", "where", "hidden"),
    [
        ("a/b", "", []),
        ("\ud83d", "", []),
        ("a\0", "", []),
        ("a", "(", []),
        ("a", "", ["x" * 33]),
        ("a", "", ["x"] * (MOST_HIDDEN + 1)),
    ],
)
def test_what_could_not_be_shown_is_refused(
    name: str, where: str, hidden: list[str]
) -> None:
    with pytest.raises(BadFilter):
        save(name, where, hidden)
    assert not SavedView.objects.exists()
