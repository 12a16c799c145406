"""`runs/keeping/retention.py` and what it calls: the old goes, all else stays as it is.

Bodies stand on earlier ones; whatever is removed, every other body reads the same.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from runs import bodies, store
from runs.bodies import rebasing
from runs.bodies.bases import MAX_DEPTH
from runs.keeping import retention, sweeping
from runs.keeping.retention import Rule
from runs.models import (
    Body,
    BodyPart,
    CapturedRequest,
    Conversation,
    ConversationLink,
    Facet,
    RequestDetail,
    Run,
    Turn,
)
from runs.models.body import Encoding
from runs.record import ExchangeRecord
from tests import make

# Foreign keys are checked when a transaction ends.
pytestmark = pytest.mark.django_db(transaction=True)

Everything = dict[tuple[str, str], bytes]


def everything() -> Everything:
    """Every body that is stored, read the long way."""
    rows = Body.objects.select_related("request")
    return {(str(body.request.uid), body.side): bodies.read(body) for body in rows}


def prune(before: datetime, **options: bool) -> int:
    removed = sum(retention.prune(Rule(before, **options), rest=0))
    for _ in sweeping.sweep(before, rest=0):
        pass
    return removed


def spread(records: list[ExchangeRecord]) -> list[ExchangeRecord]:
    """The same records, one a minute."""
    return [
        replace(each, started_at=make.START + timedelta(minutes=number))
        for number, each in enumerate(records)
    ]


def minute(number: float) -> datetime:
    return make.START + timedelta(minutes=number)


def assert_sound() -> None:
    """Depths and links are what runs/bodies/bases.py says they are."""
    rows = {body.pk: body for body in Body.objects.defer("data")}
    for body in rows.values():
        if body.base_id is None:
            assert (body.depth, body.links) == (0, 0)
            continue
        base = rows[body.base_id]
        assert body.depth == base.depth + 1 <= MAX_DEPTH
        assert body.links in (0, base.links + 1)


@pytest.mark.parametrize("cut", [1, 2, 11, 12, 25, 39, 40])
def test_what_stays_reads_the_same_wherever_a_chain_is_cut(cut: int) -> None:
    store.write(spread(make.agent_session(40)), {})
    before = everything()
    assert prune(minute(cut)) == cut
    kept = {str(uid) for uid in CapturedRequest.objects.values_list("uid", flat=True)}
    assert len(kept) == 40 - cut
    assert everything() == {key: raw for key, raw in before.items() if key[0] in kept}
    assert_sound()


@pytest.mark.parametrize("seed", range(4))
def test_what_stays_reads_the_same_when_anything_may_go(seed: int) -> None:
    choose = random.Random(seed)
    sessions = [make.agent_session(20, seed=n) for n in range(3)]
    records = [record for three in zip(*sessions, strict=True) for record in three]
    store.write(spread(records), {})
    run = Run.objects.create(name="kept", started_at=make.START)
    chosen = choose.sample(range(60), 20)
    ids = list(CapturedRequest.objects.order_by("pk").values_list("pk", flat=True))
    CapturedRequest.objects.filter(pk__in=[ids[n] for n in chosen]).update(run=run)
    before = everything()
    for cut in (15, 40, 61):
        prune(minute(cut), keep_runs=True)
        now = everything()
        assert now == {key: before[key] for key in now}
        assert_sound()
    assert CapturedRequest.objects.count() == 20
    assert len(everything()) == 40


def test_recording_goes_on_where_retention_has_been() -> None:
    """The recorder remembers bodies, turns and conversations that are gone."""
    records = spread(make.agent_session(30))
    store.write(records[:20], {})
    prune(minute(20))
    assert not CapturedRequest.objects.exists()
    store.write(records[20:25], {})
    prune(minute(22))
    store.write(records[25:], {})
    store.restart()
    store.write(spread(make.agent_session(35))[30:], {})
    found = everything()
    for record in records[22:]:
        for body in record.bodies:
            assert found[str(record.uid), body.side] == body.source.read()


@pytest.mark.parametrize("restart", [True, False])
def test_a_chain_that_was_cut_grows_on(restart: bool) -> None:
    records = spread(make.agent_session(60))
    for number in range(0, 60, 4):
        store.write(records[number : number + 4], {})
        prune(minute(number - 6.5))
        if restart:
            store.restart()
    found = everything()
    assert len(found) > 12
    given = {
        (str(each.uid), str(body.side)): body.source.read()
        for each in records
        for body in each.bodies
    }
    assert found == {key: given[key] for key in found}


def test_a_writer_that_remembers_a_longer_chain_loses_nothing() -> None:
    records = spread(make.agent_session(12))
    store.write(records[:8], {})
    prune(minute(7))  # what the writer remembers as the eighth link is the first now
    store.write(records[8:9], {})
    store.restart()
    store.write(records[9:], {})
    found = everything()
    assert len(found) == 10
    for record in records[7:]:
        for body in record.bodies:
            assert found[str(record.uid), body.side] == body.source.read()


def test_only_the_bodies_go_where_that_is_asked() -> None:
    store.write(spread(make.agent_session(20)), {})
    before = everything()
    assert prune(minute(12), bodies_only=True) == 12
    assert CapturedRequest.objects.count() == RequestDetail.objects.count() == 20
    now = everything()
    assert len(now) == 16
    assert now == {key: before[key] for key in now}
    assert prune(minute(12), bodies_only=True) == 0


def test_a_large_body_goes_with_its_parts() -> None:
    noise = random.Random(1).randbytes(1_200_000)
    store.write(spread([make.record(request=noise), make.record(request=noise)]), {})
    assert Body.objects.filter(encoding=Encoding.PARTS).count() == 2
    parts = BodyPart.objects.count()
    prune(minute(1))
    assert BodyPart.objects.count() == parts // 2


def test_a_large_body_that_stood_on_another_is_stored_in_parts() -> None:
    noise = random.Random(1).randbytes(1_000_000)
    talk = [noise, noise + random.Random(2).randbytes(500_000)]
    store.write(spread([make.record(request=raw, session="s") for raw in talk]), {})
    assert Body.objects.filter(encoding=Encoding.DELTA).exists()
    prune(minute(1))
    assert Body.objects.filter(encoding=Encoding.PARTS).count() == 1
    assert talk[1] in everything().values()


def test_what_is_pending_stays() -> None:
    store.write([make.pending(make.record()), make.record()], {})
    assert prune(minute(1)) == 1
    assert CapturedRequest.objects.pending().count() == 1


def test_rows_that_nothing_needs_any_more_go() -> None:
    old = make.agent_session(5, session="old", seed=1)
    new = make.agent_session(5, session="new", seed=2)
    records = spread([replace(each, model="gone") for each in old] + new)
    store.write(records, {})
    assert Conversation.objects.count() == 2
    prune(minute(5))
    assert Conversation.objects.get().key.endswith("new")
    assert set(Turn.objects.values_list("conversation", flat=True)) <= {
        Conversation.objects.get().pk
    }
    requests = set(CapturedRequest.objects.values_list("pk", flat=True))
    linked = set(ConversationLink.objects.values_list("request_id", flat=True))
    assert linked
    assert linked <= requests
    assert not Facet.objects.filter(value="gone").exists()
    assert Facet.objects.filter(value="gpt-5-mini").exists()


def test_a_filter_value_that_went_comes_back_with_its_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runs.store.facets.REMEMBERED_S", -1.0)
    rare = {"model": "rare", "agent": "review", "tool_calls": ("bash",)}
    make.stored(**rare)
    prune(timezone.now())
    assert not Facet.objects.filter(value__in=("rare", "review", "bash")).exists()
    make.stored(**rare)
    assert Facet.objects.filter(value__in=("rare", "review", "bash")).count() == 3


def test_runs_stay_without_their_requests() -> None:
    run = Run.objects.create(name="nightly", started_at=make.START)
    make.stored()
    CapturedRequest.objects.update(run=run)
    prune(timezone.now())
    assert not CapturedRequest.objects.exists()
    assert Run.objects.get().name == "nightly"


def test_damage_costs_nothing_more() -> None:
    """What a damaged body stands on is kept; all else goes, all else still reads."""
    store.write(spread(make.agent_session(6)), {})
    body = Body.objects.filter(side="request").order_by("pk")[3]
    Body.objects.filter(pk=body.pk).update(data=b"\0" * 40)
    damaged = {body.request_id, *range(body.request_id, body.request_id + 10)}
    before = {
        each.pk: bodies.read(each)
        for each in Body.objects.exclude(request__in=damaged, side="request")
    }
    prune(minute(3))
    left = Body.objects.filter(request__lt=body.request_id, side="request")
    assert left.exists()
    for each in Body.objects.exclude(request__in=damaged, side="request"):
        assert bodies.read(each) == before[each.pk]
    assert CapturedRequest.objects.count() == 4


def test_measuring_changes_nothing_and_is_what_goes() -> None:
    store.write(spread(make.agent_session(20)), {})
    before, rule = everything(), Rule(minute(8))
    found = retention.measure(rule)
    assert (found.requests, found.bodies) == (8, 16)
    assert found.stored_bytes > 1000
    assert everything() == before
    assert prune(minute(8)) == found.requests


def test_batches_adapt_to_how_long_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LONG_S", -1.0)
    store.write([make.record() for _ in range(100)], {})
    sizes = list(retention.prune(Rule(timezone.now()), rest=0))
    assert sizes[:4] == [50, 25, 12, 6]
    assert set(sizes[4:]) <= set(range(retention.FEWEST + 1))


def test_only_what_rests_on_it_is_stored_anew() -> None:
    store.write(spread(make.agent_session(20)), {})
    first = Body.objects.filter(side="request").order_by("pk").first()
    assert first is not None
    unchanged = set(Body.objects.filter(base=None).values_list("pk", flat=True))
    resting = Body.objects.filter(base=first).count()
    assert rebasing.stand_alone({first.pk}) == set()
    whole = set(Body.objects.filter(base=None).values_list("pk", flat=True))
    assert len(whole - unchanged) == resting > 0
