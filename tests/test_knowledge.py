"""Articles, the questions that want one, and both as files."""

import json
from dataclasses import replace
from unittest.mock import ANY

import pytest
from sqlmodel import Session

from handoff_app import db
from handoff_app.answering import groups, intent
from handoff_app.answering.base import Question
from handoff_app.answering.encoder import Encoder
from handoff_app.domain import conversations, desk, escalations, exchange, gaps, knowledge, removed, shop, texts
from handoff_app.domain.knowledge import Draft
from handoff_app.domain.models import Article, Conversation, Gap, Message, Reason, Visitor
from handoff_app.domain.settings import BadValue
from handoff_app.worker import Worker
from tests.conftest import World

TENT = Draft("", "Can old tents be repaired?", "Yes, for twenty years.", "Mend my tent\n\nfix a pole\nMend my tent")


def test_an_article_is_written_changed_and_found(world: World) -> None:
    id = world.do(lambda s: knowledge.save(s, TENT).id)
    assert world.all(Article)[0].phrasings == ["Mend my tent", "fix a pole"]
    world.do(knowledge.save, Draft(id, "Tent repairs", "Yes.", "", "https://acme.example/repairs"))
    assert [(row.title, row.origin) for row in world.do(knowledge.rows, "REPAIRS")] == [
        ("Tent repairs", "Written here")
    ]
    assert world.do(knowledge.rows, "100%") == []
    assert world.do(knowledge.draft, id).url == "https://acme.example/repairs"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft(text="No title"), "title"),
        (Draft(title="x" * 201, text="Too long a title"), "title"),
        (Draft(title="No text", text=" \n"), "text"),
        (Draft(title="Bad page", text="x", url="javascript:alert(1)"), "url"),
        (Draft(title="Too much", text="x", phrasings="\n".join(map(str, range(101)))), "phrasings"),
    ],
)
def test_what_cannot_be_saved_says_where_and_why(world: World, draft: Draft, field: str) -> None:
    with pytest.raises(BadValue) as refused:
        world.do(knowledge.save, draft)
    assert refused.value.field == field
    assert not world.all(Article)


async def test_what_is_deleted_or_switched_off_is_not_answered_any_more(world: World) -> None:
    id = world.do(lambda s: knowledge.save(s, TENT).id)
    worker = Worker()
    question = Question("Can old tents be repaired?")
    assert (await (await worker.answers.ready()).answer(question)).confident
    world.do(knowledge.switch, id, False)
    assert not (await (await worker.answers.ready()).answer(question)).confident
    world.do(knowledge.switch, id, True)
    assert (await (await worker.answers.ready()).answer(question)).confident
    world.do(knowledge.remove, id)
    assert not (await (await worker.answers.ready()).answer(question)).confident


def test_the_sample_shop_goes_and_does_not_come_back(world: World) -> None:
    world.do(knowledge.load_demo)
    world.do(knowledge.save, TENT)
    world.do(knowledge.remove_demo)
    assert [article.title for article in world.all(Article)] == [TENT.title]
    assert world.do(knowledge.load_demo) == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" https://acme.example/returns?a=1 ", "https://acme.example/returns?a=1"),
        ("acme.example", "https://acme.example"),
        ("www.acme.example/öffnungszeiten", "https://www.acme.example/öffnungszeiten"),
        ("HTTP://ACME.EXAMPLE", "HTTP://ACME.EXAMPLE"),
        ("/returns", "/returns"),
        ("", ""),
    ],
)
def test_the_address_of_a_page_is_kept_whole(world: World, typed: str, kept: str) -> None:
    world.do(knowledge.save, replace(TENT, url=typed))
    assert [article.url for article in world.all(Article)] == [kept]


@pytest.mark.parametrize(
    "typed", ["see our page", "returns", "//evil.example", "https://", "mailto:a@b.example", "http://["]
)
def test_what_is_no_address_of_a_page_is_refused(world: World, typed: str) -> None:
    with pytest.raises(BadValue, match="not a web address"):
        world.do(knowledge.save, replace(TENT, url=typed))


def test_a_table_may_be_headed_in_other_languages(world: World) -> None:
    assert bring_in(world, "a.csv", "Frage;Antwort\nWie groß?;Größe 42\n".encode()) == 1
    assert [(article.title, article.text) for article in world.all(Article)] == [("Wie groß?", "Größe 42")]


def test_what_was_deleted_is_put_back_as_it_was(world: World) -> None:
    world.do(knowledge.load_demo)
    before = {article.id: article.model_dump() for article in world.all(Article)}
    one = next(iter(before))
    held = world.do(removed.article, one)
    assert one not in {article.id for article in world.all(Article)}
    world.do(removed.put_back, held)
    world.do(removed.put_back, held)
    after = {article.id: article.model_dump() for article in world.all(Article)}
    assert after.pop(one) == before.pop(one) | {"updated_at": ANY}
    assert after == before


def test_what_is_put_back_makes_a_new_version_whatever_else_is_gone(world: World) -> None:
    """Whoever keeps an index of the articles reads them again."""
    world.do(knowledge.load_demo)
    one, other = (article.id for article in world.all(Article)[:2])
    held = world.do(removed.article, one)
    without_one = world.do(knowledge.version)
    world.do(knowledge.switch, other, False)
    world.do(removed.put_back, held)
    assert world.do(knowledge.version) != without_one


def test_the_sample_shop_is_put_back_with_its_look(world: World) -> None:
    world.do(knowledge.load_demo)
    before = {article.id for article in world.all(Article)}, world.do(shop.known), world.do(texts.edited, "en")
    held = world.do(removed.demo)
    assert (world.all(Article), world.do(shop.known)) == ([], shop.Shop())
    world.do(removed.put_back, held)
    assert (
        {article.id for article in world.all(Article)},
        world.do(shop.known),
        world.do(texts.edited, "en"),
    ) == before


def bring_in(world: World, name: str, content: bytes) -> int:
    """As an upload does."""
    rows, kept = exchange.read(name, content), set[str]()
    for row in rows:  # one at a time: harder than many
        kept |= world.do(exchange.keep, [row], kept)
    return len(rows)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_is_exported_comes_in_again_the_same(world: World, kind: str) -> None:
    formula = Draft("", "=HYPERLINK(1)", "@a|b\n\n# Second “part”", "+1\n-x", "https://acme.example/a,b")
    for draft in (TENT, formula):
        world.do(knowledge.save, draft)
    before = world.all(Article)
    write = {"csv": exchange.as_csv, "jsonl": exchange.as_jsonl}[kind]
    file = write(before)
    if kind == "csv":
        assert "\n=HYPERLINK" not in file
        assert ",=HYPERLINK" not in file
    for article in before:
        world.do(knowledge.remove, article.id)
    assert bring_in(world, f"articles.{kind}", file.encode()) == 2
    kept = {a.title: (a.text, a.phrasings, a.url, a.enabled) for a in world.all(Article)}
    assert kept == {a.title: (a.text, a.phrasings, a.url, a.enabled) for a in before}
    assert bring_in(world, f"articles.{kind}", file.encode()) == 2
    assert len(world.all(Article)) == 2


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jsonl", b'{"title": "A", "text": "x"}\nnonsense', "Line 2 of a.jsonl is not JSON"),
        ("a.jsonl", b'{"title": "A", "text": "x"}\n{"title": "B"}', "Article 2 of a.jsonl: Write the answer"),
        ("a.jsonl", b"[1]", "Line 1 of a.jsonl is no object"),
        ("a.jsonl", b"\n", "no article in a.jsonl"),
        ("a.csv", b"name,answer\nA,x", "must name the columns"),
        ("a.csv", "title,text\nÄ,x".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_file_comes_in_whole_or_not_at_all(world: World, name: str, content: bytes, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        bring_in(world, name, content)
    assert not world.all(Article)


def test_a_question_is_noted_once_when_the_ai_does_not_know_or_a_human_comes(world: World) -> None:
    chat = world.chat("Do you hire kayaks?", "Get me a human")
    world.do(lambda s: gaps.note(s, chat, "unsure", before=2))
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    assert [(gap.text, gap.why) for gap in world.all(Gap)] == [("Do you hire kayaks?", "unsure")]


@pytest.mark.parametrize("said", [(), ("?!",), ("Get me a human",)])
def test_a_request_for_a_human_alone_is_no_question(world: World, said: tuple[str, ...]) -> None:
    chat = world.chat(*said)
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    assert not world.all(Gap)


def test_a_question_beside_a_request_for_a_human_is_noted_without_it(world: World) -> None:
    for said in ("Hi!\nMy tent arrived torn, what now? I want to talk to a human, please.", "Human please. Thanks!"):
        chat = world.chat(said)
        world.do(gaps.note_beside, chat, intent.besides(said))
    assert [gap.text for gap in world.all(Gap)] == ["My tent arrived torn, what now?"]


def test_each_question_of_one_chat_is_shown_with_its_own_reply(world: World) -> None:
    chat = world.chat("Do you hire kayaks?")
    world.do(gaps.note, chat, "escalated")
    world.do(desk.agent_says, chat, world.grace, "Yes, from 20 € a day.", "g1")
    world.says(chat, "And are they insured?", "c2")
    world.do(gaps.note, chat, "escalated")
    world.do(desk.agent_says, chat, world.grace, "They are: damage is covered up to 1,000 €, theft is not.", "g2")
    found = {gap.text: gap.reply for gap in world.do(gaps.every)}
    assert found["Do you hire kayaks?"] == "Yes, from 20 € a day."
    assert "covered" in found["And are they insured?"]


def test_a_reply_is_shown_with_the_question_that_it_answers_and_with_no_other(world: World) -> None:
    chat = world.chat("Do you mend zips of tents?", "What will the weather be?")
    for seq in (2, 3):
        world.do(lambda s, seq=seq: gaps.note(s, chat, "unsure", before=seq))
    world.do(desk.agent_says, chat, world.grace, "Yes, we mend zips for 20 €.", "g1")
    found = {gap.text: gap.reply for gap in world.do(gaps.every)}
    assert found == {"Do you mend zips of tents?": "Yes, we mend zips for 20 €.", "What will the weather be?": ""}


def test_a_wrong_answer_is_noted_with_its_question(world: World) -> None:
    chat = world.chat("Do you hire kayaks?")
    world.do(conversations.ai_says, chat, 0, "We sell tents.", 0.9, [{"title": "Tents", "url": "", "article_id": "1"}])
    assert not world.do(gaps.wrong, chat, 1)
    assert world.do(gaps.wrong, chat, 2)
    assert not world.do(gaps.wrong, chat, 2)
    assert [(gap.text, gap.why) for gap in world.all(Gap)] == [("Do you hire kayaks?", "wrong")]
    assert [m.wrong for m in world.all(Message)] == [False, True]


def test_an_agents_reply_becomes_an_article_in_the_visitors_words(world: World) -> None:
    chat = world.chat("Hello, could I perhaps hire a kayak?")
    world.do(gaps.note, chat, "unsure")
    for number, text in enumerate(("Hi Vera!", "Yes, from 20 € a day at our shop.", "Bye")):
        world.do(desk.agent_says, chat, world.grace, text, f"g{number}")
    found = world.do(gaps.every)
    assert [(gap.reply, gap.by) for gap in found] == [("Yes, from 20 € a day at our shop.", "Grace")]
    world.do(gaps.teach, [gap.id for gap in found], found[0].reply)
    assert [(a.title, a.text) for a in world.all(Article)] == [
        ("Hello, could I perhaps hire a kayak?", "Yes, from 20 € a day at our shop.")
    ]
    assert world.do(gaps.every) == []


def test_the_visitors_words_become_phrasings() -> None:
    made = gaps.draft(["Could I hire a kayak from you?", "kayak hire", "kayak hire", "Do you hire kayaks?"])
    assert made.title == "kayak hire"
    assert made.phrasings.splitlines() == ["Could I hire a kayak from you?", "Do you hire kayaks?"]


@pytest.mark.parametrize("by_meaning", [True, False])
def test_questions_that_mean_the_same_are_one_group(by_meaning: bool) -> None:
    texts = ["Do you hire kayaks?", "Why was I charged twice?", "do you hire out kayaks", "I was charged twice, why?"]
    vectors = Encoder().questions(texts) if by_meaning else None
    assert groups.grouped(texts, vectors) == [[0, 2], [1, 3]]


def test_an_export_names_what_an_import_needs(world: World) -> None:
    world.do(knowledge.save, TENT)
    row = json.loads(exchange.as_jsonl(world.all(Article)))
    assert set(row) == set(exchange.FIELDS)


@pytest.mark.parametrize(
    "file",
    [
        "title,text\nHours,9 to 5\n".encode("utf-8-sig"),
        b"title;text\nHours;9 to 5\n",
        b"sep=;\nTitle; Text\nHours;9 to 5\n;;\n",
        b"Question,Answer\r\nHours,9 to 5\r\n,,\r\n",
        "title\ttext\nHours\t9 to 5\n".encode("utf-16"),
        b"title,text\rHours,9 to 5\r",
    ],
    ids=range(6),
)
def test_tables_come_as_spreadsheets_write_them(world: World, file: bytes) -> None:
    assert bring_in(world, "a.csv", file) == 1
    assert [(a.title, a.text) for a in world.all(Article)] == [("Hours", "9 to 5")]


def test_what_a_file_does_not_name_stays_as_it_is(world: World) -> None:
    made = world.do(knowledge.save, Draft("", "Hours", "9 to 5", "When?\nOpen?", "https://acme.example"))
    world.do(knowledge.switch, made.id, False)
    assert bring_in(world, "a.csv", b"title,text\nHours,10 to 6\n") == 1
    (kept,) = world.all(Article)
    assert (kept.id, kept.text, kept.phrasings) == (made.id, "10 to 6", ["When?", "Open?"])
    assert (kept.url, kept.enabled) == ("https://acme.example", False)


def test_articles_of_one_title_keep_their_ids_and_are_two(world: World) -> None:
    for number in range(2):
        world.do(knowledge.save, Draft("", "Help", f"Text {number}\u2028more", "", f"https://acme.example/{number}"))
    before = world.all(Article)
    file = exchange.as_jsonl(before).encode()
    for article in before:
        world.do(knowledge.remove, article.id)
    for _ in range(2):
        assert bring_in(world, "a.jsonl", file) == 2
        assert {(a.id, a.text) for a in world.all(Article)} == {(a.id, a.text) for a in before}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('{"title": "A", "text": "x", "url": "javascript:alert(1)"}', "not a web address"),
        ("[" * 100_000, "is not JSON"),
        ('{"title": "\\u0000", "text": "x"}', "Give it a title"),
    ],
)
def test_a_hostile_row_is_refused_in_a_sentence(world: World, row: str, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        bring_in(world, "a.jsonl", row.encode())


def test_what_no_database_can_hold_is_left_out(world: World) -> None:
    bring_in(world, "a.jsonl", b'{"title": "A\\ud83d\\u0000", "text": "x\\ud83d", "phrasings": ["p\\ud83d"]}')
    (kept,) = world.all(Article)
    assert (kept.title, kept.text, kept.phrasings) == ("A?", "x?", ["p?"])


def test_a_long_article_goes_out_and_in_as_a_table(world: World) -> None:
    world.do(knowledge.save, Draft("", "Long", "word " * 39_000))
    assert bring_in(world, "a.csv", exchange.as_csv(world.all(Article)).encode()) == 1


def test_a_reply_that_may_be_about_one_visitor_is_switched_off_until_it_is_read(world: World) -> None:
    chat = world.chat("Where is my order 12345?")
    world.do(gaps.note, chat, "unsure")
    world.do(desk.agent_says, chat, world.grace, "Yours left today, write to vera@example.com", "g")
    (gap,) = world.do(gaps.every)
    assert not world.do(gaps.teach, [gap.id], gap.reply).enabled


def test_a_reply_with_the_visitors_name_is_switched_off_until_it_is_read(world: World) -> None:
    def asked(session: Session) -> None:
        session.get_one(Visitor, session.get_one(Conversation, chat).visitor_id).email = "vera@example.com"
        gaps.note(session, chat, "unsure")

    chat = world.chat("Do you lend paddles?")
    world.do(asked)
    world.do(desk.agent_says, chat, world.grace, "Yes, we lend paddles; vera has one already.", "g")
    (gap,) = world.do(gaps.every)
    assert not world.do(gaps.teach, [gap.id], gap.reply).enabled


def test_an_agents_reply_to_an_open_question_shows_at_once(world: World) -> None:
    chat, other = world.chat("Do you lend paddles?"), world.chat("Hello")
    world.do(gaps.note, chat, "unsure")
    for said_in, rings in ((chat, True), (other, False)):
        topics = db.transact_now(desk.agent_says, said_in, world.grace, "Yes, we lend paddles.", f"g-{said_in}")[1]
        assert (knowledge.TOPIC in topics) is rings


def test_a_table_of_questions_and_answers_is_one_of_articles(world: World) -> None:
    row = '{"question": "Do you lend paddles?", "alt": ["hire a paddle"], "answer": "Yes."}'
    assert bring_in(world, "a.jsonl", row.encode()) == 1
    (kept,) = world.all(Article)
    assert (kept.title, kept.text, kept.phrasings) == ("Do you lend paddles?", "Yes.", ["hire a paddle"])
