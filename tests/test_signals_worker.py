"""The worker, when a visitor's words speak for a human: it offers, brings or leaves them alone, as an admin has set."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from handoff_app.answering.base import Answer, Source, Turn
from handoff_app.domain import conversations, due, escalations, knowledge, settings, signals, transcript
from handoff_app.domain.models import Author, Conversation, Delivery, Escalation, Gap, Message, Prompt, Reason, Status
from handoff_app.domain.signals import Response, Signals
from handoff_app.pages.shared import bench_state
from handoff_app.worker import answers, finish
from tests.conftest import World
from tests.fake_llm import FakeLlm, line, says
from tests.test_llm_worker import thinking  # noqa: F401

SHIPPING = "How much does shipping cost?"
NONSENSE = "Xylophone quantum marmalade?"
ANGRY = "You are liars! How much does shipping cost?"


@pytest.fixture(autouse=True)
def shop(world: World) -> None:
    """The shop has articles, and Vera an address."""
    world.do(knowledge.load_demo)
    world.do(lambda s: conversations.identify(s, conversations.visitor(s, world.vera).id, "vera@example.com", "Vera"))


async def said(world: World, chat: str, *texts: str) -> Conversation:
    """Vera says this, one after the other, and the worker answers each."""
    for text in texts:
        world.do(_say, chat, text)
        await answers.Answers("me").due()
        await finish(30)
    return world.row(chat)


def _say(session: Any, chat: str, text: str) -> None:
    conversation = conversations.locked(session, chat)
    client_id = f"m{conversation.last_seq}"
    conversations.visitor_says(session, conversations.glance(session, chat, client_id), text, client_id, "", True)


def wants(world: World, **wanted: Any) -> None:
    world.do(signals.save, Signals(**wanted))


def reasons(world: World) -> list[Reason]:
    return [escalation.reason for escalation in world.all(Escalation)]


def by_ai(world: World) -> list[str]:
    return [m.text for m in sorted(world.all(Message), key=lambda m: m.seq) if m.author == Author.AI]


CASES = {
    "anger": (ANGRY,),
    "repetition": (SHIPPING, SHIPPING),
    "on_topic": ("How much does SHIPPING cost?",),
    "two_unsure": (NONSENSE, "Trombone velvet cucumber?"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("response", list(Response))
async def test_a_signal_leads_to_what_is_set(world: World, name: str, response: Response) -> None:
    off = dict.fromkeys(CASES, Response.OFF)
    wants(world, **off | {name: response}, topics=("shipping",) if name == "on_topic" else ())
    row = await said(world, world.chat(), *CASES[name])
    if response is Response.ESCALATE:
        assert (row.status, row.prompt, reasons(world)) == (Status.WAITING, Prompt.NONE, [Reason.LOW_CONFIDENCE])
        assert {d.event for d in world.all(Delivery)} == {"escalation.created"}
    else:
        unsure = name == "two_unsure"  # who knows nothing offers a human, whatever else is set
        assert row.prompt == (Prompt.OFFER if response is Response.OFFER or unsure else Prompt.NONE)
        assert (row.status, reasons(world)) == (Status.WITH_AI, [])


async def test_a_confident_answer_is_posted_before_the_human_is_brought(world: World) -> None:
    wants(world, anger=Response.ESCALATE)
    chat = world.chat()
    await said(world, chat, ANGRY)
    lines = world.do(transcript.read, chat, 0).lines
    assert [each.author for each in lines][:3] == [Author.VISITOR, Author.AI, Author.SYSTEM]
    assert "4.90 €" in lines[1].text
    assert "Shall I connect you" not in lines[1].text


async def test_who_scolds_is_told_sorry_and_offered_a_human_and_asks_nothing_of_the_owner(world: World) -> None:
    row = await said(world, world.chat(), "You are useless!")
    assert by_ai(world)[-1].startswith("I am sorry")
    assert row.prompt == Prompt.OFFER
    assert world.all(Gap) == []
    await said(world, world.chat(), "Do you idiots hire out zeppelins?")
    assert "rather not guess" in by_ai(world)[-1]
    assert [gap.text for gap in world.all(Gap)] == ["Do you idiots hire out zeppelins?"]


async def test_an_answer_that_says_nothing_is_not_posted_over_the_human(world: World) -> None:
    wants(world, two_unsure=Response.ESCALATE)
    await said(world, world.chat(), *CASES["two_unsure"])
    assert len(by_ai(world)) == 1


async def test_without_an_address_it_is_asked_for_first(world: World) -> None:
    world.vera = "w" * 64
    wants(world, anger=Response.ESCALATE)
    chat = world.chat()
    row = await said(world, chat, ANGRY)
    assert (row.prompt, row.prompt_reason, row.status) == (Prompt.EMAIL, Reason.LOW_CONFIDENCE, Status.WITH_AI)
    world.do(lambda s: escalations.leave_email(s, conversations.locked(s, chat), "vera@example.com") and None)
    assert reasons(world) == [Reason.LOW_CONFIDENCE]


async def test_nobody_is_brought_where_escalations_are_off(world: World) -> None:
    world.do(settings.save_escalations, replace(world.do(settings.escalations), enabled=False))
    wants(world, anger=Response.ESCALATE)
    row = await said(world, world.chat(), ANGRY)
    assert (row.status, row.prompt, reasons(world)) == (Status.WITH_AI, Prompt.NONE, [])
    assert len(by_ai(world)) == 1


async def test_the_answer_still_comes_as_a_suggestion_where_an_agent_was_faster(world: World) -> None:
    wants(world, anger=Response.ESCALATE)
    chat = world.chat(ANGRY)
    (row,) = world.do(lambda s: list(due.answers(s, "me")))
    world.do(lambda s: conversations.hand_over(s, conversations.locked(s, chat), Status.WITH_AGENT))
    answer = Answer("4.90 €", 0.9, confident=True, offer=True, sources=(Source("a", "Shipping"),))
    world.do(answers._post, chat, row.owner_epoch, row.answer_due_at, answer, Response.ESCALATE)
    (message,) = [m for m in world.all(Message) if m.author == Author.AI]
    assert message.suggestion
    assert message.text == "4.90 €", "who has a human is offered none"
    assert reasons(world) == []


@pytest.mark.parametrize("refusal", ["in words", "by button"])
async def test_a_refusal_is_respected_for_three_messages(world: World, refusal: str) -> None:
    wants(world, anger=Response.ESCALATE)
    chat = world.chat()
    if refusal == "by button":
        assert (await said(world, chat, NONSENSE)).prompt == Prompt.OFFER
        world.do(lambda s: escalations.decline(s, conversations.locked(s, chat)))
    else:
        assert (await said(world, chat, f"No human please. {NONSENSE}")).prompt == Prompt.NONE
    for text in (ANGRY, "Trombone velvet cucumber?", "Is there anybody there?"):
        row = await said(world, chat, text)
        assert (row.prompt, reasons(world)) == (Prompt.NONE, []), text
    unsure = by_ai(world)[-1]
    assert "rather not guess" in unsure
    assert "Shall I connect you" not in unsure
    await said(world, chat, ANGRY)
    assert reasons(world) == [Reason.LOW_CONFIDENCE]


async def test_a_model_may_bring_a_human_but_not_to_who_has_just_refused_one(
    world: World,
    thinking: Callable[..., FakeLlm],  # noqa: F811
) -> None:
    thinking(says(line([], human=True)))
    chat = world.chat()
    await said(world, chat, "No human please. How much does shipping cost?")
    assert reasons(world) == []
    await said(world, chat, "Shipping, hmm, does anybody at all work there?")
    assert reasons(world) == [Reason.ASKED_FOR_HUMAN]


def test_the_history_tells_which_answers_were_none(world: World) -> None:
    chat = world.chat("Hello")
    world.do(conversations.ai_says, chat, 0, "I do not know.", 0.1)
    world.do(conversations.ai_says, chat, 0, "Yes.", 0.9, [{"title": "T", "url": "", "article_id": "a"}])
    world.do(_say, chat, "And now?")
    question = world.do(answers._question, chat)
    assert question.history == (
        Turn("visitor", "Hello"),
        Turn("ai", "I do not know.", sure=False),
        Turn("ai", "Yes."),
    )


async def test_sources_can_be_hidden_from_visitors_and_stay_in_the_inbox(world: World) -> None:
    chat = world.chat()
    await said(world, chat, SHIPPING)
    assert world.do(transcript.read, chat, 0).lines[1].sources
    wants(world, show_sources=False)
    shown = world.do(transcript.read, chat, 0).lines[1]
    assert (shown.sources, shown.can_judge) == ([], True)
    assert world.do(transcript.earlier, chat, 9)[1].sources == []
    assert world.do(transcript.read, chat, 0, for_team=True).lines[1].sources


@pytest.mark.parametrize(
    ("question", "decision"),
    [
        ("Can I talk to a person?", "Asks for a human: the team is told at once."),
        ("Tell me about refunds", "Answers, and the team is told."),
        ("THIS IS THE WORST SERVICE EVER!", "Says that it is sorry, and offers a human."),
        ("Hello", "Greets back, and asks what it can help with."),
        ("I don't want a human", "Says that this is all right."),
        ("No human please, do you sell xylophones?", "Says that it does not know."),
    ],
)
async def test_the_bench_says_what_the_chat_would_do(world: World, question: str, decision: str) -> None:
    world.do(signals.save, Signals(topics=("refund*",), on_topic=Response.ESCALATE))
    assert (await bench_state._tried(question)).decision == decision


async def test_the_bench_offers_nobody_where_escalations_are_off(world: World) -> None:
    world.do(settings.save_escalations, replace(world.do(settings.escalations), enabled=False))
    asked = ("Can I talk to a person?", "Do you sell xylophones?")
    said = [(await bench_state._tried(question)).decision for question in asked]
    assert said == ["Asks for a human: says that none is here.", "Says that it does not know."]


async def test_who_only_refuses_a_human_is_told_so_and_leaves_no_open_question(world: World) -> None:
    chat = world.chat()
    row = await said(world, chat, "I don't want a human")
    assert by_ai(world)[-1] == "All right. Ask me anything else whenever you like."
    assert (row.prompt, world.all(Gap)) == (Prompt.NONE, [])
    await said(world, chat, NONSENSE)
    assert "rather not guess" in by_ai(world)[-1]
    assert len(world.all(Gap)) == 1
