"""Makes bodies stand alone before the one that they were compressed against goes.

Called by `runs/keeping/retention.py` inside its transaction. What stands on a body in
turn is not touched, only told its new place in the chain.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator

from runs import bodies
from runs.bodies import compression
from runs.bodies.writer import MAX_ROW, encode
from runs.models import Body, BodyPart
from runs.models.body import Encoding

log = logging.getLogger(__name__)
PIECE = 1024 * 1024


def stand_alone(leaving: Collection[int]) -> set[int]:
    """Frees bodies that stay from those that leave; gives the ones that must stay.

    A body that is damaged can't be stored anew: then what it stands on is kept, so that
    nothing gets worse.
    """
    needed = set[int]()
    resting = Body.objects.filter(base__in=leaving).exclude(pk__in=leaving)
    for body in resting.order_by("pk"):
        try:
            raw = bodies.read(body)
        except Exception as error:  # whatever damage does to a decoder
            log.warning("Body %s can't be read, its base stays: %s", body.pk, error)
            needed.add(body.base_id or 0)
        else:
            _store_whole(body, raw)
            _place_anew(body)
    return needed


def _store_whole(body: Body, raw: bytes) -> None:
    encoding, data = encode(raw, None)
    if len(data) > MAX_ROW:
        encoding, data = Encoding.PARTS, b""
        BodyPart.objects.bulk_create(
            (
                BodyPart(body=body, index=index, data=compression.compress(piece))
                for index, piece in enumerate(_pieces(raw))
            ),
            batch_size=1,
        )
    body.base, body.depth, body.links = None, 0, 0
    body.encoding, body.data = encoding, data
    body.save(update_fields=["base", "depth", "links", "encoding", "data"])


def _pieces(raw: bytes) -> Iterator[bytes]:
    for at in range(0, len(raw), PIECE):
        yield raw[at : at + PIECE]


def _place_anew(root: Body) -> None:
    """Depth and links (runs/bodies/bases.py) of everything that stands on `root`."""
    level = [root]
    while level:
        above = {body.pk: body for body in level}
        rows = Body.objects.filter(base__in=above).defer("data")
        level = list(rows)
        for body in level:
            base = above[body.base_id or 0]
            body.depth = base.depth + 1
            body.links = base.links + 1 if body.links else 0
        Body.objects.bulk_update(level, ["depth", "links"])
