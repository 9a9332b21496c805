"""What agents answered before: each reply with its question, and nothing in it that belongs to one visitor."""

import pytest
from sqlmodel import Session

from handoff_app import db
from handoff_app.domain import conversations, desk, past
from handoff_app.domain.models import Conversation, Visitor
from tests.conftest import World


def answered(world: World, asked: str, said: str, name: str = "", email: str = "", who: str = "v") -> str:
    """A conversation in which Grace answered."""
    world.vera = who * 64
    chat = world.chat(asked)

    def reply(session: Session) -> None:
        visitor = session.get_one(Visitor, session.get_one(Conversation, chat).visitor_id)
        visitor.name, visitor.email = name, email
        desk.agent_says(session, chat, world.grace, said, "a1")

    world.do(reply)
    return chat


def found(world: World) -> list[past.Reply]:
    return db.read_now(past.replies)


@pytest.mark.parametrize(
    ("said", "is_personal"),
    [
        ("We have pole sections for 9 € each, and they ship within 2 days.", False),
        ("Sections of 9.5 mm fit the Ridge 4 from 2014.", False),
        ("See https://acme.example/returns for the whole story.", False),
        ("I wrote to vera@example.com a minute ago.", True),
        ("Call us back on +49 421 555 0199 please.", True),
        ("Your order #4417 left the stock this morning.", True),
        ("Order AB-44x17 left the stock this morning.", True),
        ("It goes to 28195 tomorrow with the first post.", True),
        ("Open https://acme.example/o?token=x to see it.", True),
        ("Hi Vera, the sections are in stock again.", True),
        ("Hallo Jörg! Die Stange ist wieder da.", True),
        ("the sections are in stock again, vera lind", True),
        ("Thanks, Tom.", True),
        ("Dear Ms Okafor\nThe tent is ready to be picked up.", True),
        ("hallo Tom, die Stange ist wieder da.", True),
        ("See you on Friday at the shop, Tom!", True),
        ("Sure, we can do that for 40 €.", False),
        ("Hello, we repair every tent, of course.", False),
    ],
)
def test_a_reply_is_personal_when_it_holds_an_address_a_number_or_a_name(said: str, is_personal: bool) -> None:
    assert past.personal(said, {"vera", "lind"}) is is_personal


def test_a_reply_comes_with_its_question_and_its_source(world: World) -> None:
    chat = answered(world, "Do you repair tents?", "Yes, we repair every tent that we have sold.")
    (reply,) = found(world)
    assert (reply.conversation, reply.asked) == (chat, ("Do you repair tents?",))
    assert reply.text == "Yes, we repair every tent that we have sold."
    assert reply.source == f"Grace, {reply.at.day} {reply.at:%b}"


def test_another_visitors_name_or_ones_own_address_keeps_a_reply_back(world: World) -> None:
    answered(world, "Any news?", "It was marta who asked for it first of all.", who="a")
    answered(world, "And mine?", "That tent is reserved for jo until Friday night.", email="jo.k@acme.example", who="b")
    answered(world, "What else?", "The workshop opens at nine every morning.", name="Marta Silva", who="c")
    assert [reply.text for reply in found(world)] == ["The workshop opens at nine every morning."]


def test_short_replies_and_deleted_chats_are_no_examples(world: World) -> None:
    answered(world, "Hello?", "One moment", who="a")
    gone = answered(world, "Is it open?", "The shop is open until six today.", who="b")
    world.do(lambda s: conversations.hide(s, s.get_one(Conversation, gone)))
    assert found(world) == []


@pytest.mark.parametrize("text", ["a-" * 2000, "1a1a" + "a" * 3990, "\n" * 4000, " \n" * 2000, ", a" * 1300])
def test_a_reply_made_to_be_slow_is_read_to_its_end(text: str) -> None:
    assert past.personal(text) is False
