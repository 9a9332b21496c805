"""The figures of `/insights` say what happened, no more."""

from handoff_app.domain import conversations, desk, escalations, insights
from handoff_app.domain.models import Reason, now
from tests.conftest import World

SOURCE = {"title": "Returns", "url": "", "article_id": "a"}


def answered(world: World, question: str, *, known: bool) -> str:
    world.vera = f"{question:0<64}"
    chat = world.chat(question)
    sources = [SOURCE] if known else []
    world.do(conversations.ai_says, chat, 0, "So it is." if known else "I could not find it.", 0.9 * known, sources)
    return chat


def test_only_an_answer_from_an_article_without_a_human_counts_as_one_of_the_ai(world: World) -> None:
    answered(world, "known", known=True)
    answered(world, "unknown", known=False)
    brought = answered(world, "brought", known=True)
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, brought), Reason.ASKED_FOR_HUMAN) and None)
    taken = answered(world, "taken", known=True)
    world.do(desk.take_over, taken, world.grace)
    found = world.do(insights.read, now())
    assert (found.conversations, found.by_ai, found.escalations) == (4, "25 %", 1)
    assert len(found.asked) == 2
    assert found.median_wait == "–", "nobody waited for who came unasked"


def test_an_answer_that_came_too_late_is_none(world: World) -> None:
    chat = answered(world, "late", known=False)
    world.do(conversations.ai_says, chat, 7, "So it is.", 0.9, [SOURCE])
    assert world.do(insights.read, now()).by_ai == "0 %"


def test_without_conversations_there_is_no_share(world: World) -> None:
    assert world.do(insights.read, now()).by_ai == "–"
