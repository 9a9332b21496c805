"""What agents do: one gets the conversation, the other is told."""

import json
from threading import Barrier, Thread

import pytest

from handoff_app.domain import desk, escalations
from handoff_app.domain.models import Conversation, Delivery, Escalation, Message, Prompt, Reason, Status
from tests.conftest import World


def test_a_second_agent_hears_who_has_taken_it(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    with pytest.raises(desk.AlreadyTaken) as told:
        world.do(desk.take_over, chat, world.linus)
    assert told.value.by == "Grace"


def test_of_two_agents_at_the_same_moment_exactly_one_gets_it(world: World) -> None:
    for _ in range(20):
        chat = world.chat("Hello")
        got: list[str] = []
        start = Barrier(2)

        def take(agent: object, chat: str = chat, start: Barrier = start, got: list[str] = got) -> None:
            start.wait()
            try:
                world.do(desk.take_over, chat, agent)
                got.append("taken")
            except desk.AlreadyTaken:
                got.append("told")

        threads = [Thread(target=take, args=(agent,)) for agent in (world.grace, world.linus)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == ["taken", "told"]
        world.do(lambda s, chat=chat: s.get_one(Conversation, chat).__setattr__("hidden_from_visitor", True))


def test_sending_a_message_takes_over_by_itself(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.agent_says, chat, world.grace, "Hi Vera", "a1")
    row = world.row(chat)
    assert (row.status, row.owner_id) == (Status.WITH_AGENT, world.grace.id)
    assert [m.text for m in world.all(Message)] == ["Hello", "Grace joined the chat", "Hi Vera"]


def test_a_reply_to_somebody_elses_conversation_is_refused_and_not_kept(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    with pytest.raises(desk.AlreadyTaken):
        world.do(desk.agent_says, chat, world.linus, "Me too", "a2")
    assert "Me too" not in [m.text for m in world.all(Message)]


def test_a_colleagues_conversation_is_reassigned_on_purpose_and_only_from_who_was_seen_to_have_it(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    world.do(desk.reassign, chat, world.linus, world.grace.id)
    assert world.row(chat).owner_id == world.linus.id
    with pytest.raises(desk.AlreadyTaken) as told:
        world.do(desk.reassign, chat, world.ada, world.grace.id)
    assert told.value.by == "Linus"
    with pytest.raises(desk.AlreadyTaken):
        world.do(desk.agent_says, chat, world.grace, "Still me", "a1")
    joined = [m.text for m in world.all(Message) if m.author == "system"]
    assert joined == ["Grace joined the chat", "Linus joined the chat"]


def test_an_agent_who_is_quicker_than_the_address_keeps_why_the_visitor_asked(world: World) -> None:
    chat = world.chat("A human, please")
    world.do(lambda s: escalations.ask(s, s.get_one(Conversation, chat), Reason.ASKED_FOR_HUMAN) and None)
    world.do(desk.take_over, chat, world.grace)
    (escalation,) = world.all(Escalation)
    assert (escalation.reason, escalation.claimed_by) == (Reason.ASKED_FOR_HUMAN, "Grace")
    assert (world.all(Delivery), world.row(chat).prompt) == ([], Prompt.NONE)


def test_what_was_handed_back_meanwhile_is_simply_taken(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    world.do(desk.hand_back, chat, world.grace)
    world.do(desk.reassign, chat, world.linus, world.grace.id)
    assert (world.row(chat).owner_id, world.row(chat).status) == (world.linus.id, Status.WITH_AGENT)


def test_handing_back_lets_the_ai_answer_again(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    world.do(desk.hand_back, chat, world.grace)
    row = world.row(chat)
    assert (row.status, row.owner_id) == (Status.WITH_AI, None)
    assert world.all(Escalation)[0].closed_at is not None


def test_taking_over_and_resolving_tells_the_webhook_alone(world: World) -> None:
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, s.get_one(Conversation, chat), Reason.ASKED_FOR_HUMAN))
    world.do(desk.take_over, chat, world.grace)
    world.do(desk.resolve, chat, world.grace)
    later = [(d.event, d.channel) for d in world.all(Delivery) if d.event != "escalation.created"]
    assert sorted(later) == [("conversation.resolved", "webhook"), ("escalation.claimed", "webhook")]


def test_an_agent_who_steps_in_unasked_is_a_reason_of_its_own(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    assert [(e.reason, e.claimed_by) for e in world.all(Escalation)] == [(Reason.AGENT_TOOK_OVER, "Grace")]
    assert world.all(Delivery) == []


def test_the_webhook_hears_that_it_is_resolved_as_it_stands_then(world: World) -> None:
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, s.get_one(Conversation, chat), Reason.ASKED_FOR_HUMAN))
    world.do(desk.take_over, chat, world.grace)
    world.do(desk.hand_back, chat, world.grace)
    world.do(desk.resolve, chat, world.grace)
    row = next(row for row in world.all(Delivery) if row.event == "conversation.resolved")
    assert json.loads(row.body)["conversation"]["status"] == "resolved"
