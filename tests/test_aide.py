"""What helps an agent: from articles, from past replies, from what the AI had to say, and with a model on loopback."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from handoff_app import db
from handoff_app.domain import conversations, desk, knowledge, llm, situation
from handoff_app.domain.situation import Situation
from handoff_app.pages.shared import aide
from tests.conftest import World
from tests.fake_llm import FakeLlm, says, status

TENT = (
    "I bought a Ridge 4 tent from you in 2014.",
    "One pole of the tent has snapped at the second joint.",
    "Do you still have pole sections for that tent?",
)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    aide._past.cache_clear()
    yield
    aide._past.cache_clear()


def article(world: World, title: str, text: str) -> None:
    world.do(lambda s: knowledge.save(s, knowledge.Draft(title=title, text=text)) and None)


def live(world: World, *said: str, who: str = "v") -> Situation:
    """A conversation that Grace has taken."""
    world.vera = who * 64
    chat = world.chat(*said)
    world.do(lambda s: desk.take_over(s, chat, world.grace) and None)
    return db.read_now(situation.of, chat)


def asked(model: FakeLlm) -> llm.Access:
    return llm.Access(model.url, "sk-1", "small", 5, trusted=True)


async def test_an_article_that_answers_is_suggested_unless_it_was_said(world: World) -> None:
    article(world, "How much does shipping cost?", "Shipping costs 4.90 €.")
    found = await aide.suggestion(live(world, "How much does shipping cost?"))
    assert found == aide.Suggestion("Shipping costs 4.90 €.", "“How much does shipping cost?”")
    now = live(world, "How much does shipping cost?", who="w")

    def said(session: Session) -> None:
        desk.agent_says(session, now.id, world.grace, "Shipping  costs 4.90 €. Anything else?", "a1")
        row = conversations.glance(session, now.id, "c9")
        conversations.visitor_says(session, row, "How much does shipping cost, please?", "c9", "", False)

    world.do(said)
    assert await aide.suggestion(db.read_now(situation.of, now.id)) is None


async def test_what_an_agent_answered_elsewhere_is_suggested_with_who_and_when(world: World) -> None:
    past = live(world, "Do you sharpen ice axes?", who="a")
    world.do(lambda s: desk.agent_says(s, past.id, world.grace, "Yes, the workshop sharpens any ice axe.", "a1"))
    found = await aide.suggestion(live(world, "Do you sharpen ice axes too?", who="b"))
    assert found is not None
    assert found.text == "Yes, the workshop sharpens any ice axe."
    assert found.source.startswith("Grace, ")
    assert await aide.suggestion(live(world, "Where is my parcel?", who="c")) is None


async def test_a_summary_leaves_out_greetings_and_the_request_for_a_human(world: World) -> None:
    now = live(world, "你好", *TENT, "I want to talk to a human")
    assert await aide.summary(now, None) == aide.Summary("\n".join(TENT))


async def test_who_asks_for_a_human_is_answered_what_they_had_asked_before(world: World) -> None:
    article(world, "How much does shipping cost?", "Shipping costs 4.90 €.")
    past = live(world, "Do you sharpen ice axes?", "I want to talk to a human", who="a")
    world.do(lambda s: desk.agent_says(s, past.id, world.grace, "Yes, the workshop sharpens any ice axe.", "a1"))
    other = live(world, "My tent pole snapped in the wind", "I want to talk to a human", who="b")
    assert await aide.suggestion(other) is None
    same = await aide.suggestion(live(world, "Do you sharpen ice axes too?", "a human please", who="c"))
    assert same is not None
    assert same.text == "Yes, the workshop sharpens any ice axe."
    shipping = await aide.suggestion(live(world, "How much does shipping cost? Get me an agent.", who="d"))
    assert shipping == aide.Suggestion("Shipping costs 4.90 €.", "“How much does shipping cost?”")
    assert await aide.suggestion(live(world, "I want to talk to a human", "yes", who="e")) is None


async def test_nothing_is_suggested_to_who_has_answered(world: World) -> None:
    article(world, "How much does shipping cost?", "Shipping costs 4.90 €.")
    now = live(world, "How much does shipping cost?")
    world.do(lambda s: desk.agent_says(s, now.id, world.grace, "I will look it up.", "a1"))
    assert await aide.suggestion(db.read_now(situation.of, now.id)) is None


async def test_without_a_model_the_summary_is_in_the_visitors_own_words(world: World) -> None:
    assert await aide.summary(live(world, *TENT), None) == aide.Summary("\n".join(TENT))


async def test_the_model_summarises_and_when_it_fails_the_visitors_words_do(world: World) -> None:
    model = FakeLlm(says("Vera wants a pole section for a Ridge 4 of 2014."), status(401))
    now = live(world, *TENT)
    assert await aide.summary(now, asked(model)) == aide.Summary(
        "Vera wants a pole section for a Ridge 4 of 2014.", by_model=True
    )
    assert TENT[1] in model.prompts[0][-1]["content"]
    assert await aide.summary(now, asked(model)) == aide.Summary("\n".join(TENT))


async def test_the_visitors_language_is_that_of_their_words(world: World) -> None:
    assert await aide.language(live(world, "Mein Paket ist nicht angekommen. Was nun?")) == "de"
    assert await aide.language(live(world, "My parcel has not come yet.", who="b")) == "en"


async def test_a_translation_is_the_models_or_nothing(database: None) -> None:
    model = FakeLlm(says("Hallo Vera"), status(401))
    assert await aide.translated(asked(model), "Hello Vera", "de") == "Hallo Vera"
    assert "language de" in model.prompts[0][0]["content"]
    assert await aide.translated(asked(model), "Hello Vera", "de") == ""
