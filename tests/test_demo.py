"""The sample shop answers what a newcomer types first."""

import pytest

from handoff_app.answering.base import Passage, Question
from handoff_app.answering.builtin import Builtin
from handoff_app.answering.retrieval import Index
from handoff_app.domain import knowledge
from handoff_app.domain.models import Article
from tests.conftest import World


def test_an_empty_database_gets_the_shop_once(world: World) -> None:
    assert world.do(knowledge.load_demo) >= 12
    assert world.do(knowledge.load_demo) == 0


@pytest.mark.parametrize(
    ("asked", "article"),
    [
        ("How much is shipping?", "demo-shipping-cost"), ("where's my parcel", "demo-tracking"),
        ("Can I return worn boots?", "demo-worn-boots"), ("Which tent fits four people?", "demo-tent-for-four"),
        ("Do you accept paypal", "demo-payment"), ("how long is your warranty", "demo-warranty"),
        ("Where is my order?", "demo-tracking"), ("what are the opening hours of the shop?", "demo-opening-hours"),
    ],
)  # fmt: skip
async def test_first_questions_get_a_real_answer(world: World, asked: str, article: str) -> None:
    world.do(knowledge.load_demo)
    rows: list[Article] = world.do(knowledge.enabled)
    passages = [Passage(a.id, a.id, a.title, a.text, tuple(a.phrasings), a.url) for a in rows]
    answer = await Builtin(Index(passages)).answer(Question(asked))
    assert answer.confident
    assert answer.sources[0].article_id == article
