"""Messages become turns; tool results go to their calls."""

from __future__ import annotations

from observe.rendering.turns import MAX_PIECE, Piece, tie
from proxy.wire.base import Message, Part


def test_a_result_is_put_under_the_call_it_answers() -> None:
    call = Part(kind="tool_call", name="ls", text="{}", call_id="c1")
    result = Part(kind="tool_result", text="a.py", call_id="c1")
    turns = tie(
        [
            Message(role="assistant", parts=(call,)),
            Message(role="tool", parts=(result,)),
            Message(role="user", parts=(Part(kind="text", text="thanks"),)),
        ]
    )
    assert [turn.role for turn in turns] == ["assistant", "user"]
    assert [piece.text for piece in turns[0].pieces[0].results] == ["a.py"]


def test_a_result_without_its_call_stays_where_it_is() -> None:
    result = Part(kind="tool_result", text="a.py", call_id="gone")
    assert tie([Message(role="tool", parts=(result,))])[0].pieces[0].text == "a.py"


def test_an_empty_message_is_still_a_turn() -> None:
    assert len(tie([Message(role="assistant", parts=())])) == 1


def image(source: str) -> Piece:
    return Piece(Part(kind="image", source=source))


def test_only_data_images_are_shown_inline() -> None:
    assert image("data:image/png;base64,aGk=").inline_source
    for source in (
        "https://h/x.png",
        "data:image/svg+xml;base64,aGk=",
        "data:text/html;base64,aGk=",
        'data:image/png;base64,aGk=" onerror="x',
    ):
        assert image(source).inline_source == ""


def test_remote_files_name_their_host_and_only_web_addresses_do() -> None:
    assert image("https://cdn.example:8443/x.png").host == "cdn.example"
    for source in ("javascript:alert(1)", "file:///etc/passwd", "https://[broken", ""):
        assert image(source).host == ""


def test_arguments_that_are_not_json_are_shown_as_they_are() -> None:
    assert Piece(Part(kind="tool_call", text='{"a": 1')).json is None
    assert Piece(Part(kind="tool_call", text='{"a": 1}')).json is not None


def test_enormous_texts_are_cut_and_counted() -> None:
    piece = Piece(Part(kind="text", text="x" * (MAX_PIECE + 7)))
    assert (len(piece.text), piece.left_out) == (MAX_PIECE, 7)


def test_a_tall_result_shows_its_first_lines() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 41))
    piece = Piece(Part(kind="tool_result", text=text))
    assert piece.is_tall
    assert piece.lines == 40
    assert piece.head.splitlines() == [f"line {number}" for number in range(1, 13)]


def test_a_result_that_nearly_fits_is_shown_whole() -> None:
    assert not Piece(Part(kind="tool_result", text="\n" * 13)).is_tall


def test_one_endless_line_is_cut_too() -> None:
    piece = Piece(Part(kind="tool_result", text="x" * 90_000))
    assert piece.is_tall
    assert len(piece.head) < 2_000
