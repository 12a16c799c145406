"""A rewritten body differs where the rule says so and nowhere else."""

from __future__ import annotations

import json

from proxy.exchange import Asked, AskUsage
from proxy.forward.body_members import Outline
from proxy.forward.rewriting import changes_body, edits, wants_usage
from proxy.json_scan import scan
from proxy.request_body import apply
from tests.proxy.make_target import target

BODY = b'{ "stream": true,\n "model" : "old",  "messages": [{"content":"\\u00e9 x"}] }'


def rewritten(
    body: bytes,
    read: dict[str, bytes] | None = None,
    *,
    model: str | None = None,
    openrouter_tag: str | None = None,
    include_usage: bool = False,
) -> bytes:
    outline = Outline.scanned(scan([body]))
    if outline is None:
        return body
    changes = edits(
        outline,
        read or {},
        model=model,
        openrouter_tag=openrouter_tag,
        include_usage=include_usage,
    )
    return apply(body, changes)


def test_only_the_models_value_changes() -> None:
    expected = BODY.replace(b' "old"', b'"new/model"')
    assert rewritten(BODY, model="new/model") == expected


def test_include_usage_is_added_in_front() -> None:
    changed = rewritten(BODY, include_usage=True)
    assert changed == b'{"stream_options":{"include_usage":true},' + BODY[1:]
    assert json.loads(changed)["stream_options"] == {"include_usage": True}


def test_other_stream_options_stay() -> None:
    body = b'{"stream":true,"stream_options":{"continuous":1}}'
    changed = rewritten(
        body, {"stream_options": b'{"continuous":1}'}, include_usage=True
    )
    options = json.loads(changed)["stream_options"]
    assert options == {"continuous": 1, "include_usage": True}


def test_openrouter_pinning_keeps_the_clients_other_choices() -> None:
    body = b'{"model":"a","provider":{"sort":"price","order":["x"]}}'
    changed = rewritten(
        body,
        {"provider": b'{"sort":"price","order":["x"]}'},
        model="base",
        openrouter_tag="chutes/fp8",
    )
    assert json.loads(changed) == {
        "model": "base",
        "provider": {
            "sort": "price",
            "order": ["chutes/fp8"],
            "allow_fallbacks": False,
        },
    }


def test_an_empty_object_takes_a_member() -> None:
    assert rewritten(b"{}", include_usage=True) == (
        b'{"stream_options":{"include_usage":true}}'
    )


def test_a_body_that_is_no_object_is_left_alone() -> None:
    for body in (b"[1]", b"", b'{"model":"a"', b"text"):
        assert rewritten(body, model="b", include_usage=True) == body


def test_usage_is_asked_only_where_the_client_left_it_open() -> None:
    stream = Asked(model="m", stream=True)
    assert wants_usage(target(), stream)
    assert not wants_usage(target(ask_usage=AskUsage.NEVER), stream)
    assert not wants_usage(target(path=b"/v1/responses"), stream)
    assert not wants_usage(target(), Asked(model="m", stream=False))
    for said in (True, False):
        asked = Asked(model="m", stream=True, include_usage=said)
        assert not wants_usage(target(), asked)


def test_a_body_changes_only_for_another_model_or_a_pin() -> None:
    asked = Asked(model="m")
    assert changes_body(target(model="other"), asked)
    assert changes_body(target(openrouter_tag="t"), asked)
    assert not changes_body(target(model="m"), asked)
    assert not changes_body(target(), asked)
    assert not changes_body(target(model="other"), Asked())
