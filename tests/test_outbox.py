"""Deliveries: the schedule, the lease and the fence."""

from datetime import timedelta

import pytest

from handoff_app.domain import conversations, due, endpoints, escalations, outbox, settings
from handoff_app.domain.models import Delivery, Reason, Sent, now
from tests.conftest import World


def delivered(world: World) -> list[Delivery]:
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    return world.do(due.deliveries, "w1").rows


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
    assert world.do(due.deliveries, "w2").rows == []
    world.do(lambda s: setattr(s.get_one(Delivery, rows[0].id), "due_at", now() - timedelta(seconds=1)))
    assert [row.id for row in world.do(due.deliveries, "w2").rows] == [rows[0].id]


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
    again = next(r for r in world.do(due.deliveries, "w1").rows if r.id == row.id)
    assert (again.id, again.body) == (row.id, row.body)


def test_the_team_hears_of_failures_until_an_admin_dismisses_them(world: World) -> None:
    assert world.do(outbox.trouble) == outbox.Trouble()
    first, second, *_ = delivered(world)
    world.do(outbox.missed, first, "w1", outbox.Tried("answered 410", permanent=True))
    world.do(outbox.missed, second, "w1", outbox.Tried("answered 404", permanent=True))
    found = world.do(outbox.trouble)
    assert (found.failed, found.last) == (2, f"{second.channel.title()}: answered 404")
    world.do(outbox.dismiss)
    assert world.do(outbox.trouble) == outbox.Trouble()
    assert world.do(outbox.replay_failed) == 2


def test_a_failed_test_warns_nobody(world: World) -> None:
    world.do(outbox.write_test, "email", settings.Escalations(emails="grace@acme.example"))
    (row,) = world.do(due.deliveries, "w1").rows
    world.do(outbox.missed, row, "w1", outbox.Tried("answered 550", permanent=True))
    assert world.do(outbox.trouble) == outbox.Trouble()


def test_the_other_sides_wish_for_patience_is_kept(world: World) -> None:
    row = delivered(world)[0]
    world.do(outbox.missed, row, "w1", outbox.Tried("answered 429", wait=600.0))
    due_at = world.do(lambda s: s.get_one(Delivery, row.id).due_at)
    assert timedelta(seconds=590) < due_at - now() < timedelta(seconds=610)


def test_when_slack_asks_for_patience_all_of_slack_waits_and_nobody_else(world: World) -> None:
    slack = next(row for row in delivered(world) if row.channel == "slack")
    chat = world.chat("Hello again")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    world.do(outbox.missed, slack, "w1", outbox.Tried("ratelimited", wait=600.0))
    later = now() + timedelta(seconds=500)
    assert all((row.due_at > later) == (row.channel == "slack") for row in world.all(Delivery))


def test_a_replay_goes_to_where_the_endpoint_is_now(world: World) -> None:
    row = next(row for row in delivered(world) if row.channel == "webhook")
    world.do(outbox.missed, row, "w1", outbox.Tried("answered 410", permanent=True))
    world.do(lambda s: endpoints.save(s, "main", "https://new.acme.example/hook", settings.EVENTS) and None)
    world.do(outbox.replay, row.id)
    assert world.do(lambda s: s.get_one(Delivery, row.id).target) == "https://new.acme.example/hook"
