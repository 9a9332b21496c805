"""Who asks for a human and who does not, as tables per rule."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from handoff_app.answering.intent import Decision, decide
from handoff_app.answering.words import CLAUSE, MOST_CLAUSES, fold, one_edit_apart, readings

TABLES = sorted(Path(__file__).with_name("intent").glob("*.toml"))


def sentences() -> Iterator[tuple[str, str, str]]:
    """Language, decision, sentence: from one file per language."""
    for table in TABLES:
        for decision, lines in tomllib.loads(table.read_text("utf-8")).items():
            yield from ((table.stem, decision, line) for line in lines.strip().splitlines())


ASKS = """
Could I please talk to a person, Acme?
I need human help
get me an agent
agent please
HUMAN!!!
real person
speak to a representative
connect me with customer service
let me talk to someone
Is there anyone at Acme I can talk to?
Could you put me through to your support team?
could you call me back?
Can a human help me?
""".strip().splitlines()

ASKS_ELSEWHERE = """
Kann ich mit einem Menschen sprechen?
Verbinden Sie mich bitte mit einem Mitarbeiter
Ich möchte jemanden sprechen
Rufen Sie mich bitte zurück
Je voudrais parler à quelqu'un
Passez-moi un conseiller s'il vous plaît
quiero hablar con un agente
pásame con una persona
Vorrei parlare con un operatore
Quero falar com um atendente
Ik wil graag met een medewerker spreken
kunnen jullie mij terugbellen
""".strip().splitlines()

REJECTS_THE_BOT = """
stop this bot
I don't want to talk to a bot
not a bot, a human please
Ich möchte nicht mit einem Bot sprechen
Je ne veux pas parler à un robot
no quiero hablar con un robot
non voglio parlare con un bot
não quero falar com um robô
ik wil niet met een robot praten
""".strip().splitlines()

REFUSES_A_HUMAN = """
I don't want a human
no human please
Please don't connect me to an agent
I'd rather not talk to a human
Without talking to an agent, can I cancel?
you don't need to call me
Ich möchte keinen Menschen sprechen
Je ne veux pas parler à un humain
no quiero hablar con una persona
non voglio parlare con un operatore
não quero falar com um humano
ik wil geen mens spreken
""".strip().splitlines()

MENTIONS_PEOPLE = """
are you human?
is Acme a bot?
am I talking to a person?
my manager bought this
a person picks it up
how many people fit in the tent
human hair shampoo
can another person collect my order
can someone else sign for the parcel
I spoke to an agent yesterday
do I have to call someone to cancel
do you have a contact form
can I speak German with you
no, thanks, Grace
Bist du ein Mensch?
Mein Mitarbeiter hat das bestellt
tente pour 4 personnes
¿eres humano, Linus?
una tenda per due persone
você é humano?
ben je een mens?
""".strip().splitlines()

COMPLAINS = """
this is useless
you already said that
you don't understand me
that's not what I asked
du verstehst mich nicht
das hilft mir nicht
no me entiendes
non mi capisci
você não me entende
je begrijpt mij niet
""".strip().splitlines()


@pytest.mark.parametrize(("language", "decision", "text"), list(sentences()))
def test_each_language_is_understood(language: str, decision: str, text: str) -> None:
    assert decide(text) == decision


@pytest.mark.parametrize("text", ASKS + ASKS_ELSEWHERE)
def test_asking_for_a_human_escalates(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


@pytest.mark.parametrize("text", REJECTS_THE_BOT)
def test_rejecting_the_bot_escalates(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


@pytest.mark.parametrize("text", REFUSES_A_HUMAN)
def test_refusing_a_human_does_not_escalate(text: str) -> None:
    assert decide(text) is Decision.ANSWER


@pytest.mark.parametrize("text", MENTIONS_PEOPLE)
def test_mentioning_people_does_not_escalate(text: str) -> None:
    assert decide(text) is Decision.ANSWER


@pytest.mark.parametrize("text", COMPLAINS)
def test_frustration_is_offered_a_human(text: str) -> None:
    assert decide(text) is Decision.OFFER


@pytest.mark.parametrize(
    "text",
    ["I don't want this bot, get me a human", "no I want a human", "This is useless, let me speak to a manager"],
)
def test_a_refusal_ends_where_the_clause_turns(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


@pytest.mark.parametrize("text", ["transfer me to an agetn", "I want to speak to a represenative", "get me a hunan"])
def test_one_slip_in_a_long_word_is_forgiven(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


@pytest.mark.parametrize("text", ["", " ", "???", "🙂", ",", "." * 5_000])
def test_a_message_without_words_asks_for_nobody(text: str) -> None:
    assert decide(text) is Decision.ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4_000,
        "not talk to a human or " * 170,
        "human, " * 570,
        "human. " * 570,
        "h\u200bu\u200bman " * 500,
        "l'agent d'un n'est " * 210,
        "我要人工客服" * 660,
        "\ufdfa" * 4_000,
        "^$*+?{0,9}" * 400,
    ],
)
def test_the_work_on_any_message_is_bounded(text: str) -> None:
    read = list(readings(text))
    assert len(read) <= MOST_CLAUSES
    assert all(len(clause) <= CLAUSE for both in read for clause in both)
    assert decide(text) in Decision


def test_a_request_in_the_middle_of_a_long_story_is_heard() -> None:
    story = "My parcel came on Monday and it was wet, so I called the courier who said nothing. " * 12
    assert decide(f"{story}Please connect me to an agent. {story}") is Decision.ESCALATE


def test_a_request_that_is_repeated_is_one() -> None:
    assert decide("human please human please human please") is Decision.ESCALATE


def test_a_request_at_the_end_of_a_long_story_is_heard() -> None:
    assert decide("My parcel came on Monday and it was wet. " * 90 + "Let me talk to a human.") is Decision.ESCALATE


@pytest.mark.parametrize(
    "text", ["h\u200buman please", "𝐡𝐮𝐦𝐚𝐧 please", "HUMAN 🙏🙏", "ｈｕｍａｎ　please", "Mitarbeiter\u00ad bitte"]
)
def test_ornaments_do_not_hide_a_request(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


@pytest.mark.parametrize(
    ("word", "other", "slip"),
    [
        ("agetn", "agent", True),
        ("persn", "person", True),
        ("persoon", "person", True),
        ("pirson", "person", True),
        ("persons", "person", False),
        ("directory", "director", False),
        ("agentt", "agent", True),
        ("steak", "break", False),
        ("parson", "persom", False),
    ],
)
def test_a_slip_is_one_letter(word: str, other: str, slip: bool) -> None:
    assert one_edit_apart(word, other) is slip


def test_case_accents_and_apostrophes_are_folded() -> None:
    assert fold("Möchte L’Été") == "mochte l'ete"


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ('the mail says "contact customer service", is it real?', Decision.ANSWER),
        ("was heißt „mit einem Berater sprechen“ im Menü", Decision.ANSWER),
        ('can I talk to a "real" person', Decision.ESCALATE),
        ('"speak to an agent"', Decision.ESCALATE),
        ("it's broken, can't you get me an agent, I don't get it", Decision.ESCALATE),
    ],
)
def test_what_is_quoted_is_told_and_not_asked(text: str, decision: Decision) -> None:
    assert decide(text) is decision


@pytest.mark.parametrize("text", ["I want a human 4711", "human please #12345", "#4711 ich will einen Menschen 99"])
def test_the_number_of_an_order_may_stand_beside_a_request(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


@pytest.mark.parametrize(
    ("text", "escalates"),
    [
        ("talk to a human? no thanks", False),
        ("Human! Nein danke", False),
        ("I want a human, no bots", True),
        ("Can I speak to someone? No? Then call me back", True),
    ],
)
def test_a_no_that_follows_takes_the_request_back(text: str, escalates: bool) -> None:
    assert (decide(text) is Decision.ESCALATE) == escalates


def test_greetings_and_thanks_change_nothing() -> None:
    folder = files("handoff_app.answering")
    courtesies = tomllib.loads(folder.joinpath("courtesy.toml").read_text("utf-8"))
    changed = []
    for table in TABLES:
        greetings, thanks = (courtesies[kind][table.stem][:4] for kind in ("hello", "around"))
        for decision, lines in tomllib.loads(table.read_text("utf-8")).items():
            for line in lines.strip().splitlines()[:25]:
                said = [f"{before} {line}" for before in greetings]
                said += [f"{line.rstrip('.!?')} {after}" for after in thanks]
                changed += [text for text in said if (decide(text) == "escalate") != (decision == "escalate")]
    assert changed == []


def test_asides_change_nothing() -> None:
    folder = files("handoff_app.answering").joinpath("languages")
    changed = []
    for table in TABLES:
        asides = tomllib.loads(folder.joinpath(table.name).read_text("utf-8"))["slots"]["asides"]
        first, *others = tomllib.loads(table.read_text("utf-8"))["escalate"].split("\n")[-4:-1]
        said = [f"{first.rstrip('.!?。')} {aside}" for aside in asides]
        said += [f"{aside} {other}" for aside in asides for other in others]
        changed += [text for text in said if decide(text) is not Decision.ESCALATE]
    assert changed == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_a_request_is_heard_before_and_after_a_story(table: Path) -> None:
    messages = table.parent.with_name("messages") / table.name
    requests = tomllib.loads(table.read_text("utf-8"))["escalate"].splitlines()[:6]
    story = "\n".join(tomllib.loads(messages.read_text("utf-8"))["ordinary"].splitlines()[-3:])
    said = [text for request in requests for text in (f"{story}\n{request}", f"{request}\n{story}")]
    assert [text for text in said if decide(text) is not Decision.ESCALATE] == []


@pytest.mark.parametrize(
    "text",
    [
        "Ich möchte mein Ticket für Samstag an einen Kollegen weitergeben, es ist aber personalisiert.",
        "Hvordan fletter jeg to kontakter som er lagret dobbelt?",
        "怎样把客服聊天记录导出来存档",
    ],
)
def test_what_only_sounds_like_a_request_brings_no_human(text: str) -> None:
    assert decide(text) is not Decision.ESCALATE


SPOKEN_TO = [
    ("Dear customer service", "where is my order 4711"),
    ("Hi team", "where is my order 4711"),
    ("Liebes Team", "wo ist meine Bestellung 4711"),
    ("Hallo Team", "wo ist meine Bestellung 4711"),
    ("Cher service client", "où est ma commande 4711"),
    ("Bonjour l'équipe", "où est ma commande 4711"),
    ("Estimado servicio de atención al cliente", "dónde está mi pedido 4711"),
    ("Hola equipo", "dónde está mi pedido 4711"),
    ("Gentile servizio clienti", "dov'è il mio ordine 4711"),
    ("Ciao team", "dov'è il mio ordine 4711"),
    ("Olá equipa", "onde está o meu pedido 4711"),
    ("Olá equipe", "onde está o meu pedido 4711"),
    ("Beste klantenservice", "waar is mijn bestelling 4711"),
    ("Hallo team", "waar is mijn bestelling 4711"),
    ("Droga obsługo klienta", "gdzie jest moje zamówienie 4711"),
    ("Witam zespół", "gdzie jest moje zamówienie 4711"),
    ("Уважаемая служба поддержки", "где мой заказ 4711"),
    ("Здравствуйте, коллеги", "где мой заказ 4711"),
    ("Шановна служба підтримки", "де моє замовлення 4711"),
    ("Вітаю, колеги", "де моє замовлення 4711"),
    ("Sayın yetkili", "siparişim 4711 nerede"),
    ("Merhaba ekip", "siparişim 4711 nerede"),
    ("Hej kundtjänst", "var är min beställning 4711"),
    ("Hej teamet", "var är min beställning 4711"),
    ("Kære kundeservice", "hvor er min ordre 4711"),
    ("Hej team", "hvor er min ordre 4711"),
    ("Kjære kundeservice", "hvor er bestillingen min 4711"),
    ("Hei teamet", "hvor er bestillingen min 4711"),
    ("Hyvä asiakaspalvelu", "missä tilaukseni 4711 on"),
    ("Hei tiimi", "missä tilaukseni 4711 on"),
    ("Vážená zákaznická podpora", "kde je moje objednávka 4711"),
    ("Dobrý den, týme", "kde je moje objednávka 4711"),
    ("Stimată echipă", "unde este comanda mea 4711"),
    ("Bună echipă", "unde este comanda mea 4711"),
    ("Αγαπητή εξυπηρέτηση πελατών", "πού είναι η παραγγελία μου 4711"),
    ("Γεια σας ομάδα", "πού είναι η παραγγελία μου 4711"),
    ("السادة خدمة العملاء", "أين طلبي 4711"),
    ("مرحبا فريق الدعم", "أين طلبي 4711"),
    ("שלום שירות לקוחות", "איפה ההזמנה שלי 4711"),
    ("שלום צוות", "איפה ההזמנה שלי 4711"),
    ("پشتیبانی محترم", "سفارش من 4711 کجاست"),
    ("سلام تیم پشتیبانی", "سفارش من 4711 کجاست"),
    ("प्रिय ग्राहक सेवा", "मेरा ऑर्डर 4711 कहाँ है"),
    ("नमस्ते टीम", "मेरा ऑर्डर 4711 कहाँ है"),
    ("Halo kak admin", "pesanan saya 4711 di mana"),
    ("Halo tim", "pesanan saya 4711 di mana"),
    ("Chào shop", "đơn hàng 4711 của tôi ở đâu"),
    ("Chào đội ngũ hỗ trợ", "đơn hàng 4711 của tôi ở đâu"),
    ("亲", "我的订单4711在哪里"),
    ("客服你好", "我的订单4711在哪里"),
    ("カスタマーサービス御中", "注文4711はどこですか"),
    ("サポートご担当者様", "注文4711はどこですか"),
    ("안녕하세요 상담원님", "제 주문 4711은 어디 있나요"),
    ("고객센터 담당자님", "제 주문 4711은 어디 있나요"),
]


@pytest.mark.parametrize(("whom", "question"), SPOKEN_TO)
@pytest.mark.parametrize("sign", [", ", "! ", ".\n", " - "])
def test_speaking_to_the_team_asks_for_nobody(whom: str, question: str, sign: str) -> None:
    assert decide(f"{whom}{sign}{question}") is not Decision.ESCALATE


@pytest.mark.parametrize(
    "text",
    [
        "Great service, thank you support team!",
        "Danke an den Support",
        "merci le support",
        "спасибо, коллеги",
        "teşekkürler ekip",
        "谢谢客服",
        "شكرا لفريق الدعم",
        "תודה לצוות",
        "ممنون از تیم پشتیبانی",
        "धन्यवाद टीम",
    ],
)
def test_thanking_the_team_asks_for_nobody(text: str) -> None:
    assert decide(text) is Decision.ANSWER


@pytest.mark.parametrize(
    "text",
    ["hi support please", "Hello, support", "Hi team, I want a human", "Thanks!\nSupport", "support"]
    + [
        "OK support",
        "great, support team",
        "perfect, customer service",
        "好的,客服",
        "gut, kundenservice",
        "Ja tak, kundeservice",
    ],
)
def test_asking_for_the_team_is_heard(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


LOST = [
    "I don't know how to reach an agent",
    "could you help me reach an agent?",
    "what must I do to speak with a person",
    "Ich weiß nicht, wie ich einen Mitarbeiter erreiche",
    "könnt ihr mir helfen jemanden zu erreichen?",
    "was muss ich tun um mit einem Menschen zu sprechen",
    "je ne sais pas comment joindre un conseiller",
    "pouvez-vous m'aider à contacter quelqu'un ?",
    "que dois-je faire pour parler à une personne",
    "no sé cómo contactar con una persona",
    "¿me ayudas a contactar con alguien?",
    "qué tengo que hacer para hablar con un agente",
    "não sei como falar com uma pessoa",
    "podem ajudar-me a contactar alguém?",
    "o que tenho de fazer para falar com um atendente",
    "non so come contattare una persona",
    "mi può aiutare a contattare qualcuno?",
    "cosa devo fare per parlare con un operatore",
    "ik weet niet hoe ik een medewerker kan bereiken",
    "kunt u mij helpen iemand te bereiken?",
    "wat moet ik doen om met een mens te praten",
    "nie wiem, jak skontaktować się z człowiekiem",
    "czy możecie pomóc mi skontaktować się z kimś?",
    "co mam zrobić, żeby porozmawiać z konsultantem",
    "не знаю, как связаться с человеком",
    "помогите связаться с кем-нибудь",
    "что нужно сделать, чтобы поговорить с оператором",
    "не знаю, як зв'язатися з людиною",
    "допоможіть зв'язатися з кимось",
    "що треба зробити, щоб поговорити з оператором",
    "bir temsilciye nasıl ulaşacağımı bilmiyorum",
    "birine ulaşmama yardım eder misiniz?",
    "bir insanla konuşmak için ne yapmam gerekiyor",
    "jag vet inte hur jag får tag på en människa",
    "kan ni hjälpa mig att få kontakt med någon?",
    "vad måste jag göra för att prata med en handläggare",
    "jeg ved ikke, hvordan jeg får fat i en medarbejder",
    "kan I hjælpe mig med at få kontakt til nogen?",
    "hvad skal jeg gøre for at tale med et menneske",
    "jeg vet ikke hvordan jeg får tak i et menneske",
    "kan dere hjelpe meg med å få kontakt med noen?",
    "hva må jeg gjøre for å snakke med en kundebehandler",
    "en tiedä miten saan yhteyden ihmiseen",
    "voitteko auttaa minua saamaan yhteyden johonkuhun?",
    "mitä minun pitää tehdä että pääsen puhumaan asiakaspalvelijan kanssa",
    "nevím, jak se spojit s člověkem",
    "můžete mi pomoct spojit se s někým?",
    "co mám udělat, abych mohl mluvit s operátorem",
    "nu știu cum să iau legătura cu o persoană",
    "mă puteți ajuta să contactez pe cineva?",
    "ce trebuie să fac ca să vorbesc cu un operator",
    "δεν ξέρω πώς να επικοινωνήσω με άνθρωπο",
    "μπορείτε να με βοηθήσετε να επικοινωνήσω με κάποιον;",
    "τι πρέπει να κάνω για να μιλήσω με εκπρόσωπο",
    "لا أعرف كيف أتواصل مع موظف",
    "هل يمكنك مساعدتي في التواصل مع شخص ما؟",
    "ماذا علي أن أفعل لأتحدث مع إنسان",
    "אני לא יודע איך ליצור קשר עם נציג",
    "אפשר לעזור לי ליצור קשר עם מישהו?",
    "מה צריך לעשות כדי לדבר עם בן אדם",
    "نمیدونم چطور با یه آدم تماس بگیرم",
    "میشه کمکم کنید با کسی تماس بگیرم؟",
    "چیکار باید بکنم تا با پشتیبان صحبت کنم",
    "मुझे नहीं पता कि किसी इंसान से कैसे संपर्क करूँ",
    "क्या आप किसी से बात कराने में मेरी मदद कर सकते हैं?",
    "एजेंट से बात करने के लिए मुझे क्या करना होगा",
    "我不知道怎么联系人工客服",
    "能帮我联系一下工作人员吗",
    "要怎么做才能跟真人说话",
    "担当者への連絡方法がわかりません",
    "誰かに連絡を取りたいので助けてください",
    "人と話すにはどうすればいいですか",
    "상담원에게 어떻게 연락하는지 모르겠어요",
    "누군가와 연락하게 도와주실 수 있나요?",
    "사람과 이야기하려면 어떻게 해야 하나요",
    "saya tidak tahu cara menghubungi petugas",
    "bisa bantu saya menghubungi seseorang?",
    "apa yang harus saya lakukan supaya bisa bicara dengan orang",
    "tôi không biết làm sao để liên hệ với nhân viên",
    "có thể giúp tôi liên lạc với ai đó không?",
    "tôi phải làm gì để nói chuyện với người thật",
]


@pytest.mark.parametrize("text", LOST)
def test_not_knowing_how_to_reach_a_human_asks_for_one(text: str) -> None:
    assert decide(text) is Decision.ESCALATE


@pytest.mark.parametrize(
    ("text", "escalates"),
    [
        ("Is er niemand die me kan helpen?", True),
        ("Is er geen handleiding die me helpt?", False),
        ("Er der slet ingen hos jer der kan tage over her?", True),
        ("Er der ingen vejledning, der hjælper mig?", False),
        ("Ist bei euch im Laden keiner, der mal kurz antworten kann?", True),
        ("Gibt es keine Anleitung, die mir hilft?", False),
        ("Finns det ingen guide som hjälper mig?", False),
        ("Meine Nummer ist 0151 2345678", True),
        ("Meine Nummer ist gesperrt", False),
        ("Puhelinnumeroni on 040 1234567", True),
        ("Puhelinnumeroni on vaihtunut", False),
        ("accounting, please", True),
        ("Buchhaltung, bitte", True),
        ("Bogholderiet, tak – det handler om en rykker", True),
        ("trenger hjelp fra en medarbeider, hytteutleien er dobbeltbooket", True),
    ],
)
def test_people_are_told_from_things(text: str, escalates: bool) -> None:
    assert (decide(text) is Decision.ESCALATE) == escalates


def test_a_long_clause_may_be_cut_elsewhere_when_it_is_split_at_apostrophes() -> None:
    said = (
        "m'a o'clock d'un I'd d'un agent transférez don't mon un m'a qu'il à don't call's o'clock I'd I'd call's I'd "
        "o'clock j'ai billet o'clock , à transfer agent don't , d'un"
    )
    words = said.split()
    for start in range(len(words)):
        decide(" ".join(words[start:] + words[:start]))  # says something, whatever it is
