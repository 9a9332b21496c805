"""Deliveries: the schedule, the lease and the fence."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from handoff_app.domain import conversations, due, endpoints, escalations, outbox, settings, tries, trouble
from handoff_app.domain.models import Conversation, Delivery, Endpoint, Escalation, Reason, Sent, now
from tests.conftest import World


def delivered(world: World) -> list[Delivery]:
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    return world.do(due.deliveries, "w1").rows


@pytest.mark.parametrize(("attempts", "seconds"), list(enumerate(tries.SCHEDULE, 1)))
def test_pauses_grow_by_the_schedule_within_a_fifth(attempts: int, seconds: int) -> None:
    moment = now()
    for seed, share in ((0.0, 0.8), (0.5, 1.0), (1.0, 1.2)):
        assert tries.retry_at(moment, attempts, seed) == moment + timedelta(seconds=seconds * share)


def test_after_the_schedule_a_delivery_has_failed() -> None:
    assert tries.retry_at(now(), len(tries.SCHEDULE) + 1) is None


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(world: World) -> None:
    rows = delivered(world)
    assert len(rows) == 4
    assert world.do(due.deliveries, "w2").rows == []
    world.do(lambda s: setattr(s.get_one(Delivery, rows[0].id), "due_at", now() - timedelta(seconds=1)))
    assert [row.id for row in world.do(due.deliveries, "w2").rows] == [rows[0].id]


def test_a_worker_that_lost_its_lease_settles_nothing(world: World) -> None:
    row = delivered(world)[0]
    world.do(lambda s: setattr(s.get_one(Delivery, row.id), "owner", "w2"))
    assert not world.do(tries.sent, row, "w1", tries.Tried("answered 200", 0.1))
    assert world.do(lambda s: s.get_one(Delivery, row.id).status) == Sent.PENDING


def test_a_permanent_error_stops_and_a_replay_keeps_id_and_body(world: World) -> None:
    row = delivered(world)[0]
    world.do(tries.missed, row, "w1", tries.Tried("answered 410", permanent=True))
    failed = world.do(lambda s: s.get_one(Delivery, row.id))
    assert (failed.status, failed.due_at) == (Sent.FAILED, None)
    world.do(outbox.replay, row.id)
    again = next(r for r in world.do(due.deliveries, "w1").rows if r.id == row.id)
    assert (again.id, again.body) == (row.id, row.body)


def test_the_team_hears_of_failures_until_an_admin_dismisses_them(world: World) -> None:
    assert world.do(trouble.of) == trouble.Trouble()
    first, second, *_ = delivered(world)
    world.do(tries.missed, first, "w1", tries.Tried("answered 410", permanent=True))
    world.do(tries.missed, second, "w1", tries.Tried("answered 404", permanent=True))
    found = world.do(trouble.of)
    assert (found.failed, found.last) == (2, f"{second.channel.title()}: answered 404")
    world.do(trouble.dismiss)
    assert world.do(trouble.of) == trouble.Trouble()
    assert world.do(outbox.replay_failed) == 2


def test_a_failed_test_warns_nobody(world: World) -> None:
    world.do(outbox.write_test, "email", settings.Escalations(emails="grace@acme.example"))
    (row,) = world.do(due.deliveries, "w1").rows
    world.do(tries.missed, row, "w1", tries.Tried("answered 550", permanent=True))
    assert world.do(trouble.of) == trouble.Trouble()


def test_the_other_sides_wish_for_patience_is_kept(world: World) -> None:
    row = delivered(world)[0]
    world.do(tries.missed, row, "w1", tries.Tried("answered 429", wait=600.0))
    row = world.do(lambda s: s.get_one(Delivery, row.id))
    assert row.due_at == row.set_at + timedelta(seconds=600)


def test_when_slack_asks_for_patience_all_of_slack_waits_and_nobody_else(world: World) -> None:
    slack = next(row for row in delivered(world) if row.channel == "slack")
    chat = world.chat("Hello again")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    world.do(tries.missed, slack, "w1", tries.Tried("ratelimited", wait=600.0))
    later = now() + timedelta(seconds=500)
    assert all((row.due_at > later) == (row.channel == "slack") for row in world.all(Delivery))


def test_a_replay_goes_to_where_the_endpoint_is_now(world: World) -> None:
    row = next(row for row in delivered(world) if row.channel == "webhook")
    world.do(tries.missed, row, "w1", tries.Tried("answered 410", permanent=True))
    world.do(lambda s: endpoints.save(s, "main", "https://new.acme.example/hook", settings.EVENTS) and None)
    world.do(outbox.replay, row.id)
    assert world.do(lambda s: s.get_one(Delivery, row.id).target) == "https://new.acme.example/hook"


def test_notices_that_do_not_arrive_are_named_before_they_have_failed_for_good(world: World) -> None:
    row = delivered(world)[0]
    world.do(tries.missed, row, "w1", tries.Tried("nobody listens there"))
    assert world.do(trouble.of) == trouble.Trouble()
    world.do(lambda s: setattr(s.get_one(Delivery, row.id), "owner", "w1"))
    world.do(tries.missed, row, "w1", tries.Tried("nobody listens there"))
    found = world.do(trouble.of)
    assert (found.failed, found.retrying, found.last) == (0, 1, f"{row.channel.title()}: nobody listens there")


def test_two_endpoints_of_one_address_are_refused_on_both_pages_and_would_be_told_once(world: World) -> None:
    url = "https://crm.acme.example/hook"
    with pytest.raises(settings.BadValue, match="on the list already"):
        world.do(endpoints.save, "b" * 32, url, settings.EVENTS)
    world.do(endpoints.save, "b" * 32, url + "2", settings.EVENTS)
    wanted = settings.Escalations(webhook_on=True, webhook_url=url + "2")
    with pytest.raises(settings.BadValue, match="among the endpoints") as refused:
        world.do(settings.save_escalations, wanted)
    assert refused.value.field == "webhook_url"
    world.do(lambda s: setattr(s.get_one(Endpoint, "b" * 32), "url", url))
    assert [row.channel for row in delivered(world)].count("webhook") == 1


def test_a_replay_that_would_tell_an_address_twice_leaves_the_others_alone(world: World) -> None:
    world.do(endpoints.save, "b" * 32, "https://b.acme.example/hook", settings.EVENTS)
    rows = delivered(world)
    for row in rows:
        world.do(tries.missed, row, "w1", tries.Tried("answered 404", permanent=True))
    world.do(endpoints.remove, "b" * 32)
    wanted = settings.Escalations(webhook_on=True, webhook_url="https://b.acme.example/hook")
    world.do(settings.save_escalations, wanted)
    assert world.do(outbox.replay_failed) == len(rows) - 2
    left = {row.endpoint_id for row in world.all(Delivery) if row.status == Sent.FAILED}
    assert left == {"main", "b" * 32}


def test_what_a_stopping_worker_holds_is_due_again_at_once_in_its_place(world: World) -> None:
    rows = delivered(world)
    assert world.do(due.deliveries, "w2").rows == []
    world.do(due.release, "w1")
    assert all(row.due_at == row.created_at for row in world.all(Delivery))
    assert {row.id for row in world.do(due.deliveries, "w2").rows} == {row.id for row in rows}


def test_what_a_visitor_adds_waits_for_the_notice_that_it_belongs_to(world: World) -> None:
    rows = delivered(world)
    chat = rows[0].conversation_id
    for number in range(2):
        world.says(chat, f"More {number}", f"m{number}")
        world.do(escalations.follow_up, chat)
    assert world.do(due.deliveries, "w1").rows == []
    notice = next(row for row in rows if row.channel == "slack")
    world.do(tries.sent, notice, "w1", tries.Tried("posted", thread="1.5"))
    first, second = (row for row in world.all(Delivery) if row.event == "conversation.message")
    assert [row.id for row in world.do(due.deliveries, "w1").rows] == [first.id]
    world.do(tries.sent, first, "w1", tries.Tried("posted"))
    assert [row.id for row in world.do(due.deliveries, "w1").rows] == [second.id]


def test_when_slack_asks_for_patience_what_comes_later_waits_too(world: World) -> None:
    row = next(row for row in delivered(world) if row.channel == "slack")
    world.do(tries.missed, row, "w1", tries.Tried("Slack asks for patience", wait=600.0))
    world.vera = "w" * 64
    later = next(row for row in delivered_rows(world) if row.channel == "slack")
    assert later.due_at > now() + timedelta(seconds=590)
    world.do(lambda s: setattr(s.get_one(Delivery, row.id), "owner", "w1"))
    world.do(tries.sent, row, "w1", tries.Tried("posted"))
    world.vera = "x" * 64
    assert next(row for row in delivered_rows(world) if row.channel == "slack").due_at <= now()


def delivered_rows(world: World) -> list[Delivery]:
    """The notices of a new escalation, not claimed."""
    known = {row.id for row in world.all(Delivery)}
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    return [row for row in world.all(Delivery) if row.id not in known]


@pytest.mark.parametrize("hours", [1, 24 * 365])
def test_a_clock_that_went_back_keeps_no_timer_waiting(world: World, hours: int) -> None:
    chat = delivered(world)[0].conversation_id
    ahead = now() + timedelta(hours=hours)

    def bend(session: Session) -> None:
        conversation, escalation = session.get_one(Conversation, chat), session.exec(select(Escalation)).one()
        conversation.prompt_due_at = conversation.answer_due_at = conversation.unseen_since = ahead
        escalation.reroute_due_at = escalation.late_due_at = ahead

    world.do(bend)
    world.do(due.mend_clock)
    row, escalation = world.row(chat), world.all(Escalation)[0]
    timers = (row.prompt_due_at, row.answer_due_at, row.unseen_since, escalation.reroute_due_at)
    assert all(timer <= now() for timer in (*timers, escalation.late_due_at))


def test_timers_that_are_right_stay(world: World) -> None:
    delivered(world)
    before = [(e.reroute_due_at, e.late_due_at) for e in world.all(Escalation)]
    world.do(due.mend_clock)
    assert [(e.reroute_due_at, e.late_due_at) for e in world.all(Escalation)] == before
