"""The worker with a model: one answer is kept, a human who takes over is not talked over, and silence never is."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from handoff_app import live, worker
from handoff_app.access.sessions import Person
from handoff_app.config import config
from handoff_app.domain import conversations, desk, due, knowledge, llm
from handoff_app.domain.models import Author, Message, Prompt, Reason, Status, now
from tests.conftest import World
from tests.fake_llm import FakeLlm, drops, line, says, stalls, status

SAID = "Standard shipping is a matter of a few euros."
ASKED = "How much does shipping cost?"


@pytest.fixture
def thinking(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeLlm]:
    """The shop with a model that does these acts."""
    world.do(knowledge.load_demo)

    def begin(*acts: Any) -> FakeLlm:
        fake = FakeLlm(*acts)
        monkeypatch.setenv("HANDOFF_LLM_URL", fake.url)
        monkeypatch.setenv("HANDOFF_LLM_MODEL", "small")
        config.cache_clear()
        return fake

    return begin


def by_ai(world: World) -> list[Message]:
    return [message for message in world.all(Message) if message.author == Author.AI]


async def worked(until: Callable[[], Any], seconds: float = 30, dies: bool = False) -> None:
    """Run the worker until it has come to that; one that `dies` finishes nothing."""
    task = asyncio.create_task(worker.Worker().run())
    try:
        async with asyncio.timeout(seconds):
            while not until():
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for answering in worker.tasks.running if dies else ():
            answering.cancel()
        await worker.finish(5)


async def test_the_models_answer_is_kept_once_with_its_source(world: World, thinking: Callable[..., FakeLlm]) -> None:
    thinking(says(line([1]) + SAID))
    chat = world.chat(ASKED)
    await worked(lambda: by_ai(world))
    (message,) = by_ai(world)
    assert (message.text, message.suggestion, len(message.sources)) == (SAID, False, 1)
    assert world.row(chat).answer_due_at is None
    assert live.drafts.of(chat) == ""


@pytest.mark.parametrize("act", [status(500), status(401), drops("Standard"), says("{}"), stalls(), stalls("Standard")])
async def test_without_the_models_answer_the_built_in_ai_gives_its_own(
    world: World, thinking: Callable[..., FakeLlm], act: Any
) -> None:
    thinking(act)
    world.do(llm.save, llm.Llm(timeout=1, enabled=True))
    world.chat(ASKED)
    await worked(lambda: by_ai(world))
    (message,) = by_ai(world)
    assert "4.90 €" in message.text
    assert not message.suggestion


async def test_nothing_is_posted_under_a_human_who_took_over_meanwhile(
    world: World, thinking: Callable[..., FakeLlm]
) -> None:
    thinking(says(line([1]) + SAID, pause=0.05))
    chat = world.chat(ASKED)
    grace = Person(world.grace.id, world.grace.email, world.grace.name, world.grace.role)
    taken: list[bool] = []

    def take_over() -> bool:
        if live.drafts.of(chat) and not taken:
            world.do(desk.take_over, chat, grace)
            taken.append(True)
        return bool(by_ai(world))

    await worked(take_over)
    assert taken
    assert [message.suggestion for message in by_ai(world)] == [True]
    assert world.row(chat).status == Status.WITH_AGENT


async def test_after_enough_answers_the_model_is_not_asked_any_more(
    world: World, thinking: Callable[..., FakeLlm]
) -> None:
    fake = thinking(says(line([1]) + SAID))
    world.do(llm.save, llm.Llm(most_answers=1, enabled=True))
    chat = world.chat(ASKED)
    await worked(lambda: by_ai(world))
    again = "How long does shipping take?"
    world.says(chat, again)
    await worked(lambda: len(by_ai(world)) == 2)
    assert len(fake.got) == 1
    assert by_ai(world)[1].text != SAID


async def test_a_model_that_is_switched_off_is_not_asked(world: World, thinking: Callable[..., FakeLlm]) -> None:
    fake = thinking(says(line([1]) + SAID))
    world.do(llm.save, llm.Llm(enabled=False))
    world.chat(ASKED)
    await worked(lambda: by_ai(world))
    assert fake.got == []


@pytest.mark.parametrize("allowed", ["0", "1"])
async def test_a_typed_private_address_is_asked_only_where_that_is_allowed(
    world: World, monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    fake = FakeLlm(says(line([1]) + SAID))
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", allowed)
    config.cache_clear()
    world.do(knowledge.load_demo)
    world.do(llm.save, llm.Llm(fake.url, "small", enabled=True), "sk-1")
    world.chat(ASKED)
    await worked(lambda: by_ai(world))
    assert (by_ai(world)[0].text == SAID) == bool(fake.got) == (allowed == "1")


@pytest.mark.parametrize("said", [line([1]) + SAID, line([], human=True) + SAID])
async def test_a_model_cannot_keep_a_human_away_and_can_bring_one(
    world: World, thinking: Callable[..., FakeLlm], said: str
) -> None:
    """This visitor loses patience: whatever the model says, a human is at least offered."""
    thinking(says(said))
    chat = world.chat("This is useless. How much does shipping cost?!")
    await worked(lambda: world.row(chat).prompt)
    human = "human: yes" in said
    assert world.row(chat).prompt == (Prompt.EMAIL if human else Prompt.OFFER)
    assert world.row(chat).prompt_reason == (Reason.ASKED_FOR_HUMAN if human else None)


async def test_two_questions_are_answered_in_their_order(world: World, thinking: Callable[..., FakeLlm]) -> None:
    model = thinking(says(line([1]) + "The first answer.", before=1.0), says(line([1]) + "The second one."))
    chat = world.chat(ASKED)

    def all_said() -> bool:
        if len(model.got) == 1 and len(world.all(Message)) == 1:
            world.says(chat, "And what does shipping to Norway cost?")
        return len(by_ai(world)) == 2

    await worked(all_said)
    said = sorted(by_ai(world), key=lambda message: message.seq)
    assert [message.text for message in said] == ["The first answer.", "The second one."]
    assert world.row(chat).answer_due_at is None


async def test_what_was_under_way_when_the_worker_died_is_answered_once(
    world: World, thinking: Callable[..., FakeLlm]
) -> None:
    thinking(stalls(line([1]) + "Standard shipping"), says(line([1]) + SAID))
    chat = world.chat(ASKED)
    await worked(lambda: live.drafts.of(chat), dies=True)
    leased = world.row(chat).answer_due_at
    assert leased is not None
    assert (leased - now()) > due.LEASE  # longer than the model may take
    world.do(lambda s: setattr(conversations.locked(s, chat), "answer_due_at", now()))
    await worked(lambda: by_ai(world))
    assert [message.text for message in by_ai(world)] == [SAID]


async def test_of_two_who_write_the_later_is_shown(database: None) -> None:
    with live.drafts.writing("c") as first:
        await first("one")
        with live.drafts.writing("c") as second:
            await first("one two")
            assert live.drafts.of("c") == ""
            await second("three")
        assert live.drafts.of("c") == ""
        await first("one two three")
        assert live.drafts.of("c") == ""
