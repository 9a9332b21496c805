"""What speaks for a human short of asking for one: tables per signal and language."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from handoff_app.answering import signals as answering
from handoff_app.answering.base import Turn
from handoff_app.answering.phrases import Phrases
from handoff_app.answering.signals import Signal, asked_before, heard, is_shouted, refuses_human
from handoff_app.domain import signals
from handoff_app.domain.settings import BadValue
from handoff_app.domain.signals import Response, Signals
from tests.conftest import World

LANGUAGES = sorted(path.stem for path in Path(answering.__file__).with_name("languages").glob("??.toml"))

ANGRY = {
    "ar": "أنتم لصوص! سئمت",
    "cs": "Jsem naštvaná, to je ostuda",
    "da": "Hold kæft, det er uacceptabelt",
    "de": "So eine Frechheit, ihr seid Betrüger!",
    "el": "Ντροπή σας, είστε απατεώνες",
    "en": "You are liars and I'll sue you",
    "es": "Son unos ladrones, los voy a denunciar",
    "fa": "خیلی عصبانی هستم، خجالت بکشید",
    "fi": "Hävetkää, olen raivoissani",
    "fr": "Vous vous moquez de moi, bande d'escrocs",
    "he": "נמאס לי, תתביישו",
    "hi": "बकवास! शर्म करो",
    "id": "Dasar penipu, saya sangat marah",
    "it": "Vergognatevi, ci vediamo in tribunale",
    "ja": "ふざけるな、弁護士に相談します",
    "ko": "정말 짜증나네요. 소송하겠습니다",
    "nl": "Schaam je, stelletje oplichters",
    "no": "Skam dere, jeg er rasende",
    "pl": "Wstydźcie się, pozwę was",
    "pt": "Bando de ladrões, vou processar vocês",
    "ro": "Să vă fie rușine, vă dau în judecată",
    "ru": "Позор! Вы мошенники, встретимся в суде",
    "sv": "Fy fan, ni är bedragare",
    "tr": "Rezalet! Sizi şikayet edeceğim",
    "uk": "Ганьба! Ви шахраї",
    "vi": "Đồ khốn, tôi sẽ kiện các người",
    "zh": "你们太过分了，我要投诉你们",
}

REPEATED = {
    "ar": "نفس الجواب مرة أخرى",
    "cs": "To už jste říkal",
    "da": "Det har du allerede sagt",
    "de": "Das hast du schon gesagt",
    "el": "Το είπες ήδη",
    "en": "You already said that",
    "es": "Ya lo dijiste",
    "fa": "قبلاً گفتی",
    "fi": "Sanoit jo tuon",
    "fr": "Vous l'avez déjà dit",
    "he": "כבר אמרת את זה",
    "hi": "फिर वही जवाब",
    "id": "Anda sudah mengatakan itu",
    "it": "L'hai già detto",
    "ja": "さっきも言ったでしょう",
    "ko": "똑같은 말만 하네요",
    "nl": "Dat zei je al",
    "no": "Det har du allerede sagt",
    "pl": "Już to mówiłeś",
    "pt": "Você já disse isso",
    "ro": "Ai spus deja asta",
    "ru": "Вы это уже говорили",
    "sv": "Det har du redan sagt",
    "tr": "Bunu zaten söylediniz",
    "uk": "Ви це вже казали",
    "vi": "Bạn đã nói rồi",
    "zh": "你已经说过了",
}

REFUSED = {
    "ar": "لا أريد التحدث مع موظف",
    "cs": "Díky, operátora nepotřebuji",
    "da": "Jeg vil ikke tale med et menneske",
    "de": "Ich möchte keinen Menschen sprechen",
    "el": "Δεν θέλω να μιλήσω με εκπρόσωπο",
    "en": "No human please",
    "es": "No quiero hablar con un agente",
    "fa": "نیازی به اپراتور نیست",
    "fi": "En halua puhua asiakaspalvelijan kanssa",
    "fr": "Je ne veux pas parler à un humain",
    "he": "אני לא רוצה לדבר עם נציג",
    "hi": "मुझे एजेंट से बात नहीं करनी है",
    "id": "Saya tidak mau bicara dengan agen",
    "it": "Non voglio parlare con un operatore",
    "ja": "ありがとう、担当者は不要です",
    "ko": "상담원이랑 얘기하고 싶지 않아요",
    "nl": "Ik wil geen medewerker spreken",
    "no": "Jeg vil ikke snakke med et menneske",
    "pl": "Nie chcę rozmawiać z konsultantem",
    "pt": "Não quero falar com um atendente",
    "ro": "Nu vreau să vorbesc cu un operator",
    "ru": "Не хочу говорить с оператором",
    "sv": "Jag vill inte prata med en människa",
    "tr": "Temsilciyle konuşmak istemiyorum",
    "uk": "Не хочу говорити з оператором",
    "vi": "Tôi không muốn nói chuyện với nhân viên",
    "zh": "我不想跟客服说话",
}

ORDINARY = """
How much does shipping to Norway cost?
Where is my order 4711?
Thanks!!!
Do you sell DIY PCs and USB-C cables?
I lost my liar dice, do you have new ones?
Am I talking to a human?
Kommt ihr zu dritt?
Ich brauche einen Rahmen für mein Fahrrad
Où se trouve votre magasin ?
C'est mon mari qui a dit d'acheter ça
¿Puedo pagar con tarjeta?
Posso restituire il prodotto?
Bu ayakkabı rahat mı?
Kan jeg få maling i blått?
妈妈的礼物什么时候到？
何回も使えますか
우롱차 있나요?
Đồng hồ đeo tay giá bao nhiêu?
Makanan anjing ada?
""".strip().splitlines()


def signals_of(text: str, history: Sequence[Turn] = (), confident: bool = True, *topics: str) -> set[Signal]:
    return set(heard(text, history, confident, topics))


def test_every_language_that_hears_requests_hears_these_too() -> None:
    assert sorted(path.stem for path in Path(answering.__file__).with_name("moods").glob("*.toml")) == LANGUAGES
    assert len(LANGUAGES) >= 27
    for table in (ANGRY, REPEATED, REFUSED):
        assert set(table) >= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_anger_is_heard(language: str) -> None:
    assert Signal.ANGER in signals_of(ANGRY[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complaint_about_repetition_is_heard_and_is_no_anger(language: str) -> None:
    assert signals_of(REPEATED[language]) == {Signal.REPETITION}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_heard(language: str) -> None:
    assert refuses_human(REFUSED[language])


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_message_speaks_for_nothing(text: str) -> None:
    assert signals_of(text) == set()
    assert not refuses_human(text)


@pytest.mark.parametrize("path", sorted(Path(__file__).with_name("intent").glob("*.toml")), ids=lambda path: path.stem)
def test_questions_that_mention_people_are_neither_angry_nor_repeated(path: Path) -> None:
    lines = tomllib.loads(path.read_text("utf-8"))["answer"].strip().splitlines()
    angry = [line for line in lines if signals_of(line) & {Signal.ANGER, Signal.REPETITION}]
    assert angry == []


@pytest.mark.parametrize(
    ("text", "shouted"),
    [
        ("WHERE IS MY ORDER", True),
        ("ГДЕ МОЙ ЗАКАЗ, Я ЖДУ УЖЕ МЕСЯЦ", True),
        ("Where is my ORDER", False),
        ("OK THX", False),
        ("MY ORDER IS AB123456 XY", False),
        ("ISBN 978-3-16-148410-0 IBAN", False),
        ("我的订单在哪里", False),
        ("I need a USB-C HDMI cable", False),
    ],
)
def test_several_words_in_capitals_are_shouted(text: str, shouted: bool) -> None:
    assert is_shouted(text) == shouted


ASKED = (Turn("visitor", "How much does shipping to Norway cost?"), Turn("ai", "4.90 €."))


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("How much does shipping to Norway cost?", True),
        ("how much does shipping to norway cost", True),
        ("So how much does the shipping to Norway cost?!", True),
        ("How much does shipping to Sweden cost?", False),
        ("How long does shipping to Norway take?", False),
        ("And how do I return it?", False),
    ],
)
def test_the_same_question_again_is_one(text: str, again: bool) -> None:
    assert asked_before(text, ASKED) == again
    assert not asked_before(text, ASKED[:1])  # nobody has answered it yet


@pytest.mark.parametrize("text", ["Thank you", "yes", "谢谢你", "ok thanks"])
def test_a_courtesy_said_twice_is_no_repetition(text: str) -> None:
    assert not asked_before(text, (Turn("visitor", text), Turn("ai", "You are welcome.")))


def test_a_question_in_chinese_again_is_one() -> None:
    asked = (Turn("visitor", "运费到挪威要多少钱？"), Turn("ai", "4.90 €。"))
    assert asked_before("运费到挪威要多少钱", asked)
    assert not asked_before("怎么退货？", asked)


@pytest.mark.parametrize(
    ("topic", "text", "stands"),
    [
        ("refund", "I want a REFUND.", True),
        ("refund", "Are these refundable?", False),
        ("refund*", "Are these refundable?", True),
        ("refund", "I was never refunded!", True),
        ("Kündigung", "Wie lang sind die Kündigungen?", True),
        ("жалоба", "Хочу подать жалобу", True),
        ("data breach", "two data breaches", True),
        ("sue", "I sued", False),
        ("réclamation", "une reclamation", True),
        ("data breach", "Was there a data  breach?", True),
        ("data breach", "data about a breach", False),
        ("don't", "I dont", True),
        ("lawyer", "my lawyer's letter", True),
        ("Straße", "STRASSE", True),
        ("退款", "我想退款谢谢", True),
        ("返金", "返金してください", True),
        ("변호사", "변호사를 부르겠어요", True),
        ("คืนเงิน", "ขอคืนเงินหน่อย", True),
        ("возврат", "Оформите ВОЗВРАТ, пожалуйста", True),
        ("استرداد", "أريد استرداد المبلغ", True),
        ("refnud", "refund", False),
    ],
)
def test_a_topic_is_found_as_a_word_in_any_script(topic: str, text: str, stands: bool) -> None:
    assert Phrases([topic], inflected=True).within(text) == stands
    assert (Signal.TOPIC in signals_of(text, (), True, topic)) == stands


@pytest.mark.parametrize(
    ("before", "confident", "stands"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_two_answers_in_a_row_that_say_nothing_are_a_signal(before: bool, confident: bool, stands: bool) -> None:
    history = (Turn("visitor", "Xylophone?"), Turn("ai", "…", sure=before))
    assert (Signal.TWO_UNSURE in signals_of("Marmalade?", history, confident)) == stands


def test_the_strongest_response_wins_and_a_hint_is_always_worth_an_offer() -> None:
    wanted = Signals(anger=Response.ESCALATE, repetition=Response.OFF)
    assert wanted.response([]) is Response.OFF
    assert wanted.response([Signal.REPETITION]) is Response.OFF
    assert wanted.response([Signal.REPETITION, Signal.HINT]) is Response.OFFER
    assert wanted.response([Signal.TOPIC, Signal.ANGER]) is Response.ESCALATE
    assert [wanted.response([signal]) for signal in Signal]


def test_what_is_saved_is_known_and_topics_are_tidied(world: World) -> None:
    assert world.do(signals.known) == Signals()
    wanted = Signals(anger=Response.OFF, topics=(" data  breach ", "", "Refund", "refund"), show_sources=False)
    saved = world.do(signals.save, wanted)
    assert saved == world.do(signals.known)
    assert saved == Signals(anger=Response.OFF, topics=("data breach", "refund"), show_sources=False)


@pytest.mark.parametrize(
    ("topics", "sentence"),
    [
        ((*(f"topic {n}" for n in range(101)),), "100 topics are the most; this list has 101."),
        (("x" * 81,), "is longer than 80 characters."),
        (("refund", "!!!"), "“!!!” has no letter"),
    ],
)
def test_topics_that_cannot_be_saved_are_refused_in_a_sentence(
    world: World, topics: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(BadValue, match=sentence) as refused:
        world.do(signals.save, Signals(topics=topics))
    assert refused.value.field == "topics"
    assert world.do(signals.known) == Signals()


def test_who_thanks_in_capitals_is_not_angry() -> None:
    assert Signal.ANGER not in heard("THANK YOU SO MUCH FOR HELPING", (), True, ())
    assert Signal.ANGER in heard("WHY DOES NOBODY ANSWER ME", (), True, ())


NOBODY = """
I don't want to talk to anyone
ich will mit niemandem reden
no quiero hablar con nadie
não quero falar com ninguém
non voglio parlare con nessuno
je ne veux parler à personne
ik wil niemand spreken
nie chcę z nikim rozmawiać
не хочу ни с кем говорить
не хочу ні з ким говорити
kimseyle konuşmak istemiyorum
jag vill inte prata med någon
jeg vil ikke tale med nogen
en halua puhua kenenkään kanssa
nechci s nikým mluvit
nu vreau să vorbesc cu nimeni
δεν θέλω να μιλήσω με κανέναν
לא רוצה לדבר עם אף אחד
لا أريد التحدث مع أحد
我不想跟任何人说话
saya tidak mau bicara dengan siapa pun
tôi không muốn nói chuyện với ai cả
"""


@pytest.mark.parametrize("text", NOBODY.strip().splitlines())
def test_who_wants_to_talk_to_nobody_refuses(text: str) -> None:
    assert refuses_human(text)


@pytest.mark.parametrize(
    "text",
    ["My parcel did not arrive, nobody answers", "Is anyone there? No parcel came", "Nadie contesta el teléfono"],
)
def test_nobody_alone_is_no_refusal(text: str) -> None:
    assert not refuses_human(text)
