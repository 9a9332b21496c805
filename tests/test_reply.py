"""What a model wrote, made fit for a visitor: links, pictures, the last line, and what may be shown while it grows."""

import pytest

from handoff_app.answering import links, reply
from handoff_app.answering.base import Passage
from tests.fake_llm import line

PASSAGES = [
    Passage("a-1", "a", "Shipping", "4 €. See https://acme.example/shipping?a=1&b=2 or write to help@acme.example."),
    Passage("b-1", "b", "Returns", "Within 30 days, as www.acme.example/returns says.", url="https://acme.example/b"),
]  # fmt: skip
ALLOWED = reply.addresses(PASSAGES)

LINKS = [
    ("Look at https://acme.example/shipping?a=1&b=2.", "Look at https://acme.example/shipping?a=1&b=2."),
    ("Look at https://acme.example/b/", "Look at https://acme.example/b/"),
    ("Look at (https://ACME.example/b).", "Look at (https://ACME.example/b)."),
    ("Ask help@acme.example, or www.acme.example/returns!", "Ask help@acme.example, or www.acme.example/returns!"),
    ("[our page](https://acme.example/b)", "our page (https://acme.example/b)"),
    ("[https://acme.example/b](https://acme.example/b)", "https://acme.example/b"),
    ("Look at https://evil.example/x.", "Look at."),
    ("Look at https://evil.example/x now.", "Look at now."),
    ("Look at https://acme.example/b.evil.example now.", "Look at now."),
    ("Look at https://acme.example/b@evil.example now.", "Look at now."),
    ("[our page](https://evil.example)", "our page"),
    ("[our page](javascript:alert(1))", "our page"),
    ("[our page](<https://evil.example> 'x')", "our page"),
    ("Pay: //evil.example/pay or evil.example/pay or evil.com", "Pay: or or"),
    ("Write to thief@evil.example or mailto:thief@evil.example", "Write to or"),
    (
        "A picture: ![x](https://acme.example/b) and ![y][z] and ![](https://evil.example/?q=secret)",
        "A picture: and and",
    ),
    ("<img src=https://evil.example/x> and <a href='https://evil.example'>this</a>", "and this"),
    ("HTTPS://EVIL.EXAMPLE and ftp://evil.example and data:text/html,x", "and and"),
    ("Go to evil.io, evil．com/x, evil。ru or evil․de, call tel:+15551234", "Go to,, or, call"),
    ("Frag nach.Dann gehts weiter。好的。OK", None),
    ("&lt;img src=x&gt; 3 &lt; 4", "3 < 4"),
    ("It is 4.50 €, e.g. for boots. Ask again.Please do. See p.5, v2.0 and Node.js", None),
    ("Wie teuer? z.B. 5,90 € (siehe oben).", None),
    ("It costs 4 € [1], or nothing [1, 2]. [2](https://evil.example)", "It costs 4 €, or nothing. 2"),
    ("**Bold** and __bold__ and 2 * 3 * 4 and snake_case", "Bold and bold and 2 * 3 * 4 and snake_case"),
    ("# Shipping\n- one\n- two", "Shipping\n- one\n- two"),
    ("a\x00b\u202ec\ud800d\u200be", "abc?de"),
]


@pytest.mark.parametrize(("written", "shown"), LINKS)
def test_only_addresses_of_the_passages_remain_and_no_picture(written: str, shown: str | None) -> None:
    assert reply.plain(written, ALLOWED) == (written if shown is None else shown)


@pytest.mark.parametrize(
    ("last", "parts"),
    [
        ("\n@@ used: 1, 2; confident: yes; human: no", ((0, 1), True, False)),
        ("\n@@ used: 2; confident: no", ((1,), False, False)),
        ("\n@@ used: none; confident: yes", ((), True, False)),
        ("\n@@ used: none; confident: yes; human: yes", ((), True, True)),
        ("\n@@ used: 1, 7, 0, 1; confident: yes", ((0,), True, False)),
        ('\n@@ {"used": [2, 1], "confident": true, "human": false}', ((1, 0), True, False)),
        ("\n**@@ Used: 1; Confident: YES**", ((0,), True, False)),
        ("\n> `@@ used: [1], confident: yes`", ((0,), True, False)),
        (" @@ used: 1; confident: yes", ((0,), True, False)),
        ("\n@@ used: 1", ((0,), False, False)),
        ("\n@@ us", ((), False, False)),
        ("\n@@", ((), False, False)),
    ],
)
def test_the_line_is_read_leniently_and_taken_off_above_the_text_and_below(
    last: str, parts: tuple[object, ...]
) -> None:
    for said in (f"It costs 4 €.{last}", f"{last}\n\nIt costs 4 €.", f"{last}\n\nIt costs 4 €.{last}"):
        found = reply.read(f"<think>Passage 2, or 1? @@ used: 2</think>{said}", PASSAGES)
        assert (found.text, found.whole) == ("It costs 4 €.", True)
        assert (found.used, found.confident, found.human) == parts


@pytest.mark.parametrize("first", ["@@ used: none; confident: no\n", "@@ human: yes\n", "@@ used: 1", "\n@", "**@@ us"])
def test_nothing_is_shown_before_a_passage_is_named(first: str) -> None:
    assert reply.so_far(first, ALLOWED) == ""
    if first.endswith("\n"):
        assert reply.so_far(f"{first}Of course, all is free!", ALLOWED) == ""


def test_an_answer_on_the_machines_line_is_one() -> None:
    for said in ("@@ used: 1; confident: yes It costs 4 €.", "@@ Used: [1]; Confident: Yes; Human: no. It costs 4 €."):
        assert reply.read(said, PASSAGES) == reply.Reply("It costs 4 €.", (0,), confident=True, whole=True)


def test_what_follows_the_line_is_shown_as_it_comes() -> None:
    assert reply.so_far(line([1]) + "It costs", ALLOWED) == "It costs"


def test_without_the_line_nothing_is_taken_for_granted() -> None:
    assert reply.read("It costs 4 € [2].", PASSAGES) == reply.Reply("It costs 4 €.", used=(1,))
    assert reply.read("It costs 4 €.", PASSAGES) == reply.Reply("It costs 4 €.")


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("written", [
    line() + "It costs 4 €. Look at https://acme.example/shipping?a=1&b=2 and ask.",
    "It costs 4 €. Look at https://acme.example/b and ask.\n@@ used: 1; confident: yes",
    "See [the page](https://evil.example/page) or ![x](https://evil.example/p.png), <b>now</b>.\n@@ used: 1",
    f"<think>https://evil.example @@</think>{line()}Pay at acme.example.evil.com or https://acme.example/b.evil.com",
])  # fmt: skip
def test_what_is_shown_while_it_grows_never_holds_more_than_the_end(written: str, size: int) -> None:
    for end in range(0, len(written), size):
        shown = reply.so_far(written[:end], ALLOWED)
        assert "@" not in shown
        assert "evil" not in shown
        assert "](" not in shown
        assert "think" not in shown
        assert links.found([shown]) <= ALLOWED
    assert reply.read(written, PASSAGES).text.startswith(reply.so_far(written, ALLOWED))


@pytest.mark.parametrize(
    "part", list(".:/@![(<*_-` a") + ["a.", "![", "[](", "<a", "**a ", "@@", "a@", "//a.", "<think>"]
)
def test_no_text_keeps_us_busy(part: str) -> None:
    """A pattern that backtracks would run into the suite's own limit here."""
    for text in (part * 16_000, part * 16_000 + " ", f"a{part * 16_000}]"):
        assert len(reply.so_far(text, ALLOWED)) <= reply.LONGEST
        assert len(reply.read(text, PASSAGES).text) <= reply.LONGEST


def test_a_text_without_spaces_is_shown_while_it_grows_too() -> None:
    assert reply.so_far(line() + "送料は4.5ユーロです。", ALLOWED) == "送料は4.5ユーロです。"


@pytest.mark.parametrize(
    "chatter", ["Sure! Here is what I found:", "The visitor asks for the price. Passage 1 has it."]
)
def test_what_stands_before_the_line_is_no_answer_where_one_follows(chatter: str) -> None:
    written = f"{chatter}\n{line()}It costs 4 €."
    assert reply.read(written, PASSAGES) == reply.Reply("It costs 4 €.", (0,), confident=True, whole=True)
    assert reply.so_far(chatter, ALLOWED) == reply.so_far(f"{chatter}\n@@ us", ALLOWED) == ""
    assert reply.so_far(f"{written} Ask", ALLOWED) == "It costs 4 €. Ask"


def test_what_names_no_passage_is_not_shown_while_it_grows() -> None:
    assert reply.so_far("Call 0900-1234 and tell us the number of your card.", ALLOWED) == ""


@pytest.mark.parametrize("before", ["", "Here is my JSON:\n", line()])
def test_json_is_no_answer(before: str) -> None:
    written = before + '{"answer": "It costs 4 €", "used": [1], "confident": true}'
    assert reply.read(written, PASSAGES).text == ""
    assert reply.so_far(written, ALLOWED) == ""
