"""When nobody takes it: the next in turn is told, then the visitor, and an agent who is away is passed over."""

from datetime import timedelta
from typing import Any

import pytest

from handoff_app.domain import agents, conversations, desk, due, escalations, settings, tries
from handoff_app.domain.models import Agent, Delivery, Escalation, Message, Prompt, Reason, Visitor, now
from tests.conftest import World

TWO = "grace@acme.example; linus@acme.example"


@pytest.fixture
def waiting(world: World) -> str:
    wanted = settings.Escalations(
        email_on=True, emails=TWO, round_robin=True, webhook_on=True, webhook_url="https://crm.acme.example/hook"
    )
    world.do(settings.save_escalations, wanted)
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    return chat


def pass_time(world: World, minutes: int) -> None:
    """What the worker does once so many minutes are over."""

    def older(session: Any) -> None:
        for row in session.exec(_all()):
            for name in ("reroute_due_at", "late_due_at"):
                if getattr(row, name):
                    setattr(row, name, getattr(row, name) - timedelta(minutes=minutes))
        session.flush()
        for row in due.reroutes(session):
            escalations.reroute(session, row)
        for row in due.late(session):
            escalations.late(session, row)

    world.do(older)


def _all() -> Any:
    from sqlmodel import select

    return select(Escalation)


def told(world: World) -> list[tuple[str, str]]:
    return [(row.event, row.target) for row in world.all(Delivery) if row.channel == "email"]


def test_after_five_minutes_the_next_in_turn_is_told_and_the_endpoints_hear_of_it(world: World, waiting: str) -> None:
    pass_time(world, 4)
    assert told(world) == [("escalation.created", "grace@acme.example")]
    pass_time(world, 2)
    assert told(world)[1:] == [("escalation.created", "linus@acme.example")]
    assert [row.event for row in world.all(Delivery) if row.channel == "webhook"][1:] == ["escalation.unanswered"]
    assert world.all(Escalation)[0].assigned_why == "next in turn after grace@acme.example"
    pass_time(world, 6)
    assert len(told(world)) == 2


def test_after_fifteen_minutes_the_visitor_is_told_once_in_their_language(world: World, waiting: str) -> None:
    world.do(lambda s: setattr(s.get_one(Visitor, world.row(waiting).visitor_id), "email", "vera@example.com"))
    world.do(lambda s: setattr(s.get_one(conversations.Conversation, waiting), "locale", "de"))
    pass_time(world, 16)
    pass_time(world, 60)
    lines = [row.text for row in world.all(Message) if row.key == "escalation.late.email"]
    assert len(lines) == 1
    assert "vera@example.com" in lines[0]
    assert lines[0].startswith("Entschuldigung")


def test_a_visitor_without_an_address_is_asked_for_it_and_it_is_kept(world: World, waiting: str) -> None:
    pass_time(world, 16)
    assert world.row(waiting).prompt == Prompt.EMAIL
    world.do(lambda s: escalations.leave_email(s, conversations.locked(s, waiting), "vera@example.com") and None)
    assert (world.row(waiting).prompt, world.row(waiting).status) == (Prompt.NONE, "waiting")
    assert len(world.all(Escalation)) == 1


def test_whoever_takes_it_ends_the_waiting(world: World, waiting: str) -> None:
    world.do(lambda s: desk.take_over(s, waiting, world.grace) and None)
    before = told(world)
    pass_time(world, 100)
    assert told(world) == before
    assert not [row for row in world.all(Message) if row.key.startswith("escalation.late")]


def test_an_agent_who_is_away_is_passed_over_and_it_is_said_why(world: World, waiting: str) -> None:
    world.do(lambda s: setattr(s.get_one(Agent, world.linus.id), "away", True))
    world.vera = "w" * 64
    chat = world.chat("Me too")
    row = world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN))
    assert row.assigned_to == "grace@acme.example"
    assert row.assigned_why == "next in turn after grace@acme.example (linus@acme.example is away)"


def test_if_nobody_can_be_reached_everybody_counts(world: World, waiting: str) -> None:
    for agent in (world.linus, world.grace):
        world.do(lambda s, who=agent.id: setattr(s.get_one(Agent, who), "away", True))
    assert world.do(agents.unreachable, ["grace@acme.example", "x@acme.example"]) == {"grace@acme.example": "is away"}
    world.vera = "w" * 64
    chat = world.chat("Me too")
    row = world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN))
    assert row.assigned_to in TWO


@pytest.mark.parametrize("field", ["reroute_minutes", "late_minutes"])
def test_minutes_are_a_number_from_0_to_a_day(world: World, field: str) -> None:
    with pytest.raises(settings.BadValue) as refused:
        world.do(settings.save_escalations, settings.Escalations(**{field: 1441}))
    assert refused.value.field == field


def test_zero_minutes_switch_the_timers_off(world: World) -> None:
    world.do(settings.save_escalations, settings.Escalations(reroute_minutes=0, late_minutes=0))
    chat = world.chat("Hello")
    row = world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN))
    assert (row.reroute_due_at, row.late_due_at) == (None, None)
    assert now() - row.created_at < timedelta(minutes=1)


def test_a_reroute_leaves_out_whoever_has_heard_of_it(world: World, waiting: str) -> None:
    world.vera = "w" * 64
    other = world.chat("Me too")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, other), Reason.ASKED_FOR_HUMAN) and None)
    pass_time(world, 6)
    heard = [(row.conversation_id == waiting, row.target) for row in world.all(Delivery) if row.channel == "email"]
    assert sorted(heard) == sorted((mine, address) for mine in (True, False) for address in TWO.split("; "))


def in_turn(world: World, number: int) -> str:
    world.vera = f"{number:064}"
    chat = world.chat("Hello")
    row = world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN))
    return str(row.assigned_to).partition("@")[0]


def change_list(world: World, *names: str) -> None:
    emails = "; ".join(f"{name}@acme.example" for name in names)
    world.do(settings.save_escalations, settings.Escalations(email_on=True, emails=emails, round_robin=True))


def test_the_turn_goes_on_from_the_last_one_whoever_is_away_or_leaves_the_list(world: World) -> None:
    change_list(world, "ada", "grace", "linus")
    assert [in_turn(world, number) for number in range(2)] == ["ada", "grace"]
    world.do(lambda s: setattr(s.get_one(Agent, world.ada.id), "away", True))
    assert [in_turn(world, number) for number in range(2, 5)] == ["linus", "grace", "linus"]
    world.do(lambda s: setattr(s.get_one(Agent, world.ada.id), "away", False))
    change_list(world, "ada", "grace")
    assert [in_turn(world, number) for number in range(5, 8)] == ["ada", "grace", "ada"]
    change_list(world, "grace", "linus")
    assert world.do(escalations.next_in_turn) == "grace@acme.example"
    assert in_turn(world, 9) == "grace"


@pytest.mark.parametrize("minutes", [0, 5])
def test_an_address_that_is_refused_hands_it_on_at_once(world: World, minutes: int) -> None:
    wanted = settings.Escalations(email_on=True, emails=TWO, round_robin=True, reroute_minutes=minutes)
    world.do(settings.save_escalations, wanted)
    assert in_turn(world, 1) == "grace"
    (row,) = world.do(due.deliveries, "w").rows
    world.do(tries.missed, row, "w", tries.Tried("550 no such user", permanent=True, bounced=True))
    pass_time(world, 0)
    assert told(world)[1:] == [("escalation.created", "linus@acme.example")]
    assert "escalation.unanswered" not in [row.event for row in world.all(Delivery)]
