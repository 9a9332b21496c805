"""Greetings, thanks and goodbyes are answered as such: nothing is looked for, and nobody is offered."""

import pytest

from handoff_app.answering.courtesy import Courtesy, courtesy
from handoff_app.domain.models import Gap, Message, Prompt
from tests.conftest import World
from tests.test_signals_worker import said


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hi", Courtesy.HELLO),
        ("Hi 😊", Courtesy.HELLO),
        ("How are you?", Courtesy.HELLO),
        ("Grüß Gott!", Courtesy.HELLO),
        ("你好", Courtesy.HELLO),
        ("great thanks", Courtesy.WELCOME),
        ("d’accord, merci", Courtesy.WELCOME),
        ("👍", Courtesy.WELCOME),
        ("شكرا جزيلا!", Courtesy.WELCOME),
        ("Thank you, that helps. Bye!", Courtesy.BYE),
        ("Great, thank you support team!", Courtesy.WELCOME),
        ("ok thanks team", Courtesy.WELCOME),
        ("Danke an den Support", Courtesy.WELCOME),
        ("谢谢客服", Courtesy.WELCOME),
        ("Thanks!\nSupport", None),
        ("ok, support", None),
        ("Ja tak, kundeservice", None),
        ("Hi, how much is shipping?", None),
        ("Bonjour, merci d'avance", None),
        ("ok?", None),
        ("?", None),
        ("...", None),
        ("3", None),
        ("", None),
        ("thanks " * 100, None),
    ],
)
def test_only_a_message_that_says_nothing_else_is_one(text: str, kind: Courtesy | None) -> None:
    assert courtesy(text) is kind


@pytest.mark.parametrize(
    ("text", "key"),
    [("Hello!", "ai.hello"), ("Danke", "ai.welcome"), ("Thanks, team!", "ai.welcome"), ("bye", "ai.bye")],
)
async def test_it_is_answered_without_an_offer_and_leaves_no_open_question(world: World, text: str, key: str) -> None:
    chat = world.chat()
    await said(world, chat, text)
    assert [m.key for m in world.all(Message) if m.author == "ai"] == [key]
    assert world.row(chat).prompt == Prompt.NONE
    assert world.all(Gap) == []
