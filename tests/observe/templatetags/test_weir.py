"""The tags of our templates, as a template draws them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

HOSTILE = "\"'><script>alert(1)</script>"
KOLKATA = ZoneInfo("Asia/Kolkata")
MOMENT = datetime(2026, 3, 1, 20, 0, 1, 234567, tzinfo=UTC)


def drawn(source: str, **values: object) -> str:
    return Template("{% load weir %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ it|spaced }}", "cache_write_5m", "cache write 5m"),
        ("{{ it|tokens }}", 12_345, "12.3k"),
        ("{{ it|exact }}", 12_345, "12,345"),
        ("{{ it|usd }}", None, "–"),
        ("{{ it|duration }}", 3910, "3.91 s"),
    ],
)
def test_filters_write_what_formats_say(source: str, value: object, shown: str) -> None:
    assert drawn(source, it=value) == shown


def test_an_icon_alone_is_hidden_from_a_screen_reader() -> None:
    html = drawn("{% icon 'ok' %}")
    assert 'aria-hidden="true"' in html
    assert 'href="#i-ok"' in html


def test_a_signal_is_read_out() -> None:
    html = drawn("{% signal 'bad' title %}", title="Server error")
    assert 'aria-label="Server error"' in html
    assert "<title>Server error</title>" in html
    assert 'class="icon s-bad"' in html


@pytest.mark.parametrize("source", ["{% icon it %}", "{% signal 'bad' it %}"])
def test_what_strangers_wrote_is_escaped(source: str) -> None:
    assert "<script>" not in drawn(source, it=HOSTILE)


def test_a_time_is_local_with_utc_beside_it() -> None:
    with timezone.override(KOLKATA):
        html = drawn("{% when at 'long' %}", at=MOMENT)
    assert ">2026-03-02 01:30:01.234</time>" in html
    assert 'title="2026-03-01 20:00:01.234 UTC"' in html
    assert 'datetime="2026-03-01T20:00:01.234Z"' in html


def test_an_earlier_day_is_named() -> None:
    with timezone.override(KOLKATA):
        assert ">02 Mar 01:30</time>" in drawn("{% when at %}", at=MOMENT)


def test_of_today_the_hour_will_do() -> None:
    """Today where the viewer is: at the middle of a day, whatever the hour in UTC."""
    now = datetime.now(UTC)
    here = timezone.get_fixed_timezone(timedelta(hours=12 - now.hour))
    with timezone.override(here):
        html = drawn("{% when at %}", at=now)
        assert f">{now.astimezone(here):%H:%M:%S}</time>" in html
