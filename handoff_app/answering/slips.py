"""Which words a misspelt one may be meant for, in all languages at once."""

from array import array
from collections.abc import Iterable

import numpy as np

from handoff_app.answering.words import deletions


class Slips:
    """Finds words that become the same as another when at most one letter is dropped from each.

    170,000 such shapes are kept as hashes, in 2 MB instead of 35 as texts. What is found may still be two letters away,
    or share no more than a hash: who uses it compares.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))
        shapes, places = array("q"), array("i")
        for place, word in enumerate(self._words):
            for shape in {word, *deletions(word)}:
                shapes.append(hash(shape))
                places.append(place)
        order = np.argsort(np.array(shapes), kind="stable")
        self._shapes = np.array(shapes)[order]
        self._places = np.array(places)[order]

    def meant(self, word: str) -> list[str]:
        """In order; empty where nothing is near."""
        shapes = np.array([hash(shape) for shape in (word, *deletions(word))])
        first = np.searchsorted(self._shapes, shapes, side="left")
        last = np.searchsorted(self._shapes, shapes, side="right")
        found = {int(place) for at, end in zip(first, last, strict=True) for place in self._places[at:end]}
        return [self._words[place] for place in sorted(found)]
