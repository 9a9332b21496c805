"""Slips in a question, mended with the articles' own words."""

import pytest

from handoff_app.answering.base import Passage
from handoff_app.answering.encoder import Encoder
from handoff_app.answering.retrieval import Index
from handoff_app.answering.spelling import Spelling

TEXTS = ["How much does shipping cost?", "Fazer a devolução", "Доставка в другой город", "Beer and bear"]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(TEXTS, Encoder().is_word)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("what are the shiping costs", "what are the shipping costs"),
        ("SHPIPING?", "shipping?"),
        ("hsipping to Spain", "shipping to Spain"),
        ("como faço a devoluçao", "como faço a devoluçao"),  # accents are no slips
        ("devoluçcao", "devolução"),
        ("сколько стоит доствка", "сколько стоит доставка"),
    ],
)
def test_a_slip_is_mended_with_a_word_of_the_articles(spelling: Spelling, asked: str, meant: str) -> None:
    assert spelling.mended(asked) == meant


@pytest.mark.parametrize(
    "asked",
    [
        "which tents are waterproof",
        "is the shopping cart saved",  # one letter from "shipping", and a word
        "chipping paint",
        "berr",  # too short to know
        "order SHIP7ING-1",
        "配送はいつですか",
        "",
    ],
)
def test_what_is_a_word_or_no_neighbour_of_one_is_left_alone(spelling: Spelling, asked: str) -> None:
    assert spelling.mended(asked) == asked


def test_a_question_with_slips_finds_its_article() -> None:
    articles = [
        Passage("1", "returns", "How do I return something?", "Send it back within 30 days.", ("get a refund",)),
        Passage("2", "warranty", "How long is the warranty?", "Two years."),
        Passage("3", "opening", "When is the shop open?", "Monday to Friday."),
    ]
    learned = Index(articles).learned(Encoder())
    slipped, plain = learned.search("the warrannty?")[0], learned.search("the warranty?")[0]
    assert slipped == plain
    assert plain.passage.article_id == "warranty"
