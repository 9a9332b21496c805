"""How near a question is in meaning to each article: to its phrasings, and to the passages of its text."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from handoff_app.answering.encoder import Encoder, Vectors
from handoff_app.answering.lexical import Scores
from handoff_app.answering.terms import words

Places = npt.NDArray[np.int64]

CLOSEST = 0.5  # of the closest phrasing against the mean of all; both alike ranked best
EVENED = 0.5  # how far the ways of asking are evened out, 0 to 1
CENTRED = 0.5  # how much of the mean phrasing is taken off every phrasing; what all share tells nothing
FEW = 20  # phrasings for which that is halved: their mean is not yet what all share


@dataclass(frozen=True)
class Asked:
    """A question as two vectors: `form` is compared with phrasings, `whole` with passages."""

    form: Vectors
    whole: Vectors


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
    ) -> None:
        self._encoder, self._topic = encoder, topic
        self._counts = np.array([len(said) for said in phrasings])
        self._starts = np.cumsum([0, *self._counts])[:-1]
        said = [self._without_topic(text) for text in chain.from_iterable(phrasings)]
        texts = list(chain.from_iterable(passages))
        vectors = encoder.texts([*said, *texts])
        forms, self._passages = vectors[: len(said)], vectors[len(said) :].copy()
        self._told = np.array([bool(text) for text in texts])
        self.passage_starts = np.cumsum([0, *(len(own) for own in passages)])[:-1]
        self._mean = forms.mean(axis=0) * (CENTRED * len(forms) / (len(forms) + FEW))
        self._evening = _evening(forms, self._starts, self._counts)
        self._forms = self._formed(forms)

    def asked(self, text: str) -> Asked:
        """A visitor's question, encoded: 3 ms."""
        bare = self._without_topic(text)
        vectors = self._encoder.questions([text] if bare == text else [text, bare])
        return Asked(self._formed(vectors[-1:])[0], vectors[0])

    def scores(self, asked: Asked, without: tuple[int, int] | None = None) -> tuple[Scores, Scores]:
        """For each article from 0 (unrelated) to about 2 (the same words), and for each passage how near it is.

        An article without text is judged by its phrasings alone. `without` thinks away a phrasing of an article.
        """
        near = self._forms @ asked.form
        counts = self._counts
        if without is not None:
            at, phrasing = without
            near[self._starts[at] + phrasing] = 0
            counts = counts.copy()
            counts[at] -= 1
        closest = np.maximum.reduceat(near, self._starts)
        mean = np.add.reduceat(near, self._starts) / np.maximum(counts, 1).astype(np.float32)
        heads: Scores = (CLOSEST * closest + (1 - CLOSEST) * mean).astype(np.float32)
        passages: Scores = np.where(self._told, self._passages @ asked.whole, np.float32(-1))
        texts = np.maximum.reduceat(passages, self.passage_starts)
        return heads + np.where(texts > -1, texts, heads), passages

    def _without_topic(self, text: str) -> str:
        if not self._topic:
            return text
        left = " ".join(part for part in re.findall(r"[\w'’]+|[?]", text) if self._topic.isdisjoint(words(part)))
        return left if re.search(r"\w\w", left) else text

    def _formed(self, vectors: Vectors) -> Vectors:
        formed: Vectors = (vectors - self._mean) @ self._evening
        formed /= np.linalg.norm(formed, axis=1, keepdims=True) + np.float32(1e-9)
        return formed


def _evening(forms: Vectors, starts: Places, counts: Places) -> Vectors:
    """A matrix that shortens the directions in which phrasings of one and the same article differ.

    "How do I …", "I want to …", a noun alone: such differences say nothing about which article is meant, and the
    owner's own phrasings show them. It is the within-class covariance normalisation of Hatch, Kajarekar, Stolcke 2006.
    """
    several = np.repeat(counts > 1, counts)
    if not several.any():
        return np.eye(forms.shape[1], dtype=np.float32)
    means = np.repeat(np.add.reduceat(forms, starts) / np.maximum(counts, 1)[:, None], counts, axis=0)
    differences = (forms - means)[several] * np.sqrt(1 + 1 / np.maximum(np.repeat(counts, counts) - 1, 1))[
        several, None
    ]
    spread, directions = np.linalg.eigh(differences.T @ differences)
    evened = EVENED * np.maximum(spread, 0) / max(float(spread.mean()), 1e-9) + 1 - EVENED
    matrix: Vectors = ((directions / np.sqrt(evened)) @ directions.T).astype(np.float32)
    return matrix
