"""A list of words and phrases, and whether one of them stands in a text. Knows no language."""

from collections.abc import Iterable
from typing import Final

from handoff_app.answering.words import LONGEST_WORD, Clause, fold, words

_INFLECTED: Final = 5  # letters of a word from which on it may end otherwise: "refund", "refunds", "refunded"
_ENDING: Final = 3  # letters of an ending: no more, for "refundable" is about something else
_VOWELS: Final = "aeiouyаеиоуыэюяіїє"
_APOSTROPHES: Final = ("", " ")
"""Text is read with its words joined at apostrophes ("dont") and with words split ("l avocat")."""


class Phrases:
    """Phrases are compared folded, at the borders of words; without spaces between words, wherever they stand.

    In `stem*` the last word only begins so. If they are `inflected`, a long last word may have another ending.
    """

    def __init__(self, written: Iterable[str], inflected: bool = False) -> None:
        self._whole: set[Clause] = set()
        self._stems: dict[str, dict[Clause, int]] = {}
        for phrase in written:
            for said in filter(None, (_read(phrase, apostrophe) for apostrophe in _APOSTROPHES)):
                if phrase.endswith("*"):
                    self._stems.setdefault(said[0][0], {})[said] = LONGEST_WORD
                elif inflected and len(said[-1]) >= _INFLECTED:
                    stem = (*said[:-1], said[-1][:-1] if said[-1][-1] in _VOWELS else said[-1])
                    self._stems.setdefault(said[0][0], {})[stem] = _ENDING + len(said[-1]) - len(stem[-1])
                else:
                    self._whole.add(said)
        self._lengths = sorted({len(said) for said in self._whole})

    def within(self, text: str) -> bool:
        """Whether one of them stands there."""
        said = (_read(text, apostrophe) for apostrophe in _APOSTROPHES)
        return any(self._at(clause, place) for clause in said for place in range(len(clause)))

    def left_out(self, clause: Clause) -> str:
        """A clause without them."""
        left, place = [], 0
        while place < len(clause):
            length = self._at(clause, place)
            left += [] if length else [clause[place]]
            place += length or 1
        return " ".join(left)

    def _at(self, clause: Clause, place: int) -> int:
        """How many words the longest of them takes that stands here, or 0."""
        whole = (length for length in self._lengths if clause[place : place + length] in self._whole)
        stems = self._stems.get(clause[place][0], {})
        begun = (len(said) for said, more in stems.items() if _begins(clause[place : place + len(said)], said, more))
        return max((*whole, *begun), default=0)


def _read(text: str, apostrophe: str) -> Clause:
    return tuple(word for word in words(fold(text).replace("'", apostrophe)) if word != ",")


def _begins(clause: Clause, said: Clause, more: int) -> bool:
    """Whether the clause is this phrase, with at most so many letters more."""
    if len(clause) != len(said) or clause[:-1] != said[:-1]:
        return False
    return clause[-1].startswith(said[-1]) and len(clause[-1]) <= len(said[-1]) + more
