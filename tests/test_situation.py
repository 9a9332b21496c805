"""What an agent steps into: what is open, whether it is long, and what the AI had been about to say."""

import pytest

from handoff_app import db
from handoff_app.domain import conversations, desk, situation
from handoff_app.domain.situation import Situation
from tests.conftest import World

SOURCES = [{"title": "Spare parts", "url": "", "article_id": "a"}]


def stands(world: World, chat: str) -> Situation:
    return db.read_now(situation.of, chat)


def test_it_is_live_and_asked_once_a_human_has_it(world: World) -> None:
    chat = world.chat("Do you repair tents?")
    assert not stands(world, chat).live
    world.do(lambda s: desk.take_over(s, chat, world.grace) and None)
    now = stands(world, chat)
    assert now.live
    assert now.asked is not None
    assert now.asked.text == "Do you repair tents?"
    world.do(lambda s: desk.agent_says(s, chat, world.grace, "Yes, we do.", "a1"))
    assert stands(world, chat).asked is None


def test_much_in_one_message_is_long(world: World) -> None:
    assert stands(world, world.chat("The pole of my tent broke. " * 20)).is_long


@pytest.mark.parametrize(("said", "is_long"), [(2, False), (3, True)])
def test_three_messages_of_the_visitor_are_long(world: World, said: int, is_long: bool) -> None:
    assert stands(world, world.chat(*(f"Message {n}" for n in range(said)))).is_long is is_long


def test_an_answer_that_came_too_late_is_what_the_ai_had_to_say(world: World) -> None:
    chat = world.chat("Do you have spare poles?")
    epoch = world.row(chat).owner_epoch
    world.do(lambda s: desk.take_over(s, chat, world.grace) and None)
    world.do(conversations.ai_says, chat, epoch, "A section is 9 €.", 0.5, SOURCES)
    assert stands(world, chat).unsent == "A section is 9 €."
    world.says(chat, "And a peg?")
    assert stands(world, chat).unsent == ""


def test_an_answer_without_a_source_is_no_reply(world: World) -> None:
    chat = world.chat("Do you have spare poles?")
    epoch = world.row(chat).owner_epoch
    world.do(lambda s: desk.take_over(s, chat, world.grace) and None)
    world.do(lambda s: conversations.ai_says(s, chat, epoch, "I do not know.", 0.1))
    assert stands(world, chat).unsent == ""


def test_an_unknown_conversation_is_not_found(world: World) -> None:
    with pytest.raises(conversations.NotFound):
        stands(world, "nothing")
