"""Finding the right passage of Acme's articles, and saying how sure one is."""

import asyncio

import pytest

from handoff_app.answering.base import Passage, Question, Source
from handoff_app.answering.builtin import THRESHOLD, Builtin
from handoff_app.answering.encoder import Encoder
from handoff_app.answering.retrieval import Index
from handoff_app.answering.terms import stem, words

ACME = [
    Passage(
        "delivery-1",
        "delivery",
        "How long does delivery take?",
        "Parcels arrive within three working days.",
        ("when will my parcel arrive",),
        "https://acme.example/delivery",
    ),
    Passage("returns-1", "returns", "How do I return something?", "Send it back within 30 days.", ("get a refund",)),
    Passage("tents-1", "tents", "Which tents are waterproof?", "The Ridge and the Valley keep the rain out."),
    Passage("payment-1", "payment", "Which cards can I pay with?", "Visa and Mastercard.", ("payment methods",)),
    Passage("opening-1", "opening", "When is the Acme shop open?", "Monday to Friday, 9 to 17."),
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("how long does the delivery take", "delivery-1"),
        ("When will the parcels be arriving?", "delivery-1"),
        ("I want a refund", "returns-1"),
        ("is this tent waterproof", "tents-1"),
        ("what payment methods are there", "payment-1"),
        ("does the valley tent keep out rain", "tents-1"),
    ],
)
def test_a_paraphrase_finds_its_passage(asked: str, found: str) -> None:
    assert Index(ACME).search(asked)[0].passage.id == found


@pytest.mark.parametrize("asked", ["how long does delivery take", "when will my parcel arrive?", "get a refund"])
def test_a_question_in_an_articles_words_is_sure(asked: str) -> None:
    assert Index(ACME).search(asked)[0].confidence > 0.9


@pytest.mark.parametrize(
    "asked", ["how long is the Nile", "who is the president of France", "what is my name", "do you like music"]
)
def test_an_unrelated_question_is_unsure(asked: str) -> None:
    assert all(hit.confidence < THRESHOLD for hit in Index(ACME).search(asked))


@pytest.fixture(scope="module")
def learned() -> Index:
    return Index(ACME).learned(Encoder())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Wie lange dauert die Lieferung?", "delivery"),
        ("Quels sont les moyens de paiement ?", "payment"),
        ("¿Cómo devuelvo algo?", "returns"),
        ("Когда открыт магазин?", "opening"),
        ("いつ届きますか", "delivery"),
    ],
)
def test_a_question_in_another_language_is_answered(learned: Index, asked: str, found: str) -> None:
    hit = learned.search(asked)[0]
    assert (hit.passage.article_id, hit.foreign) == (found, True)
    assert hit.confidence > THRESHOLD


@pytest.mark.parametrize("asked", ["Verkaufen Sie Kajaks?", "Où est la gare ?", "¿Qué tiempo hará mañana?", "天気は"])
def test_what_is_not_known_is_not_known_in_another_language_either(learned: Index, asked: str) -> None:
    assert learned.search(asked)[0].confidence < THRESHOLD


def test_a_question_in_the_articles_language_is_not_foreign(learned: Index) -> None:
    assert not learned.search("when does my parcel arrive")[0].foreign


async def test_a_foreign_answer_says_in_which_language_it_is(learned: Index) -> None:
    answer = await Builtin(learned).answer(Question("Wie lange dauert die Lieferung?"))
    assert (answer.text, answer.foreign) == ("Parcels arrive within three working days.", "en")
    assert (await Builtin(learned).answer(Question("how long does delivery take"))).foreign == ""


def test_an_address_in_a_question_says_nothing() -> None:
    plain, linked = (Index(ACME).search(f"I want a refund{link}") for link in ("", " https://acme.example/a/b?c=d"))
    assert plain == linked
    assert Index(ACME).search("https://acme.example") == Index(ACME).search("https acme example")


def test_hits_come_best_first_and_no_more_than_asked_for() -> None:
    hits = Index(ACME).search("when does the Acme shop take a parcel return", limit=2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score


def test_a_phrasing_weighs_more_than_a_text() -> None:
    told = Passage("a", "a", "Gift cards", "You may also use a voucher.")
    asked = Passage("b", "b", "Discounts", "Type the code at the checkout.", ("use a voucher",))
    assert Index([told, asked]).search("voucher")[0].passage is asked


def test_passages_of_one_article_do_not_make_each_other_unsure() -> None:
    twin = Passage("delivery-2", "delivery", "How long does delivery take?", "To the islands, a week.")
    assert Index([*ACME, twin]).search("how long does delivery take")[0].confidence > 0.9


@pytest.mark.parametrize("asked", ["which tents are waterproof", "", "???"])
def test_an_empty_index_finds_nothing(asked: str) -> None:
    assert Index([]).search(asked) == []


def test_passages_without_words_find_nothing() -> None:
    assert Index([Passage("empty", "empty", "", "")]).search("delivery") == []


def test_a_single_passage_can_be_sure_and_unsure() -> None:
    index = Index(ACME[:1])
    assert index.search("how long does delivery take")[0].confidence > 0.9
    assert index.search("how long is the tent")[0].confidence < THRESHOLD


def test_one_of_ten_thousand_passages_is_found() -> None:
    index = Index(
        [Passage(str(n), str(n), f"How do I mend part {n}?", f"Glue {n % 97} and wait.") for n in range(10_000)]
    )
    hits = index.search("how do I mend part 4711")
    assert hits[0].passage.id == "4711"


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        ("parcels", "parcel"),
        ("deliveries", "delive"),
        ("delivery", "delive"),
        ("shipping", "ship"),
        ("arrived", "arriv"),
        ("arrive", "arriv"),
        ("boxes", "box"),
        ("glass", "glass"),
        ("bus", "bus"),
        ("red", "red"),
    ],
)
def test_words_of_one_family_share_a_stem(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Anmeldungen", "anmelden"),
        ("es", "devoluciones", "devolución"),
        ("fr", "remboursé", "remboursements"),
        ("pl", "przesyłki", "przesyłkę"),
        ("fi", "toimituksen", "toimitus"),
        ("uk", "замовлення", "замовлень"),
        ("ru", "оплаченный", "оплаченные"),
        ("en", "cancellation", "cancelled"),
    ],
)
def test_the_forms_of_a_word_share_a_stem_in_its_language(language: str, one: str, other: str) -> None:
    assert words(one, language) == words(other, language)


def test_numbers_are_not_cut() -> None:
    assert words("order 12345678, not 12345679 nor AB1234567") == [
        "order",
        "12345678",
        "not",
        "12345679",
        "nor",
        "ab1234567",
    ]


def test_articles_are_read_in_their_language() -> None:
    passages = [
        Passage("1", "1", "Wie kann ich meine Wohnung ummelden?", "Kommen Sie mit Ihrem Ausweis ins Bürgerbüro."),
        Passage("2", "2", "Wo beantrage ich einen Hund?", "Für Ihren Hund zahlen Sie Steuern an die Stadt."),
        Passage("3", "3", "Wann wird der Müll abgeholt?", "Die Tonnen werden jeden Dienstag geleert."),
    ]
    assert Index(passages).search("Hundesteuer beantragen und anmelden")[0].passage.id == "2"


def test_words_are_folded_and_characters_of_chinese_stand_alone() -> None:
    assert words("L'Acmé, 退货!") == ["lacm", "退", "货"]


def test_the_builtin_shows_the_passage_and_its_source() -> None:
    answer = asyncio.run(Builtin(Index(ACME)).answer(Question("How long does delivery take?")))
    assert answer.confident
    assert answer.text == "Parcels arrive within three working days."
    assert answer.sources == (Source("delivery", "How long does delivery take?", "https://acme.example/delivery"),)


def test_the_builtin_says_nothing_when_unsure() -> None:
    answer = asyncio.run(Builtin(Index(ACME)).answer(Question("how long is the Nile")))
    assert (answer.confident, answer.text, answer.sources) == (False, "", ())
    assert answer.confidence < THRESHOLD


def test_the_builtin_without_articles_is_not_confident() -> None:
    answer = asyncio.run(Builtin(Index([])).answer(Question("which tents are waterproof")))
    assert (answer.confident, answer.text, answer.confidence) == (False, "", 0.0)


def test_the_threshold_is_the_callers_choice() -> None:
    question = Question("how long is the Nile")
    assert asyncio.run(Builtin(Index(ACME), threshold=0.0).answer(question)).confident


def test_a_number_that_all_articles_hold_tells_none_apart() -> None:
    asked = ["What is COVID-19?", "Who is at risk of COVID-19?", "Is there a test for COVID-19?", "COVID-19 in animals"]
    articles = [Passage(str(n), str(n), title, "") for n, title in enumerate(asked)]
    learned = Index(articles).learned(Encoder())
    assert learned.search("can my dog get covid 19")[0].passage.title == "COVID-19 in animals"
    assert {"covid", "19"} == set(learned._topic())
