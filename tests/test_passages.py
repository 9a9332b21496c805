"""Cutting articles into passages."""

from handoff_app.answering.passages import LENGTH, split

PARAGRAPH = "The Ridge sleeps four people with their packs in two porches, and it is up in six minutes. " * 3


def test_an_answer_is_shown_whole() -> None:
    (passage,) = split("tent", "Which tent?", "The Ridge.\n\nOr the Valley.", ("what tent",), "/tents")
    assert (passage.text, passage.title, passage.phrasings, passage.url) == (
        "The Ridge.\n\nOr the Valley.", "Which tent?", ("what tent",), "/tents",
    )  # fmt: skip


def test_a_long_article_is_cut_between_paragraphs_and_keeps_its_words() -> None:
    text = "\n\n".join(f"{number}. {PARAGRAPH}".strip() for number in range(8))
    passages = split("tent", "Tents", text)
    assert len(passages) > 2
    assert all(len(passage.text.split()) <= LENGTH for passage in passages)
    assert "\n\n".join(passage.text for passage in passages) == text
    assert len({passage.id for passage in passages}) == len(passages)
    assert {passage.article_id for passage in passages} == {"tent"}


def test_a_heading_stays_with_what_follows_it() -> None:
    text = "\n\n".join(["## Sizes", PARAGRAPH * 2, "## Care", PARAGRAPH * 2])
    assert [passage.text.split("\n")[0] for passage in split("tent", "Tents", text)] == ["## Sizes", "## Care"]


def test_a_paragraph_that_is_too_long_is_cut_between_sentences() -> None:
    passages = split("tent", "Tents", PARAGRAPH * 4)
    assert len(passages) > 1
    assert all(passage.text.endswith(".") for passage in passages)


def test_a_text_without_spaces_is_cut_by_its_characters() -> None:
    assert len(split("tent", "帐篷", "帐篷可以睡四个人。" * 200)) > 2


def test_an_article_without_text_is_one_passage() -> None:
    assert [passage.text for passage in split("tent", "Tents", "")] == [""]
