"""What a format fails on is a note, short and clean, and costs nothing else."""

from __future__ import annotations

from proxy.wire.draft import Draft
from proxy.wire.take import taken


def test_a_reader_that_fails_leaves_a_note_and_what_it_had_read() -> None:
    draft = Draft()
    draft.model = "gpt-5-mini"

    def fail() -> None:
        draft.add((0, 0), "text", "Half")
        raise KeyError("\x00\ud800" + "x" * 5000)

    taken("The answer", fail, draft)
    taken("A stream event", lambda: None, draft)
    facts = draft.facts()
    [note] = facts.notes
    assert note.startswith("The answer could not be read: KeyError: ")
    assert len(note) < 300
    assert "\0" not in note
    note.encode()  # half a pair would be stored nowhere
    assert facts.message is not None
    assert facts.message.parts[0].text == "Half"
