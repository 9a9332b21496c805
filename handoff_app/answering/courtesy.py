"""Greetings, thanks and goodbyes, from `courtesy.toml`: alone they are answered, around a question left out."""

import re
import tomllib
from collections.abc import Iterable, Set
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final
from unicodedata import category

from handoff_app.answering.words import Clause, fold, word_places, words

LONGEST: Final = 80  # characters; who writes more says more
MOST: Final = 16  # words of a phrase, as which signs count that stand without spaces
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


def bare(sentence: str) -> str:
    """The sentence without the courtesies before and after it; empty if it is nothing else."""
    placed = list(word_places(sentence))
    said = [word for word, _ in placed]
    before, after = _around()
    first, last = 0, len(said)
    while length := _longest(before, (tuple(said[first:end]) for end in range(min(last, first + MOST), first, -1))):
        first += length
    while length := _longest(after, (tuple(said[start:last]) for start in range(max(first, last - MOST), last))):
        last -= length
    if first == last:
        return ""
    start = placed[first][1] if first else 0
    end = placed[last][1] if last < len(said) else len(sentence)
    return sentence[start:end].strip(" ,;-–—")


def _longest(phrases: Set[Clause], candidates: Iterable[Clause]) -> int:
    """How many words the first of these takes that is a phrase; the longest ones come first."""
    return next((len(said) for said in candidates if said in phrases), 0)


def _said(text: str) -> Clause:
    return tuple(word for word in words(fold(_SIGNS.sub(_kept, text)).replace("'", "")) if word != ",")


def _kept(signs: "re.Match[str]") -> str:
    """An apostrophe belongs to its word."""
    return "'" if signs[0] in ("'", "’") else " "


@cache
def _phrases() -> dict[Clause, Courtesy]:
    return {_said(phrase): kind for kind in Courtesy for phrase in _written(kind)}


@cache
def _around() -> tuple[frozenset[Clause], frozenset[Clause]]:
    """What is left out before a sentence, and what after it."""
    before = [*_written(Courtesy.HELLO), *_written("before"), *_written("around")]
    return frozenset(map(_placed, before)), frozenset(map(_placed, [*_written("around"), *_written("after")]))


def _placed(phrase: str) -> Clause:
    return tuple(word for word, _ in word_places(phrase))


def _written(kind: str) -> list[str]:
    return [phrase for phrases in _file()[kind].values() for phrase in phrases]


@cache
def _file() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("courtesy.toml").read_text("utf-8"))
