"""A summary without a model: the visitor's own sentences that tell the most."""

from handoff_app.answering.extract import LONGEST, telling

TENT = [
    "Hello! I bought a Ridge 4 tent from you in 2014.",
    "One pole of the tent has snapped at the second joint. It was windy last night.",
    "ok",
    "Do you still have pole sections for the Ridge 4 tent?",
    "thanks",
]


def test_the_matter_and_the_last_question_are_kept_and_courtesies_left_out() -> None:
    assert telling(TENT) == [
        "I bought a Ridge 4 tent from you in 2014.",
        "One pole of the tent has snapped at the second joint.",
        "Do you still have pole sections for the Ridge 4 tent?",
    ]


def test_the_last_question_is_there_whatever_else_was_said() -> None:
    chat = [f"The red tent number {n} leaks at the seam of the red tent." for n in range(9)]
    assert telling([*chat, "Which glue should be bought?", "The red tent leaks again."])[-1:] != []
    assert "Which glue should be bought?" in telling([*chat, "Which glue should be bought?", "The red tent leaks."])


def test_nothing_said_gives_nothing_and_little_said_gives_that() -> None:
    assert telling([]) == []
    assert telling(["", "\n"]) == []
    assert telling(["hi"]) == ["hi"]


def test_it_reads_languages_without_spaces_and_repeats_nothing() -> None:
    assert telling(["我的帐篷坏了。请问可以退货吗？", "我的帐篷坏了。"]) == ["我的帐篷坏了。", "请问可以退货吗？"]


def test_an_abbreviation_ends_no_sentence() -> None:
    said = "My Dr. Smith tent, model no. 5, broke yesterday."
    assert telling([said]) == [said]


def test_a_wall_of_text_is_cut() -> None:
    (only,) = telling(["pole " * 800])
    assert len(only) == LONGEST
    assert only.endswith("…")
