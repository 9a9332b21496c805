"""Words that a misspelt one may be meant for."""

import pytest

from handoff_app.answering.slips import Slips

SLIPS = Slips(["agent", "person", "персона", "representative", "agente"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("agent", ["agent", "agente"]),
        ("agetn", ["agent"]),  # two letters apart: whether it is one slip, who uses it says
        ("persn", ["person"]),
        ("персна", ["персона"]),
        ("represenative", ["representative"]),
        ("tent", []),
        ("", []),
    ],
)
def test_words_that_are_near_are_found(word: str, meant: list[str]) -> None:
    assert SLIPS.meant(word) == meant


def test_none_is_near_where_there_are_none() -> None:
    assert Slips([]).meant("agent") == []
