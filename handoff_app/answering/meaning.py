"""How near a question is in meaning to each article: to its phrasings, and to the passages of its text."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from handoff_app.answering.encoder import Encoder, Halves, Vectors
from handoff_app.answering.lexical import Scores
from handoff_app.answering.terms import Words, words

Places = npt.NDArray[np.int64]

EVENED = 0.65  # how far the ways of asking are evened out, 0 to 1
CENTRED = 0.5  # how much of the mean phrasing is taken off every phrasing; what all share tells nothing
PART = 1_000  # articles whose phrasings are looked at together
FEW = 20  # phrasings for which that is halved: their mean is not yet what all share


@dataclass(frozen=True)
class Asked:
    """Questions as two vectors each, a row: `forms` are compared with phrasings, `wholes` with passages."""

    forms: Vectors
    wholes: Vectors


class Meaning:
    """Phrasings and passages of articles as vectors, `phrasings[n]` and `passages[n]` being those of article n.

    `topic` holds the words that tell no two articles apart (a shop's tents, the disease that a whole FAQ is about).
    They are left out of questions and phrasings, for else they draw every question to the shortest phrasing with them.
    Raises `Stopped`, or whatever kept the encoder from loading.
    """

    def __init__(
        self,
        encoder: Encoder,
        phrasings: Sequence[Sequence[str]],
        passages: Sequence[Sequence[str]],
        topic: Set[str],
        words: Words = words,
    ) -> None:
        self._encoder, self._topic, self._words = encoder, topic, words
        counts = np.array([len(said) for said in phrasings])
        said = [self._without_topic(text) for text in chain.from_iterable(phrasings)]
        texts = list(chain.from_iterable(passages))
        vectors = encoder.texts([*said, *texts])
        forms, self._passages = vectors[: len(said)], vectors[len(said) :].astype(np.float32)
        self._told = np.array([bool(text) for text in texts])
        self.passage_starts = np.cumsum([0, *(len(own) for own in passages)])[:-1]
        self._mean = forms.mean(axis=0, dtype=np.float32) * (CENTRED * len(forms) / (len(forms) + FEW))
        self._evening = _evening(forms, counts)
        sums = np.concatenate([_sums(self._formed(part), counted) for part, counted in _parts(forms, counts)])
        self._lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        self._heads = _of_length_one(sums)

    def asked(self, texts: Sequence[str]) -> Asked:
        """Questions, or one in several readings, encoded: 3 ms for the first, less for each that comes with it."""
        bare = [self._without_topic(text) for text in texts]
        both = list(dict.fromkeys([*texts, *bare]))
        vectors = self._encoder.questions(both)
        forms, wholes = ([both.index(text) for text in said] for said in (bare, texts))
        return Asked(self._formed(vectors[forms]), vectors[wholes])

    def scores(self, asked: Asked, without: int | None = None) -> tuple[Scores, Scores]:
        """For each question (a row) and article from 0 (unrelated) to about 2 (the same words), and for each passage.

        An article is the sum of its phrasings: what they have in common grows, what each has of its own does not. One
        without text is judged by them alone. `without` is an article from whose phrasings the question is thought away,
        being one of several.
        """
        heads: Scores = asked.forms @ self._heads.T
        if without is not None:
            rest = self._heads[without] * self._lengths[without] - asked.forms
            heads[:, without] = (_of_length_one(rest) * asked.forms).sum(axis=1)
        passages: Scores = np.where(self._told, asked.wholes @ self._passages.T, np.float32(-1))
        texts = np.maximum.reduceat(passages, self.passage_starts, axis=1)
        return heads + np.where(texts > -1, texts, heads), passages

    def _without_topic(self, text: str) -> str:
        if not self._topic:
            return text
        left = " ".join(part for part in re.findall(r"[\w'’]+|[?]", text) if self._topic.isdisjoint(self._words(part)))
        return left if re.search(r"\w\w", left) else text

    def _formed(self, vectors: Vectors) -> Vectors:
        return _of_length_one((vectors - self._mean) @ self._evening)


def _of_length_one(vectors: Vectors) -> Vectors:
    """The same directions; a row of zeros stays one."""
    shortened: Vectors = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + np.float32(1e-9))
    return shortened


def _sums(vectors: Vectors, counts: Places) -> Vectors:
    """For each article the sum of its rows, of which it has so many."""
    return np.add.reduceat(vectors, np.cumsum([0, *counts])[:-1])


def _parts(vectors: Halves, counts: Places) -> Iterator[tuple[Vectors, Places]]:
    """The rows of a thousand articles at a time, for all of them in full precision take more memory than the model."""
    ends = np.cumsum(counts)
    for first in range(0, len(counts), PART):
        counted = counts[first : first + PART]
        end = ends[first + len(counted) - 1]
        yield vectors[end - counted.sum() : end].astype(np.float32), counted


def _evening(forms: Halves, counts: Places) -> Vectors:
    """A matrix that shortens the directions in which phrasings of one and the same article differ.

    "How do I …", "I want to …", a noun alone: such differences say nothing about which article is meant, and the
    owner's own phrasings show them. It is the within-class covariance normalisation of Hatch, Kajarekar, Stolcke 2006.
    """
    if not (counts > 1).any():
        return np.eye(forms.shape[1], dtype=np.float32)
    spread, directions = np.linalg.eigh(sum(_differences(*part) for part in _parts(forms, counts)))
    evened = EVENED * np.maximum(spread, 0) / max(float(spread.mean()), 1e-9) + 1 - EVENED
    matrix: Vectors = ((directions / np.sqrt(evened)) @ directions.T).astype(np.float32)
    return matrix


def _differences(forms: Vectors, counts: Places) -> Vectors:
    """How phrasings scatter around the mean of their article; two of them show half of what many would."""
    each = np.repeat(counts, counts)
    differences = forms - np.repeat(_sums(forms, counts) / counts[:, None], counts, axis=0)
    differences *= np.sqrt(each / np.maximum(each - 1, 1))[:, None]
    scatter: Vectors = differences.T @ differences
    return scatter
