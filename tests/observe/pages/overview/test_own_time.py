"""`own_time.py`: Weir's own time and the rest add up to all of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from observe.pages.overview.own_time import own_time
from runs import store
from runs.rollups.figures import Figures
from tests import make


@pytest.mark.django_db
def test_the_overview_tells_where_the_time_went() -> None:
    store.write(
        [
            make.record(
                started_at=timezone.now(),
                duration_ms=duration,
                overhead_ms=own,
            )
            for duration, own in ((400.0, 2.0), (600.0, 3.0), (24.0, None))
        ],
        {},
    )
    client = Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})
    html = client.get("/").content.decode()
    section = html[html.index("Where the time went") :]
    for shown in ("5.0 ms", "0.49 %", "1.02 s", "Requests without"):
        assert shown in section, section[:1500]


def test_times_add_up() -> None:
    told = own_time(
        Figures(requests=3, duration_us=2000, overhead_us=500, overheads={0: 2})
    )
    assert (told.measured, told.unmeasured) == (2, 1)
    assert (told.total, told.own, told.elsewhere) == ("2.0 ms", "0.5 ms", "1.5 ms")
    assert told.share == "25.0 %"
    assert own_time(Figures(requests=1)).share == ""
