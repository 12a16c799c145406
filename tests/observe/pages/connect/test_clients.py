"""Snippets of the Connect page."""

from __future__ import annotations

from observe.pages.connect.clients import clients


def test_every_snippet_names_the_real_address() -> None:
    texts = [
        " ".join(snippet.text for snippet in client.snippets)
        for client in clients("http://127.0.0.1:9999/")
    ]
    assert all("http://127.0.0.1:9999" in text for text in texts)
    assert not any("9999//" in text or "@" in text for text in texts)


def test_bases_end_as_each_client_expects() -> None:
    by_slug = {client.slug: client for client in clients("http://h")}
    assert '"http://h/v1"' in by_slug["openai-python"].snippets[0].text
    assert '"http://h"' in by_slug["anthropic"].snippets[0].text
    assert 'base_url = "http://h/v1"' in by_slug["codex"].snippets[0].text
