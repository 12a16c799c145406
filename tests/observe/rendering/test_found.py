"""`observe/rendering/found.py`: what was searched for, marked and nothing else."""

from __future__ import annotations

import pytest
from django.utils.safestring import mark_safe

from observe.rendering.found import Excerpt, Sought
from runs.text.words import phrase


def sought(*asked: str) -> Sought:
    return Sought(tuple(found for each in asked if (found := phrase(each))))


@pytest.mark.parametrize(
    ("asked", "html", "marked"),
    [
        (
            "time out",
            "<p>a Time-Out, no timeout</p>",
            "<p>a [Time-Out], no timeout</p>",
        ),
        ("time*", "timeouts &amp; times, atime", "[timeouts] &amp; [times], atime"),
        ("amp", "a &amp; amp", "a &amp; [amp]"),
        ("alt", '<img alt="a > alt"> alt', '<img alt="a > alt"> [alt]'),
        ("编程", "我编程。", "我[编程]。"),
        ("a.*", "a.b", "[a].b"),
    ],
)
def test_hits_are_marked_in_texts_alone(asked: str, html: str, marked: str) -> None:
    expected = marked.replace("[", "<mark>").replace("]", "</mark>")
    assert sought(asked).mark(mark_safe(html)) == expected


def test_an_excerpt_is_the_first_hit_with_what_is_around_it() -> None:
    text = "x" * 90 + " before\n the  hit, after " + "y" * 90
    told = sought("hit").excerpt(text)
    assert told is not None
    assert told.before == "before the "
    assert (told.hit, told.after[:8], len(told.after)) == ("hit", ", after ", 80)
    assert sought("none").excerpt(text) is None
    assert sought("uber").excerpt("die Über-Fahrt") == Excerpt("die ", "Über", "-Fahrt")


def test_what_an_address_asks_for_but_not_what_it_excludes() -> None:
    where = '(text:"time out" or text:alpha) -text:bravo model:charlie'
    assert Sought.in_query({"where": where}) == sought("time out", "alpha")
    assert Sought.in_query({"where": "text:"}) == Sought()
