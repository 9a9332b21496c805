"""Deliveries: the schedule, the lease and the fence."""

from datetime import timedelta

import pytest

from handoff_app.domain import conversations, due, escalations, outbox
from handoff_app.domain.models import Delivery, Reason, Sent, now
from tests.conftest import World


def delivered(world: World) -> list[Delivery]:
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    return world.do(due.deliveries, "w1")


@pytest.mark.parametrize(("attempts", "seconds"), list(enumerate(outbox.SCHEDULE, 1)))
def test_pauses_grow_by_the_schedule_within_a_fifth(attempts: int, seconds: int) -> None:
    moment = now()
    for seed, share in ((0.0, 0.8), (0.5, 1.0), (1.0, 1.2)):
        assert outbox.retry_at(moment, attempts, seed) == moment + timedelta(seconds=seconds * share)


def test_after_the_schedule_a_delivery_has_failed() -> None:
    assert outbox.retry_at(now(), len(outbox.SCHEDULE) + 1) is None


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(world: World) -> None:
    rows = delivered(world)
    assert len(rows) == 4
    assert world.do(due.deliveries, "w2") == []
    world.do(lambda s: setattr(s.get_one(Delivery, rows[0].id), "due_at", now() - timedelta(seconds=1)))
    assert [row.id for row in world.do(due.deliveries, "w2")] == [rows[0].id]


def test_a_worker_that_lost_its_lease_settles_nothing(world: World) -> None:
    row = delivered(world)[0]
    world.do(lambda s: setattr(s.get_one(Delivery, row.id), "owner", "w2"))
    assert not world.do(outbox.sent, row, "w1", outbox.Tried("answered 200", 0.1))
    assert world.do(lambda s: s.get_one(Delivery, row.id).status) == Sent.PENDING


def test_a_permanent_error_stops_and_a_replay_keeps_id_and_body(world: World) -> None:
    row = delivered(world)[0]
    world.do(outbox.missed, row, "w1", outbox.Tried("answered 410", permanent=True))
    failed = world.do(lambda s: s.get_one(Delivery, row.id))
    assert (failed.status, failed.due_at) == (Sent.FAILED, None)
    world.do(outbox.replay, row.id)
    again = next(r for r in world.do(due.deliveries, "w1") if r.id == row.id)
    assert (again.id, again.body) == (row.id, row.body)


def test_the_other_sides_wish_for_patience_is_kept(world: World) -> None:
    row = delivered(world)[0]
    world.do(outbox.missed, row, "w1", outbox.Tried("answered 429", wait=600.0))
    due_at = world.do(lambda s: s.get_one(Delivery, row.id).due_at)
    assert timedelta(seconds=590) < due_at - now() < timedelta(seconds=610)
