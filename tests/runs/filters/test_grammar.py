"""`grammar.py`: what a text of the filter language means, and what is no text of it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from runs.filters import FIELDS
from runs.filters.full_text import FULL_TEXT
from runs.filters.grammar import MAX_LENGTH, MAX_TERMS, parse
from runs.filters.kinds import Ago
from runs.filters.scanning import BadWhere
from runs.filters.tree import Both, Either, Node, Not, Term


def told(node: Node | None) -> str:
    """A tree as a text with every bracket."""
    match node:
        case Term():
            values = "|".join(str(each.value) for each in node.values)
            return f"{node.filter.name}{node.operator}{values}"
        case Not():
            return f"-{told(node.inner)}"
        case Both():
            return f"({' & '.join(map(told, node.parts))})"
        case Either():
            return f"({' or '.join(map(told, node.parts))})"
    return ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", ""),
        ("  ", ""),
        ("model:gpt-5", "model:gpt-5"),
        ("Model:gpt-5", "model:gpt-5"),
        ("model=gpt-5", "model:gpt-5"),
        ("model:gpt-5* -provider:openai", "(model:gpt-5* & -provider:openai)"),
        ("not provider:openai", "-provider:openai"),
        ("not not provider:a", "--provider:a"),
        ("provider:a and provider:b", "(provider:a & provider:b)"),
        ("provider:a OR provider:b", "(provider:a or provider:b)"),
        ("a b or c", "((q:a & q:b) or q:c)"),
        ("a (b or c)", "(q:a & (q:b or q:c))"),
        ("-(a or b) c", "(-(q:a or q:b) & q:c)"),
        ("status:4xx|5xx", "status:4xx|5xx"),
        ("status>=500", "status>=500"),
        ("cost > 0.01", "cost>0.01"),
        ("cost>$1", "cost>1"),
        ("duration>2s", "duration>2000.0"),
        ("duration<=1.5m", "duration<=90000.0"),
        ("ttft>250ms", "ttft>250.0"),
        ("tokens>100k", "tokens>100000"),
        ("tokens<1.5M", "tokens<1500000"),
        ("stream:yes error:no", "(stream:True & error:False)"),
        ("has:error|images|tools|cache-miss", "has:error|images|tools|cache-miss"),
        ('endpoint:"chat (old) \\"x\\""', 'endpoint:chat (old) "x"'),
        ('model:"or"', "model:or"),
        ('"or"', "q:or"),
        ("claude-opus-4-5", "q:claude-opus-4-5"),
        ("model:openai/gpt-4:free", "model:openai/gpt-4:free"),
    ],
)
def test_a_text_means(text: str, meant: str) -> None:
    assert told(parse(text)) == meant


def test_values_have_their_types() -> None:
    tree = parse("after:1h before:2026-11-01 cost:0.01")
    assert isinstance(tree, Both)
    terms = [part for part in tree.parts if isinstance(part, Term)]
    ago, day, cost = (term.values[0].value for term in terms)
    assert isinstance(ago, Ago)
    assert ago.length == timedelta(hours=1)
    assert day == datetime(2026, 11, 1, tzinfo=UTC)
    assert cost == Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("modell:x", 0, "there is no field modell; did you mean model?"),
        ("a zzz:x", 2, "there is no field zzz; known are provider, model"),
        ("a model:", 2, "model needs a value."),
        ("status:green", 7, "status must be a status such as 404 or 4xx"),
        ("a -status:4xx|x", 10, "status must be a status"),
        ("model:a||b", 6, "model needs a value."),
        ('model:""', 0, "model needs a value."),
        ("cost>much", 5, "cost must be an amount in USD"),
        ("tokens>١k", 7, "tokens must be a count"),
        ("after:١h", 6, "after must be a time"),
        ("duration>2", 9, "duration must be a time such as 250ms"),
        ("tokens>-1", 7, "tokens must be a count"),
        ("status>4xx", 7, "status can be compared with a number alone."),
        ("model>a", 0, "model can't be compared with >; write model:gpt-5."),
        ("has:legs", 4, "has must be one of error, images"),
        ("after:yesterday", 6, "after must be a time"),
        ('text:"open', 5, "this quote is never closed."),
        ("(a or b", 0, "this bracket is never closed."),
        ("a b)", 3, "this bracket closes nothing."),
        ("()", 1, "something must stand before this bracket."),
        ("a or", 4, "something must follow here."),
        ("or a", 0, "“or” joins nothing here."),
        ("a and or b", 6, "“or” joins nothing here."),
        ("a -", 3, "something must follow here."),
        ("model:a\0", 6, "model must be at most 255 plain characters."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, at: int, words: str) -> None:
    with pytest.raises(BadWhere) as refused:
        parse(text)
    assert refused.value.at == at
    assert words in refused.value.message
    assert str(refused.value).startswith(f"where, character {at + 1}: ")


def test_words_of_bodies_are_refused_where_nothing_can_be_found_by_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FULL_TEXT, "why_not", lambda words: "Not indexed.")
    with pytest.raises(BadWhere) as refused:
        parse('a text:"timeout"')
    assert str(refused.value) == "where, character 8: Not indexed."
    monkeypatch.setattr(FULL_TEXT, "why_not", lambda words: "")
    assert told(parse('text:"time out"')) == "text:time out"
    monkeypatch.setattr(FULL_TEXT, "search", None)
    with pytest.raises(BadWhere, match="without a database"):
        parse("text:timeout")


def test_every_fields_example_is_in_the_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FULL_TEXT, "why_not", lambda words: "")
    for field in FIELDS:
        term = parse(field.shown)
        assert isinstance(term, Term)
        assert term.filter is field
        for value in field.values:
            assert parse(f"{field.name}:{value}")


@pytest.mark.parametrize(
    "text",
    [
        *("(" * 30 + "a" + ")" * 30, "not " * 40 + "a", "-" * 500 + "a", "a " * 51),
        "model:" + "|".join(["a"] * 51),
        *("a" * (MAX_LENGTH + 1), "(" * MAX_LENGTH, '"' * 999, "model:" + "m" * 300),
    ],
    ids=range(9),
)
def test_what_would_cost_too_much_is_refused(text: str) -> None:
    with pytest.raises(BadWhere):
        parse(text)
    assert parse(" or ".join(["a"] * MAX_TERMS))


def test_no_text_breaks_the_reading() -> None:
    chance = random.Random(7)
    bits = ["(", ")", "-", "not ", " or ", '"', "\\", ":", ">", "<=", "|", "*", " "]
    bits += ["model:", "cost>", "has:", "a", "5xx", "1h", "\0", "é", "\ud83d", "\n"]
    for _ in range(3000):
        text = "".join(chance.choices(bits, k=chance.randint(1, 25)))
        place, length = place_of(text)
        assert 0 <= place <= len(text)
        assert length >= 0


def place_of(text: str) -> tuple[int, int]:
    """Of what is wrong, or else of all."""
    try:
        tree = parse(text)
    except BadWhere as error:
        return error.at, error.length
    return (tree.start, tree.end - tree.start) if tree else (0, 0)
