"""How well requests for a human are told from everything else, over messages in every language.

The messages are kept in `messages/`, one file per language. `bench/hunch.py` learns from them, so that what these gates
hold is that nothing gets lost; how well strangers are understood is measured by `handoff eval intent`.
"""

import tomllib
from pathlib import Path

import pytest

from handoff_app.answering import hunch
from handoff_app.answering.intent import SURE, Decision, decide, shape_of

KINDS = ("requests", "traps", "ordinary", "angry")
TABLES = {
    file.stem: tomllib.loads(file.read_text("utf-8"))
    for file in sorted(Path(__file__).with_name("messages").glob("*.toml"))
}
DECIDED = {
    (language, kind): [decide(text) for text in table[kind].strip().splitlines()]
    for language, table in TABLES.items()
    for kind in KINDS
}


def every(kind: str) -> list[Decision]:
    return [decision for language in TABLES for decision in DECIDED[language, kind]]


def share(decisions: list[Decision], *wanted: Decision) -> float:
    return sum(decision in wanted for decision in decisions) / len(decisions)


@pytest.mark.parametrize("language", TABLES)
def test_requests_are_recognised_in_each_language(language: str) -> None:
    assert share(DECIDED[language, "requests"], Decision.ESCALATE) >= 0.85


def test_requests_are_recognised() -> None:
    assert share(every("requests"), Decision.ESCALATE) >= 0.93
    assert share(every("requests"), Decision.ESCALATE, Decision.OFFER) >= 0.97


def test_a_hunch_that_is_sure_brings_a_human_unless_the_message_goes_on_to_decline() -> None:
    said = "S mašinou se bavit nebudu."
    assert hunch.odds(said, shape_of(said)) > SURE
    assert decide(said) is Decision.ESCALATE
    assert decide(f"{said} Ne, děkuji.") is not Decision.ESCALATE


def test_traps_are_seldom_taken_for_requests() -> None:
    false = every("traps").count(Decision.ESCALATE)
    assert every("requests").count(Decision.ESCALATE) / (every("requests").count(Decision.ESCALATE) + false) >= 0.97
    assert share(every("traps"), Decision.ESCALATE) <= 0.01


def test_ordinary_messages_are_left_to_the_answerer() -> None:
    assert share(every("ordinary"), Decision.ESCALATE) == 0
    assert share(every("ordinary"), Decision.OFFER) <= 0.03


@pytest.mark.parametrize("language", TABLES)
def test_anger_and_repetition_are_offered_a_human(language: str) -> None:
    assert set(DECIDED[language, "angry"]) <= {Decision.OFFER}
