"""Messages: exactly once, in order, and never the AI over a human."""

from threading import Thread

import pytest

from handoff_app.domain import conversations, desk, inbox, transcript
from handoff_app.domain.models import Author, Message, Status
from tests.conftest import World


def test_a_message_that_is_sent_twice_is_kept_once(world: World) -> None:
    chat = world.chat("Hello")
    world.says(chat, "Hello", "c0")
    assert [m.text for m in world.all(Message)] == ["Hello"]


def test_messages_are_numbered_in_order_even_when_they_come_at_once(world: World) -> None:
    chat = world.chat()

    def say(number: int) -> None:
        world.says(chat, str(number), f"n{number}")

    threads = [Thread(target=say, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(m.seq for m in world.all(Message)) == list(range(1, 13))


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "widget.empty"), (" \n", "widget.empty"), ("x" * 4001, "widget.too_long")]
)
def test_an_empty_or_overlong_message_is_refused_with_a_sentence(world: World, text: str, sentence: str) -> None:
    chat = world.chat()
    with pytest.raises(conversations.BadMessage, match=sentence):
        world.says(chat, text)
    assert world.all(Message) == []


def test_four_thousand_characters_are_taken(world: World) -> None:
    assert len(world.all(Message)) == 0
    world.chat("x" * 4000)
    assert len(world.all(Message)[0].text) == 4000


def test_what_no_database_or_mail_can_carry_is_taken_out(world: World) -> None:
    world.chat("a\x00b\ud800c\u202ed")
    assert world.all(Message)[0].text == "ab?cd"


def test_an_answer_that_comes_after_an_agent_is_only_a_suggestion(world: World) -> None:
    chat = world.chat("How much is shipping?")
    epoch = world.row(chat).owner_epoch
    world.do(desk.take_over, chat, world.grace)
    posted = world.do(conversations.ai_says, chat, epoch, "Four euro.", 0.9)
    assert not posted
    seen = world.do(transcript.read, chat, 0)
    assert "Four euro." not in [line.text for line in seen.lines]
    for_team = world.do(transcript.read, chat, 0, for_team=True)
    assert [line.suggestion for line in for_team.lines if line.author == Author.AI] == [True]


def test_the_ai_is_silent_while_an_agent_has_the_conversation(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    world.says(chat, "Still there?")
    assert world.row(chat).answer_due_at is None


def test_a_resolved_conversation_opens_again_with_the_ai(world: World) -> None:
    chat = world.chat("Hello")
    world.do(desk.take_over, chat, world.grace)
    world.do(desk.resolve, chat, world.grace)
    assert world.row(chat).status == Status.RESOLVED
    world.says(chat, "One more thing")
    again = world.row(chat)
    assert (again.status, again.owner_id, again.answer_due_at is not None) == (Status.WITH_AI, None, True)


def test_only_the_secret_finds_a_conversation(world: World) -> None:
    chat = world.chat("Hello")
    stranger = world.do(conversations.visitor, "s" * 64)
    with pytest.raises(conversations.NotFound):
        world.do(conversations.of_visitor, stranger.id, chat)


def test_a_deleted_chat_is_gone_for_the_visitor_and_kept_for_the_team(world: World) -> None:
    chat = world.chat("Hello")
    assert not world.do(inbox.card, chat).deleted
    world.do(lambda s: conversations.hide(s, conversations.locked(s, chat)))
    assert world.do(inbox.card, chat).deleted
    vera = world.do(conversations.visitor, world.vera)
    with pytest.raises(conversations.NotFound):
        world.do(conversations.of_visitor, vera.id, chat)
    assert [line.text for line in world.do(transcript.read, chat, 0, for_team=True).lines] == ["Hello"]
