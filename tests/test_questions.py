"""What of a message is searched for."""

import pytest

from handoff_app.answering.base import Passage
from handoff_app.answering.courtesy import bare
from handoff_app.answering.encoder import Encoder
from handoff_app.answering.questions import SENTENCES, questions
from handoff_app.answering.retrieval import Index


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("Hi there, quick question: how do I return a tent, thanks in advance!", "how do I return a tent"),
        ("hello i have a question how long is the warranty?", "how long is the warranty?"),
        ("Bonjour, j'ai une question : où est mon colis ? Merci d'avance", "où est mon colis ?"),
        ("Guten Tag, wie lange dauert der Versand", "wie lange dauert der Versand"),
        ("请问怎么退货？谢谢", "怎么退货？"),
        ("お世話になっております。返品したいです。よろしくお願いします。", "返品したいです。"),
        ("let me know when it is open", "let me know when it is open"),
        ("how do i change my security question", "how do i change my security question"),
        ("which tent is best", "which tent is best"),
        ("thanks!", ""),
        ("", ""),
    ],
)
def test_courtesies_around_a_question_are_left_out(sentence: str, left: str) -> None:
    assert bare(sentence) == left


@pytest.mark.parametrize(
    ("message", "read_as"),
    [
        ("Hi, hope you are well. How do I return a tent? Thanks, John", ["How do I return a tent?"]),
        ("My tent is torn. Can you help me?", ["My tent is torn."]),
        (
            "I bought a Ridge. It leaks. Is that covered by the warranty?",
            [
                "I bought a Ridge. It leaks. Is that covered by the warranty?",
                "Is that covered by the warranty?",
            ],
        ),
        (
            "My tent leaks.\nI want my money back.",
            ["My tent leaks. I want my money back.", "My tent leaks.", "I want my money back."],
        ),
        ("delivery", ["delivery"]),
        ("hello", ["hello"]),
        ("?!", ["?!"]),
        ("", [""]),
    ],
)
def test_a_message_is_read_as_a_whole_and_by_its_sentences(message: str, read_as: list[str]) -> None:
    assert questions(message) == read_as


def test_no_more_sentences_are_read_than_a_moment_allows() -> None:
    assert len(questions("This is a sentence. " * 200)) == 1 + SENTENCES


def test_what_is_told_around_a_question_does_not_hide_its_answer() -> None:
    articles = [
        Passage("1", "returns", "How do I return something?", "Send it back within 30 days.", ("get a refund",)),
        Passage("2", "warranty", "How long is the warranty?", "Two years."),
        Passage("3", "opening", "When is the shop open?", "Monday to Friday."),
    ]
    learned = Index(articles).learned(Encoder())
    told = "Hey guys, love your products. My wife told me to ask you this. How long is the warranty? Cheers, Anna"
    hit, plain = learned.search(told)[0], learned.search("How long is the warranty?")[0]
    assert hit.passage.article_id == "warranty"
    assert hit.confidence == pytest.approx(plain.confidence, abs=0.01)
