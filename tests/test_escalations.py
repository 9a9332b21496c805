"""A request for a human: once, whole, and never in vain."""

import json
from collections import Counter
from dataclasses import replace
from threading import Thread

import pytest
from sqlmodel import Session

from handoff_app.domain import conversations, due, escalations, settings
from handoff_app.domain.models import Conversation, Delivery, Escalation, Prompt, Reason, Status, Visitor, now
from tests.conftest import World


def ask(world: World, chat: str, reason: Reason = Reason.REQUESTED_BY_BUTTON) -> None:
    world.do(lambda s: escalations.ask(s, conversations.locked(s, chat), reason) and None)


def leave(world: World, chat: str, email: str = "vera@example.com") -> None:
    world.do(lambda s: escalations.leave_email(s, conversations.locked(s, chat), email) and None)


def test_the_very_first_action_may_be_asking_for_a_human(world: World) -> None:
    chat = world.chat()
    ask(world, chat)
    assert world.row(chat).prompt == Prompt.EMAIL
    leave(world, chat)
    assert world.row(chat).status == Status.WAITING
    assert len(world.all(Escalation)) == 1


def test_an_unsure_answer_leaves_a_request_that_waits_for_an_address(world: World) -> None:
    chat = world.chat("Hello")
    ask(world, chat)
    epoch = world.row(chat).owner_epoch
    assert world.do(conversations.ai_says, chat, epoch, "I do not know.", 0.1, offer=True)
    assert world.row(chat).prompt == Prompt.EMAIL


def test_one_escalation_writes_one_delivery_per_channel_and_recipient(world: World) -> None:
    chat = world.chat("I need help with my order")
    ask(world, chat, Reason.ASKED_FOR_HUMAN)
    leave(world, chat)
    rows = world.all(Delivery)
    assert sorted((d.channel, d.target) for d in rows) == [
        ("email", "grace@acme.example"),
        ("email", "linus@acme.example"),
        ("slack", "#support"),
        ("webhook", "https://crm.acme.example/hook"),
    ]
    body = json.loads(next(d.body for d in rows if d.channel == "webhook"))
    assert body["event"] == "escalation.created"
    assert body["escalation"]["reason"] == "asked_for_human"
    assert body["conversation"]["status"] == "waiting"
    assert body["visitor"]["email"] == "vera@example.com"
    assert body["messages"][0]["text"] == "I need help with my order"
    assert {json.loads(d.body)["delivery_id"] == d.id for d in rows} == {True}


def test_asking_twice_from_two_tabs_at_once_makes_one_escalation(world: World) -> None:
    chat = world.chat("Hello")
    ask(world, chat)
    threads = [Thread(target=leave, args=(world, chat)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ask(world, chat)
    leave(world, chat)
    assert len(world.all(Escalation)) == 1
    assert len(world.all(Delivery)) == 4


def test_a_known_address_is_not_asked_for_again(world: World) -> None:
    chat = world.chat("Hello")
    world.do(
        lambda s: setattr(s.get_one(Visitor, s.get_one(Conversation, chat).visitor_id), "email", "vera@example.com")
    )
    ask(world, chat)
    assert world.row(chat).status == Status.WAITING


@pytest.mark.parametrize(
    "typed", ["", "vera", "vera@", "@example.com", "a b@example.com", "vera@exa mple.com", "a@b\nc@d.com"]
)
def test_an_address_that_is_none_is_refused_and_nothing_is_told(world: World, typed: str) -> None:
    chat = world.chat("Hello")
    ask(world, chat)
    with pytest.raises(settings.BadValue):
        leave(world, chat, typed)
    assert world.all(Escalation) == []
    assert world.row(chat).prompt == Prompt.EMAIL


def test_nobody_waits_in_vain_when_no_address_is_left(world: World) -> None:
    chat = world.chat("Hello")
    ask(world, chat)
    world.do(lambda s: setattr(s.get_one(Conversation, chat), "prompt_due_at", now()))
    for row in world.do(due.prompts):
        world.do(escalations.unheard, row.id)
    assert world.row(chat).status == Status.WAITING
    assert json.loads(world.all(Delivery)[0].body)["visitor"]["email"] is None


def test_declining_leaves_everything_with_the_ai(world: World) -> None:
    chat = world.chat("Hello")
    ask(world, chat)
    world.do(lambda s: escalations.decline(s, conversations.locked(s, chat)))
    row = world.row(chat)
    assert (row.status, row.prompt, row.prompt_due_at) == (Status.WITH_AI, Prompt.NONE, None)


def test_switched_off_it_says_so_and_tells_nobody(world: World) -> None:
    off = replace(world.do(settings.escalations), enabled=False)
    world.do(settings.save_escalations, off)
    chat = world.chat("Hello")
    ask(world, chat)
    assert world.all(Escalation) == []
    assert "cannot be reached" in world.do(conversations.messages, chat)[-1].text


def test_round_robin_serves_each_address_in_turn_under_concurrency(world: World) -> None:
    turns = replace(world.do(settings.escalations), round_robin=True, slack_on=False, webhook_on=False)
    world.do(settings.save_escalations, turns)

    def escalate(number: int) -> None:
        def verb(session: Session) -> None:
            visitor = conversations.visitor(session, f"{number:064}")
            chat = conversations.start(session, visitor.id, "en")
            escalations.escalate(session, chat, Reason.REQUESTED_BY_BUTTON)

        world.do(verb)

    threads = [Thread(target=escalate, args=(number,)) for number in range(21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    served = Counter(d.target for d in world.all(Delivery))
    assert sum(served.values()) == 21
    assert max(served.values()) - min(served.values()) <= 1
    assert {e.assigned_to for e in world.all(Escalation)} == {"grace@acme.example", "linus@acme.example"}


def test_that_nobody_is_told_is_known(world: World) -> None:
    nothing = settings.Escalations(email_on=False, slack_on=False, webhook_on=False, webhook_url="")
    world.do(settings.save_escalations, nothing)
    assert world.do(escalations.nobody_is_told)
    world.do(settings.save_escalations, replace(nothing, email_on=True, emails="grace@acme.example"))
    assert not world.do(escalations.nobody_is_told)
    world.do(settings.save_escalations, replace(nothing, enabled=False))
    assert not world.do(escalations.nobody_is_told)
