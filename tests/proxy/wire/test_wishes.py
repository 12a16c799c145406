"""How a request wants to be served, whatever its dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pricing.usage import Unit
from proxy.wire.members import Members
from proxy.wire.wishes import Wishes, read_wishes


@pytest.mark.parametrize(
    ("body", "wishes"),
    [
        ({"service_tier": "flex"}, Wishes("flex")),
        ({"serviceTier": "priority", "contents": []}, Wishes("priority")),
        ({"request": {"serviceTier": "flex"}, "model": "m"}, Wishes("flex")),
        ({"serviceTier": {"type": "flex"}}, Wishes("flex")),
        ({"performanceConfig": {"latency": "optimized"}}, Wishes(speed="optimized")),
        ({"speed": "fast", "model": "m"}, Wishes(speed="fast")),
        ({"model": "m:online"}, Wishes(units=(Unit("online_search"),))),
        ({"plugins": [{"id": "web"}]}, Wishes(units=(Unit("online_search"),))),
        ({"plugins": [{"id": "file-parser"}]}, Wishes()),
        (
            {"web_search_options": {"search_context_size": "High"}},
            Wishes(units=(Unit("search_context_high"),)),
        ),
        ({"service_tier": 3, "plugins": "web", "web_search_options": []}, Wishes()),
    ],
)
def test_each_wish_is_read(body: dict[str, Any], wishes: Wishes) -> None:
    assert read_wishes(Members(json.dumps(body).encode())) == wishes


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"--form--", b"\xff"])
def test_what_is_no_json_object_wishes_nothing(body: bytes) -> None:
    assert read_wishes(Members(body)) == Wishes()
