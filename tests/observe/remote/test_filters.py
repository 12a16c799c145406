from __future__ import annotations

from argparse import ArgumentParser

import pytest

from observe.remote.filters import add_filters, query


@pytest.mark.parametrize("flag", ["--max-tokens", "--max_tokens"])
def test_options_have_hyphens_and_take_the_apis_spelling(flag: str) -> None:
    parser = ArgumentParser()
    add_filters(parser)
    taken = vars(parser.parse_args([flag, "64", "--provider", "openai"]))
    assert query(taken) == {"provider": "openai", "max_tokens": "64"}
    assert "--max-tokens" in parser.format_help()
    assert "--max_tokens" not in parser.format_help()
