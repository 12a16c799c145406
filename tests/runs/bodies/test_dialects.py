"""The reader of dialects, which is left here from above."""

from __future__ import annotations

from proxy.apps import read_talk
from runs.bodies import dialects
from runs.record import Side

BODY = b'{"messages": [{"role": "user", "content": "Hi"}]}'


def test_django_leaves_the_one_that_knows_all_formats() -> None:
    read = dialects.reader()
    assert read is read_talk
    [message] = read("openai-chat", Side.REQUEST, BODY, 200, "application/json")
    assert (message.role, [part.text for part in message.parts]) == ("user", ["Hi"])
