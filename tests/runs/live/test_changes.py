"""`runs/live/changes.py`: a feed tells of each change once, and is quiet otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from runs import live, store
from runs.models import CapturedRequest
from tests import make
from tests.redis_server import redis_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feed() -> Iterator[live.ChangeFeed]:
    feed = live.ChangeFeed()
    yield feed
    feed.close()


def test_what_was_there_before_is_no_news(feed: live.ChangeFeed) -> None:
    make.stored()
    assert feed.poll() == []
    assert feed.poll() == []


def test_new_requests_are_told_once(feed: live.ChangeFeed) -> None:
    feed.poll()
    ids = store.write([make.record(), make.record()], {})
    assert feed.poll() == ids
    assert feed.poll() == []


def test_a_pending_request_is_told_again_when_it_ends(feed: live.ChangeFeed) -> None:
    early, late = make.record(), make.record()
    [first] = store.write([make.pending(early)], {})
    feed.poll()
    [second] = store.write([make.pending(late)], {})
    assert feed.poll() == [second]
    store.write([early], {})
    assert feed.poll() == [first]
    store.write([late], {})
    assert feed.poll() == [second]
    assert feed.poll() == []


def test_a_deleted_pending_request_is_told(feed: live.ChangeFeed) -> None:
    [pk] = store.write([make.pending(make.record())], {})
    feed.poll()
    CapturedRequest.objects.filter(pk=pk).delete()
    assert feed.poll() == [pk]


def test_announcing_without_redis_does_nothing(
    settings: Any,
) -> None:
    settings.REDIS_URL = ""
    live.announce([1, 2])


def test_a_broken_redis_does_not_stop_the_recorder(
    settings: Any,
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [settings.REDIS_URL]},
        }
    }
    live.announce([1, 2])


def test_with_redis_every_process_is_told(
    settings: Any,
) -> None:
    with redis_server() as url:
        settings.REDIS_URL = url
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.core.RedisChannelLayer",
                "CONFIG": {"hosts": [url]},
            }
        }

        async def listen() -> dict[str, object]:
            layer = get_channel_layer()
            channel = await layer.new_channel()
            await layer.group_add(live.GROUP, channel)
            await sync_to_async(live.announce)([4, 5])
            return await asyncio.wait_for(layer.receive(channel), 5)

        assert asyncio.run(listen()) == live.changed_message([4, 5])
