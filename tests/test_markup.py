"""Markdown as a visitor reads it."""

import pytest

from handoff_app.answering import markup


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# Returns\n\nWithin **30 days**, *unworn*.", "Returns\n\nWithin 30 days, unworn."),
        ("## Sizes ##\ntext", "Sizes\ntext"),
        ("Read [our terms](https://acme.example/terms).", "Read our terms (https://acme.example/terms)."),
        (
            "See [a](https://x.example/(b)) and [c](https://x.example 'C').",
            "See a (https://x.example/(b)) and c (https://x.example).",
        ),
        ("[https://acme.example](https://acme.example)", "https://acme.example"),
        (
            "Write to <mailto:a@acme.example> or [us](mailto:b@acme.example)",
            "Write to mailto:a@acme.example or us (b@acme.example)",
        ),
        ("See [above](#top) or [here](/terms).", "See above or here."),
        ("![A tent](tent.png)\nA tent.", "A tent."),
        ("* one\n+ two\n- three\n1. four", "- one\n- two\n- three\n1. four"),
        ("| Land | Price |\n|------|:-----:|\n| Norway | 9 € |", "Land · Price\nNorway · 9 €"),
        ("> quoted\n> text", "quoted\ntext"),
        ("Use `SAVE_20` and ```\ncode\n```", "Use SAVE_20 and ```\ncode"),
        ("```sh\nrun me\n```\nDone.", "run me\nDone."),
        ("One\n\n---\n\nTwo<br>Three <!-- hidden -->", "One\n\nTwo\nThree"),
        ("It is 3*4*5 cm, 2 * 3, snake_case_name, 5 < 6 > 4 and a|b.", None),
        ("#1 in boots. 20% off! C:\\temp", None),
        (r"1\. A star \* here", "1. A star * here"),
        ("***Very*** __bold **both** ways__ ~~old~~", "Very bold both ways old"),
        ("عرض **خاص** اليوم", "عرض خاص اليوم"),
        ("**运费**是4欧元", "运费是4欧元"),
        ("Dear all,\nyours\n- Ada", None),
    ],
)
def test_marks_go_and_words_stay(written: str, read: str | None) -> None:
    assert markup.words(written) == (written if read is None else read)


@pytest.mark.parametrize(
    "part", ["*", "_", "[", "![", "](", "`", "|", "> ", "<!--", "\\", "- ", "[a](", "**a ", "~~", "#", "<"]
)
def test_no_text_keeps_us_busy(part: str) -> None:
    """A pattern that backtracks would run into the suite's own limit here."""
    for text in (part * 20_000, f"{part * 20_000}\n", f"a{part * 20_000}]) "):
        assert len(markup.words(text)) <= len(text) + 3


@pytest.mark.parametrize(
    ("title", "text", "read"),
    [
        ("Returns | Acme", "# Returns\n\nWithin 60 days.", "Within 60 days."),
        ("Sizes", "## Boots\n\nThey run small.", "Boots\n\nThey run small."),
        ("Returns", "# Returns", "Returns"),
        ("Returns", "Returns\ntake 60 days.", "Returns\ntake 60 days."),
    ],
)
def test_an_answer_does_not_repeat_what_its_article_is_called(title: str, text: str, read: str) -> None:
    assert markup.answer(title, text) == read
