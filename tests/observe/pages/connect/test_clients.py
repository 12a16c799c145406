"""Snippets of the Connect page."""

from __future__ import annotations

from observe.pages.connect.clients import clients


def test_every_snippet_names_the_real_address() -> None:
    texts = [
        " ".join(snippet.text for snippet in client.snippets)
        for client in clients("http://127.0.0.1:9999/")
    ]
    assert all("http://127.0.0.1:9999" in text for text in texts)
    assert not any("9999//" in text or "{weir}" in text for text in texts)


def test_every_client_can_bring_the_token_where_it_is_wanted() -> None:
    for client in clients("http://weir.lan", wants_token=True):
        text = " ".join(snippet.text for snippet in client.snippets)
        assert "WEIR_TOKEN" in text, client.slug
        assert "{weir}" not in text
    for client in clients("http://127.0.0.1"):
        assert "WEIR_TOKEN" not in str(client.snippets)


def test_bases_end_as_each_client_expects() -> None:
    by_slug = {client.slug: client for client in clients("http://h")}
    assert '"http://h/v1"' in by_slug["openai-python"].snippets[0].text
    assert '"http://h"' in by_slug["anthropic"].snippets[0].text
    assert 'base_url = "http://h/v1"' in by_slug["codex"].snippets[1].text
