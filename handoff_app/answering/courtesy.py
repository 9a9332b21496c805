"""Greetings, thanks and goodbyes, from `courtesy.toml`: alone they are answered, around a question left out."""

import re
import tomllib
from collections.abc import Iterable, Sequence, Set
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final
from unicodedata import category

from handoff_app.answering.words import Clause, fold, word_places, words

LONGEST: Final = 80  # characters; who writes more says more
MOST: Final = 16  # words of a phrase, as which signs count that stand without spaces
TELLING: Final = 3  # words of a sentence that says what it is about; fewer greet, agree, or ask for whom they name
_STOP: Final = re.compile(r"[.!?;:\n…。！？؟؛।]")
_SIGN: Final = re.compile(_STOP.pattern + r"|[,،、，–—-]")
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
    rest = _unthanked(text)
    if rest != text:
        return Courtesy.WELCOME if not _said(rest) or courtesy(rest) else None
    ends: dict[int, Courtesy | None] = {0: None}
    for end in range(1, len(said) + 1):
        starts = (start for start in ends if said[start:end] in _phrases())
        if (start := next(starts, None)) is not None:
            ends[end] = _phrases()[said[start:end]]
    found = ends.get(len(said))
    return None if "?" in text and found is not Courtesy.HELLO else found


def bare(sentence: str) -> str:
    """The sentence without the courtesies before and after it; empty if it is nothing else."""
    sentence = _unthanked(sentence)
    placed = list(word_places(sentence))
    said = [word for word, _ in placed]
    starts = [*(start for _, start in placed), len(sentence)]
    first, last = _begun(said, sentence, starts), len(said)
    while length := _longest(_around()[1], (tuple(said[start:last]) for start in range(max(first, last - MOST), last))):
        last -= length
    if first == last:
        return ""
    return sentence[starts[first] if first else 0 : starts[last]].strip(" ,;-–—")


def _unthanked(text: str) -> str:
    """What stands before thanks that end by naming whom: "That helped. Thank you, support team!"

    They begin the text, or follow a sign or a courtesy; a Dane who says "ja tak, kundeservice" asks for them.
    """
    placed = list(word_places(text))
    said = [word for word, _ in placed]
    _, addressed = _addressed()
    for start in range(max(0, len(said) - MOST), len(said)):
        named = _skipped(said, start, _thanks())
        if not start < named < len(said) == _skipped(said, named, addressed):
            continue
        rest, thanks = text[: placed[start][1]], text[placed[start][1] : placed[named][1]]
        if not _STOP.search(thanks) and (not start or _SIGN.match(rest.rstrip()[-1]) or courtesy(rest)):
            return rest
    return text


def _begun(said: Sequence[str], sentence: str, starts: Sequence[int]) -> int:
    """Where what is said begins: behind greetings, and behind whom they speak to if a sign follows."""
    before, _ = _around()
    dear, addressed = _addressed()
    opened = _skipped(said, 0, before | dear)
    named = _skipped(said, opened, addressed)
    spoken_to = 0 < opened < named <= len(said) - TELLING
    if spoken_to and _SIGN.search(sentence[starts[named - 1] : starts[named]]):
        return _skipped(said, named, before)
    return _skipped(said, 0, before)


def _skipped(said: Sequence[str], first: int, phrases: Set[Clause]) -> int:
    """Where the phrases end of which any number may begin here."""
    last = len(said)
    while length := _longest(phrases, (tuple(said[first:end]) for end in range(min(last, first + MOST), first, -1))):
        first += length
    return first


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


@cache
def _thanks() -> frozenset[Clause]:
    return frozenset(map(_placed, [*_written("around"), *_written("thanking")]))


@cache
def _addressed() -> tuple[frozenset[Clause], frozenset[Clause]]:
    """How, and to whom, a message may speak."""
    return frozenset(map(_placed, _written("dear"))), frozenset(map(_placed, _written("addressed")))


def _placed(phrase: str) -> Clause:
    return tuple(word for word, _ in word_places(phrase))


def _written(kind: str) -> list[str]:
    return [phrase for phrases in _file()[kind].values() for phrase in phrases]


@cache
def _file() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("courtesy.toml").read_text("utf-8"))
