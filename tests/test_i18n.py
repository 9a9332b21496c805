"""Catalogs: complete, with the same placeholders, chosen by the browser's languages."""

import pytest

from handoff_app import i18n
from handoff_app.pages.settings.localization import KEYS, LANGUAGES
from handoff_app.pages.settings.text_names import NAMES


@pytest.mark.parametrize("locale", [name for name in i18n.locales() if name != "en"])
def test_a_catalog_is_complete_and_keeps_placeholders(locale: str) -> None:
    english = i18n.catalog("en")
    assert list(i18n.catalog(locale)) == list(english)
    for key, text in i18n.catalog(locale).items():
        assert i18n.missing_placeholders(key, text) == [], key
        assert text.strip(), key
        assert text.count("\n") == english[key].count("\n"), key


def test_the_catalogs_that_ship_have_names_and_directions() -> None:
    shipped = {"en", "de", "es", "fr", "it", "pt", "nl", "pl", "tr", "ar", "he", "ru", "uk", "ja", "zh"}
    assert set(i18n.locales()) == shipped
    assert shipped <= set(LANGUAGES)
    assert {locale for locale in shipped if i18n.direction(locale) == "rtl"} == {"ar", "he"}


def test_every_text_of_the_catalog_can_be_edited() -> None:
    assert sorted(KEYS) == sorted(i18n.catalog(i18n.DEFAULT))


def test_the_name_of_a_text_stands_in_no_other() -> None:
    names = ["language", *(name.lower() for group in NAMES.values() for name in group.values())]
    assert [(one, other) for one in names for other in names if one != other and one in other] == []


@pytest.mark.parametrize(("locale", "word"), [("de", "German"), ("de-AT", "German"), ("en", "English"), ("xx", "xx")])
def test_a_language_is_named_in_english(locale: str, word: str) -> None:
    assert i18n.language(locale) == word


def test_an_unknown_key_fails() -> None:
    with pytest.raises(i18n.UnknownKey):
        i18n.key("widget.nonsense")


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("xx,en;q=0.5", "en"),
        ("", "en"),
        ("en;q=0.3,de;q=0.7", "de"),
        (";;q=x,,", "en"),
        ("pt-BR,pt;q=0.9", "pt"),
        ("zh-CN", "zh"),
    ],
)
def test_the_visitors_language_is_the_browsers(header: str, locale: str) -> None:
    assert i18n.pick(header) == locale


def test_an_edit_is_shown_with_its_values_and_other_braces_stay() -> None:
    assert i18n.text("agent.joined", "en", {"agent.joined": "{name} is here {x}"}, name="Grace") == "Grace is here {x}"
