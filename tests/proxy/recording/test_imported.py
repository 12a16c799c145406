"""What another product kept as a record of Weir's: its id, its keys, its bodies."""

from __future__ import annotations

import gzip
import json
from typing import Any

from pricing.book import PriceBook
from pricing.shelves import Shelves
from proxy.journal.masking import Masker
from proxy.recording.imported import is_call, record_of, uid_of
from runs.importers import Imported
from runs.record import ExchangeRecord
from tests.make import START

KEY = "sk-proj-0123456789abcdefghij0123456789"
ASKED = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": KEY}]}
BOOK = PriceBook(Shelves.holding(()))


def one(**fields: Any) -> Imported:
    url = "https://api.openai.com/v1/chat/completions"
    return Imported(**{"id": "1", "started_at": START, "url": url, **fields})


def recorded(each: Imported) -> ExchangeRecord:
    return record_of(each, "har", "", BOOK, Masker("salt"), lambda url: "openai")


def test_an_id_is_the_same_for_the_same_and_begins_with_its_time() -> None:
    uid = uid_of(one(), "har")
    assert uid == uid_of(one(request=b"x"), "har")
    assert len({uid, uid_of(one(id="2"), "har"), uid_of(one(), "litellm")}) == 3
    assert (uid.version, uid.variant) == (7, "specified in RFC 4122")
    assert uid.int >> 80 == round(START.timestamp() * 1000)


def test_keys_are_masked_wherever_they_stand_and_marks_of_weir_stay() -> None:
    found = recorded(
        one(
            url=f"https://me:pw@api.openai.com/v1/chat/completions?key={KEY}",
            request_headers=(
                ("Authorization", f"Bearer {KEY}"),
                ("X-Api-Key", "key:0123456789"),
                ("Api-Key", f"key:0123456789 {KEY}"),
                ("Cookie", "a=key:0123456789; session=topsecretvalue"),
            ),
            request=json.dumps(ASKED).encode(),
            error=f"No such key: {KEY}",
        )
    )
    headers = dict(found.request_headers)
    assert headers["authorization"].startswith("Bearer key:")
    assert headers["x-api-key"] == "key:0123456789"
    assert found.secrets
    assert KEY not in repr(found)
    assert "topsecret" not in repr(found)
    assert b"sk-proj" not in found.bodies[0].source.read()
    assert "pw" not in found.upstream_url


def test_a_body_is_read_as_it_was_kept_whatever_the_headers_say() -> None:
    data = json.dumps({**ASKED, "messages": []}).encode()
    headers = (("content-encoding", "gzip"),)
    plain = recorded(one(request=data, request_headers=headers))
    packed = recorded(one(request=gzip.compress(data), request_encoding="gzip"))
    assert plain.model == packed.model == "gpt-5-mini"


def test_an_asset_of_a_page_is_no_call() -> None:
    assert is_call(one())
    assert not is_call(one(url="https://x.example/app.js", method="GET"))
