"""One text, whether each event tells all of it or only what is new."""

from __future__ import annotations

import pytest

from proxy.wire.draft import Draft
from proxy.wire.whole_or_delta import WholeOrDelta

TEXTS = [
    (["We", "We go", "We go."], "We go."),
    (["We", " go", "."], "We go."),
    (["We", "We", "We go", "We go"], "We go"),
    (["ha", "ha", "ha", "!"], "hahaha!"),
    (["ha", "haha", "!"], "hahaha!"),
    (["1", "12", ""], "112"),
    (["We", "We go", "We go.", ""], "We go."),
    (["We go.", ""], "We go."),
    (["", "We", " go"], "We go"),
]


@pytest.mark.parametrize(("texts", "together"), TEXTS)
def test_texts_are_put_together(texts: list[str], together: str) -> None:
    draft, text = Draft(), WholeOrDelta((0, 0), "text")
    for each in texts:
        text.add(each, draft)
    message = draft.facts().message
    assert message is not None
    assert message.parts[0].text == together
