"""What a visitor types to an offer of a human, and where no human can come."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from handoff_app.domain import conversations, settings
from handoff_app.domain.models import Author, Prompt, Reason, Status
from handoff_app.pages.shared import visit
from handoff_app.pages.shared.said import Said
from tests.conftest import World


def offer(world: World, chat: str) -> None:
    """As the AI leaves it after an answer that it is not sure of."""

    def verb(session: Session) -> None:
        row = conversations.locked(session, chat)
        conversations.quiet(row)
        row.prompt = Prompt.OFFER

    world.do(verb)


def said(world: World, chat: str, text: str) -> list[tuple[str, str]]:
    """Vera types this; what the chat shows then, by author and key."""
    world.do(visit.send, world.row(chat).visitor_id, chat, Said(text, "c9", ""), 0)
    return [(row.author, row.key) for row in world.do(conversations.messages, chat)]


@pytest.mark.parametrize(
    ("text", "reason"), [("Yes please", Reason.LOW_CONFIDENCE), ("A human!", Reason.ASKED_FOR_HUMAN)]
)
def test_an_offer_can_be_accepted_in_words(world: World, text: str, reason: Reason) -> None:
    chat = world.chat("How high is the moon?")
    offer(world, chat)
    said(world, chat, text)
    row = world.row(chat)
    assert (row.prompt, row.prompt_reason, row.answer_due_at) == (Prompt.EMAIL, reason, None)


def test_an_offer_can_be_declined_in_words(world: World) -> None:
    chat = world.chat("How high is the moon?")
    offer(world, chat)
    assert said(world, chat, "No, thanks")[-1] == (Author.SYSTEM, "offer.declined")
    row = world.row(chat)
    assert (row.prompt, row.answer_due_at) == (Prompt.NONE, None)


def test_yes_without_an_offer_is_a_message_as_any(world: World) -> None:
    chat = world.chat()
    said(world, chat, "Yes please")
    assert (world.row(chat).prompt, world.row(chat).status) == (Prompt.NONE, Status.WITH_AI)


def test_where_nobody_can_come_a_request_is_told_so_and_answered(world: World) -> None:
    world.do(lambda s: settings.save_escalations(s, replace(settings.escalations(s), enabled=False)) and None)
    chat = world.chat()
    assert said(world, chat, "I want to talk to a human")[-1] == (Author.SYSTEM, "escalation.disabled")
    assert world.row(chat).answer_due_at is not None


@pytest.mark.parametrize(
    "text", ["never mind, no human needed", "I don't want to talk to a human", "no thanks", "forget it", "算了"]
)
def test_who_asked_for_a_human_can_take_it_back_in_words(world: World, text: str) -> None:
    chat = world.chat()
    said(world, chat, "I want a human")
    assert world.row(chat).prompt == Prompt.EMAIL
    world.do(visit.send, world.row(chat).visitor_id, chat, Said(text, "c10", ""), 0)
    row = world.row(chat)
    assert (row.prompt, row.prompt_due_at, row.status) == (Prompt.NONE, None, Status.WITH_AI)
    assert [m.key for m in world.do(conversations.messages, chat)][-1] == "offer.declined"


def test_a_question_beside_the_refusal_is_answered(world: World) -> None:
    chat = world.chat()
    said(world, chat, "I want a human")
    text = "I don't want a human any more, what does shipping cost?"
    world.do(visit.send, world.row(chat).visitor_id, chat, Said(text, "c10", ""), 0)
    assert world.row(chat).answer_due_at is not None
