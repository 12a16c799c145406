"""A body is kept whole: on disk, in memory where the disk is full, or not at all."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proxy.scratch import ALL_IN_MEMORY, LARGEST_IN_MEMORY, MIB, NoRoom, ScratchSpace

PIECES = [random.Random(n).randbytes(10_000) for n in range(30)]
WHOLE = b"".join(PIECES)


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """The system takes part of the write that reaches `size`, and none after it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 9_999, 10_000, 123_456, len(WHOLE)])
@pytest.mark.parametrize("step", [7, 65_536, len(WHOLE)])
def test_what_the_file_does_not_take_is_in_memory(
    tmp_path: Path, room: int, step: int
) -> None:
    space = ScratchSpace(tmp_path)
    body = space.open()
    with files_at_most(room):
        for piece in PIECES:
            body.append(piece)
    assert (body.size, space.held) == (len(WHOLE), len(WHOLE) - room)
    read = bytearray()
    while len(read) < body.size:
        piece = body.read(step, len(read))
        assert len(piece) <= step
        read += piece
    assert read == WHOLE
    body.close()
    assert space.held == 0


def test_it_says_why_bodies_wait_in_memory_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    space = ScratchSpace(tmp_path / "nowhere")
    for _ in range(3):
        body = space.open()
        body.append(WHOLE)
        assert body.read(len(WHOLE), 0) == WHOLE
    [line] = caplog.messages
    assert "No such file" in line
    assert space.held == 3 * len(WHOLE)


def test_one_body_takes_so_much_memory_and_no_more(tmp_path: Path) -> None:
    space = ScratchSpace(tmp_path / "nowhere")
    body = space.open()
    body.append(bytes(LARGEST_IN_MEMORY))
    with pytest.raises(NoRoom, match="64 MiB a body"):
        body.append(b"x")
    body.close()
    body.close()  # a second time gives nothing back
    assert space.held == 0


def test_all_bodies_share_what_memory_there_is(tmp_path: Path) -> None:
    space = ScratchSpace(tmp_path / "nowhere")
    bodies = [space.open() for _ in range(ALL_IN_MEMORY // (32 * MIB))]
    for body in bodies:
        body.append(bytes(32 * MIB))
    late = space.open()
    with pytest.raises(NoRoom):
        late.append(b"x")
    bodies[0].close()
    late.append(b"x")
    assert late.read(9, 0) == b"x"


def test_a_body_never_ends_early(tmp_path: Path) -> None:
    """Raised, not answered with nothing: an upstream would take it for the end."""
    body = ScratchSpace(tmp_path).open()
    body.append(WHOLE)
    with pytest.raises(OSError, match="no byte"):
        body.read(1, len(WHOLE))
    body.close()
    with pytest.raises(ValueError, match="given up"):
        body.read(1, 0)
