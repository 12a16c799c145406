"""What two cookies say, and what becomes of a cookie that says something else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from observe import preferences

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def asked(cookie: str, value: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES[cookie] = value
    return request


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("auto", "auto"),
        ("light", "light"),
        ("dark", "dark"),
        ("Dark", "auto"),
        ('"><script>', "auto"),
        ("", "auto"),
    ],
)
def test_a_theme_is_one_of_three(kept: str, shown: str) -> None:
    assert preferences.theme(asked(preferences.THEME_COOKIE, kept)) == shown


def test_without_a_cookie_the_system_chooses_the_theme() -> None:
    assert preferences.theme(RequestFactory().get("/")) == "auto"


def test_the_switch_goes_round_and_leaves_no_theme_out() -> None:
    seen = ["auto"]
    while (after := preferences.theme_after(seen[-1])) not in seen:
        seen.append(after)
    assert sorted(seen) == ["auto", "dark", "light"]
    assert after == "auto"


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "Nowhere/City",
        "../../etc/passwd",
        "/etc/passwd",
        "Europe/Berlin\0",
        "Europe",  # a folder of zones
        "Europe/Berlin" * 5,
    ],
)
def test_what_names_no_zone_is_none(name: str | None) -> None:
    assert preferences.zone(name) is None


def hour_shown(request: HttpRequest) -> str:
    """What a view behind the middleware would write for noon in UTC."""

    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse(timezone.localtime(NOON).strftime("%H:%M"))

    return preferences.TimeZoneMiddleware(view)(request).content.decode()


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("Asia/Kolkata", "17:30"), ("America/New_York", "07:00"), ("Mars/X", "12:00")],
)
def test_times_are_shown_in_the_zone_of_the_viewer(kept: str, shown: str) -> None:
    assert hour_shown(asked(preferences.ZONE_COOKIE, kept)) == shown


def test_one_viewers_zone_does_not_reach_the_next() -> None:
    hour_shown(asked(preferences.ZONE_COOKIE, "Asia/Kolkata"))
    assert hour_shown(RequestFactory().get("/")) == "12:00"


def test_a_zone_ends_with_its_request_even_when_the_view_fails() -> None:
    def view(_: HttpRequest) -> HttpResponse:
        raise ValueError("broken page")

    before = timezone.get_current_timezone_name()
    with pytest.raises(ValueError, match="broken page"):
        preferences.TimeZoneMiddleware(view)(
            asked(preferences.ZONE_COOKIE, "Asia/Kolkata")
        )
    assert timezone.get_current_timezone_name() == before
