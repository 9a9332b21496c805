"""Catalogs: complete, with the same placeholders, chosen by the browser's languages."""

import pytest

from handoff_app import i18n


@pytest.mark.parametrize("locale", [name for name in i18n.locales() if name != "en"])
def test_a_catalog_has_no_key_that_english_lacks_and_keeps_placeholders(locale: str) -> None:
    assert set(i18n.catalog(locale)) - set(i18n.catalog("en")) == set()
    for key, text in i18n.catalog(locale).items():
        assert i18n.missing_placeholders(key, text) == [], key


def test_german_is_complete() -> None:
    assert set(i18n.catalog("de")) == set(i18n.catalog("en"))


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
    ],
)
def test_the_visitors_language_is_the_browsers(header: str, locale: str) -> None:
    assert i18n.pick(header) == locale


def test_an_edit_is_shown_with_its_values_and_other_braces_stay() -> None:
    assert i18n.text("agent.joined", "en", {"agent.joined": "{name} is here {x}"}, name="Grace") == "Grace is here {x}"
