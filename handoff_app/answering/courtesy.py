"""Greetings, thanks and goodbyes that say nothing else, from `courtesy.toml`: they are answered, and found nowhere."""

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final
from unicodedata import category

from handoff_app.answering.words import fold, words

LONGEST: Final = 80  # characters; who writes more says more
_SIGNS: Final = re.compile(r"[^\w\s]+")


class Courtesy(StrEnum):
    """What it calls for; of several in one message the last one counts."""

    HELLO = "hello"
    WELCOME = "welcome"  # thanks, or taking note
    BYE = "bye"


def courtesy(text: str) -> Courtesy | None:
    """The courtesy that the message is, or None if it says more. A picture alone (a thumb up) takes note."""
    said = _said(text)
    if len(text) > LONGEST or not said:
        return Courtesy.WELCOME if any(category(sign) == "So" for sign in text[:LONGEST]) else None
    ends: dict[int, Courtesy | None] = {0: None}
    for end in range(1, len(said) + 1):
        starts = (start for start in ends if said[start:end] in _phrases())
        if (start := next(starts, None)) is not None:
            ends[end] = _phrases()[said[start:end]]
    found = ends.get(len(said))
    return None if "?" in text and found is not Courtesy.HELLO else found


def _said(text: str) -> tuple[str, ...]:
    return tuple(word for word in words(fold(_SIGNS.sub(_kept, text)).replace("'", "")) if word != ",")


def _kept(signs: "re.Match[str]") -> str:
    """An apostrophe belongs to its word."""
    return "'" if signs[0] in ("'", "’") else " "


@cache
def _phrases() -> dict[tuple[str, ...], Courtesy]:
    written = tomllib.loads(files(__package__).joinpath("courtesy.toml").read_text("utf-8"))
    return {
        _said(phrase): Courtesy(kind)
        for kind, languages in written.items()
        for phrases in languages.values()
        for phrase in phrases
    }
