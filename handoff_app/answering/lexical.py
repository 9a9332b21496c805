"""How many of a question's words an article holds, each weighed by its rarity. It knows words, not meanings."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handoff_app.answering.terms import plainness

Scores = npt.NDArray[np.float32]

# BM25F (Robertson, Zaragoza, Taylor 2004): a word of a title or phrasing counts as three of the text.
HEAD, HEAD_LENGTH, TEXT_LENGTH, SATURATION = 3.0, 0.5, 0.75, 1.2
CLOSEST = 0.4  # weight of the closest phrasing's overlap beside the share of the question that the article holds
BACKGROUND = 10  # articles about anything that are thought beside the owner's, so that few articles have sane rarities


@dataclass(frozen=True)
class Entry:
    """One article as words: each of its phrasings (its title is one), and its text."""

    phrasings: Sequence[Sequence[str]]
    text: Sequence[str]


class Lexical:
    """Scores entries by their words; the first number of an entry is its place in the sequence given."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self.found_in = Counter(word for entry in entries for word in _vocabulary(entry))
        self._column = {word: at for at, word in enumerate(self.found_in)}
        self._head_length = _mean(sum(map(len, entry.phrasings)) for entry in entries)
        self._text_length = _mean(len(entry.text) for entry in entries)
        width = len(self._column)
        self._held = _Postings((self._columns(self._weights(entry)) for entry in entries), width)
        phrasings = [set(phrasing) for entry in entries for phrasing in entry.phrasings]
        rows = (self._columns({word: self.rarity(word) for word in said}) for said in phrasings)
        self._phrasings = _Postings(rows, width)
        self._phrasing_weight = np.array([self._weight(said) for said in phrasings], dtype=np.float32)
        self.starts = np.cumsum([0, *(len(entry.phrasings) for entry in entries)])[:-1]

    def known_share(self, asked: Sequence[str]) -> float:
        """How many of the words stand in any entry, from 0 to 1."""
        return sum(word in self._column for word in asked) / len(asked)

    def scores(self, asked: Sequence[str], without: tuple[int, int] | None = None) -> Scores:
        """For each entry from 0 (no word shared) to about 1.4 (asked in its very words).

        `without` is an entry and one of its phrasings that is thought away, to see how it would be found then.
        """
        asked = list(dict.fromkeys(asked))
        weight = self._weight(asked)
        if not weight:
            return np.zeros(len(self._entries), dtype=np.float32)
        columns = [self._column[word] for word in asked if word in self._column]
        held = self._held.total(columns)
        overlap = 2 * self._phrasings.total(columns) / (weight + self._phrasing_weight)
        if without is not None:
            at, phrasing = without
            overlap[self.starts[at] + phrasing] = 0
            rest = [said for number, said in enumerate(self._entries[at].phrasings) if number != phrasing]
            left = self._weights(Entry(rest, self._entries[at].text))
            held[at] = sum(left.get(word, 0.0) for word in asked)
        closest: Scores = np.maximum.reduceat(overlap, self.starts)
        return held / np.float32(weight) + np.float32(CLOSEST) * closest

    def shares(self, asked: Sequence[str], texts: Iterable[Sequence[str]]) -> Scores:
        """The share of the question that each of these texts holds, from 0 to 1: to choose within one article."""
        weight = self._weight(set(asked)) or 1.0
        return np.array([self._weight(set(asked) & set(text)) / weight for text in texts], dtype=np.float32)

    def rarity(self, word: str) -> float:
        """Inverse document frequency as in Lucene's BM25; a word that no entry holds is the rarest."""
        found = self.found_in[word] + BACKGROUND * plainness(word)
        return math.log(1 + (len(self._entries) + BACKGROUND - found + 0.5) / (found + 0.5))

    def _weights(self, entry: Entry) -> dict[str, float]:
        """What each of the entry's words adds to the score of a question that holds it."""
        heads = Counter(word for phrasing in entry.phrasings for word in phrasing)
        head = HEAD / _length(heads.total(), self._head_length, HEAD_LENGTH)
        text = 1 / _length(len(entry.text), self._text_length, TEXT_LENGTH)
        often = {word: times * head for word, times in heads.items()}
        for word, times in Counter(entry.text).items():
            often[word] = often.get(word, 0.0) + times * text
        return {word: self.rarity(word) * times / (times + SATURATION) for word, times in often.items()}

    def _columns(self, weights: Mapping[str, float]) -> dict[int, float]:
        return {self._column[word]: weight for word, weight in weights.items()}

    def _weight(self, words: Iterable[str]) -> float:
        return sum(map(self.rarity, words))


class _Postings:
    """A sparse matrix by columns: which rows hold a word, and with what weight."""

    def __init__(self, rows: Iterable[Mapping[int, float]], width: int) -> None:
        columns, at, weights = array("i"), array("i"), array("f")
        self._rows = 0
        for row in rows:
            columns.extend(row.keys())
            at.extend([self._rows] * len(row))
            weights.extend(row.values())
            self._rows += 1
        by_column = np.argsort(np.array(columns), kind="stable")
        self._at = np.array(at, dtype=np.int32)[by_column]
        self._weights = np.array(weights, dtype=np.float32)[by_column]
        self._start = np.searchsorted(np.array(columns)[by_column], np.arange(width + 1))

    def total(self, columns: Iterable[int]) -> Scores:
        """For each row the sum of its weights in these columns."""
        total = np.zeros(self._rows, dtype=np.float32)
        for column in columns:
            cells = slice(self._start[column], self._start[column + 1])
            total[self._at[cells]] += self._weights[cells]
        return total


def _vocabulary(entry: Entry) -> set[str]:
    return set(entry.text).union(*entry.phrasings)


def _mean(lengths: Iterable[int]) -> float:
    known = list(lengths)
    return max(1.0, sum(known) / max(1, len(known)))


def _length(length: int, usual: float, penalty: float) -> float:
    return 1 - penalty + penalty * length / usual
