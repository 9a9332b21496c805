"""A visitor who types yes or no to an offer has answered it."""

import tomllib
from pathlib import Path

import pytest

from handoff_app.answering import consent
from handoff_app.answering.consent import consents

WRITTEN = tomllib.loads(Path(consent.__file__).with_suffix(".toml").read_text("utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "Yes please!",
        "sure, why not",
        "yes that would be great, thank you",
        "Ja bitte, danke schön!",
        "YES",
        "ok",
        "Ja, gerne.",
        "oui, s’il vous plaît",
        "Sí",
        "はい、お願いします",
        "是的。",
    ],
)
def test_a_yes_is_heard(text: str) -> None:
    assert consents(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "No, thanks.",
        "nope",
        "never mind",
        "No, forget it, thanks",
        "Nein, hat sich erledigt",
        "算了",
        "Nein danke",
        "不用了",
        "いいえ、結構です",
    ],
)
def test_a_no_is_heard(text: str) -> None:
    assert consents(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "👍?",
        "Yes, where is my parcel?",
        "no parcel came",
        "please tell me your hours",
        "thanks",
        "yes no",
        "no problem at all, yes please",
    ],
)
def test_what_says_more_is_neither(text: str) -> None:
    assert consents(text) is None


def test_every_language_says_both_and_no_phrase_is_yes_here_and_no_there() -> None:
    assert WRITTEN["yes"].keys() == WRITTEN["no"].keys()
    said = {kind: {p for phrases in table.values() for p in phrases} for kind, table in WRITTEN.items()}
    assert WRITTEN["polite"].keys() == WRITTEN["no"].keys()
    assert all(consents(phrase) is True for phrase in said["yes"])
    assert all(consents(phrase) is False for phrase in said["no"])
