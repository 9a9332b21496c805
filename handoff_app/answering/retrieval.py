"""Finds the passages that share a question's words, and how sure one may be of each; it knows words, not meanings."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt

from handoff_app.answering.base import Passage
from handoff_app.answering.intent import fold

Scores = npt.NDArray[np.float32]

TEXT_WEIGHT = (
    0.2  # of the text's BM25 score against that of title and phrasings; it ranked better than none on two FAQ sets
)
CLOSE = 50  # ranks within which the best passage of another article is looked for

# Logistic regression of "this passage is right" over two FAQ sets (2,493 questions, 166 entries).
BIAS, COVERAGE, OVERLAP, LEAD = -2.65, 0.2, 5.0, 11.0


@dataclass(frozen=True)
class Hit:
    """A passage found; `score` only ranks within one search, `confidence` is a probability from 0 to 1."""

    passage: Passage
    score: float
    confidence: float


class Index:
    """Passages to search, held in memory; build a new one when an article changes."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self._phrasings = [[set(words(said)) for said in (p.title, *p.phrasings)] for p in self.passages]
        heads = [[w for said in (p.title, *p.phrasings) for w in words(said)] for p in self.passages]
        texts = [words(p.text) for p in self.passages]
        self._vocabulary = [set(head) | set(text) for head, text in zip(heads, texts, strict=True)]
        self._found_in = Counter(word for vocabulary in self._vocabulary for word in vocabulary)
        # Titles are short: a length penalty weaker than usual keeps a passage from losing by its many phrasings.
        self._heads = _bm25(heads, length_penalty=0.5)
        self._texts = _bm25(texts, length_penalty=0.75)

    def search(self, text: str, limit: int = 5) -> list[Hit]:
        """The best passages first; empty when no passage shares a word with the text."""
        asked = list(dict.fromkeys(words(text)))
        if not self.passages or not asked:
            return []
        scores = self._scores(self._heads, asked) + TEXT_WEIGHT * self._scores(self._texts, asked)
        ranked = [int(at) for at in np.argsort(-scores, kind="stable")[: max(limit, CLOSE)] if scores[at] > 0]
        return [
            Hit(self.passages[at], float(scores[at]), self._confidence(at, asked, self._lead(at, ranked, scores)))
            for at in ranked[:limit]
        ]

    def _scores(self, index: bm25s.BM25 | None, asked: list[str]) -> Scores:
        known = [word for word in asked if word in index.vocab_dict] if index else []
        found = index.get_scores(known) if index and known else np.zeros(len(self.passages))
        return np.asarray(found, dtype=np.float32)

    def _confidence(self, at: int, asked: list[str], lead: float) -> float:
        """From the asked words the passage holds, its closest phrasing's overlap, and its lead over other articles."""
        content = [word for word in asked if word not in STOPWORDS] or asked
        coverage = self._weight(w for w in content if w in self._vocabulary[at]) / self._weight(content)
        if not coverage:
            return 0.0
        overlap = max(self._overlap(phrasing, asked) for phrasing in self._phrasings[at])
        logit = BIAS + COVERAGE * coverage + OVERLAP * overlap + LEAD * lead / self._weight(asked)
        return 1 / (1 + math.exp(-logit))

    def _lead(self, at: int, ranked: list[int], scores: Scores) -> float:
        article = self.passages[at].article_id
        rival = next((other for other in ranked if self.passages[other].article_id != article), None)
        return float(scores[at] - scores[rival]) if rival is not None else float(scores[at])

    def _overlap(self, phrasing: Set[str], asked: list[str]) -> float:
        """Dice's coefficient, each word weighed by its rarity."""
        shared = self._weight(word for word in asked if word in phrasing)
        return 2 * shared / (self._weight(asked) + self._weight(phrasing))

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._rarity(word) for word in words)

    def _rarity(self, word: str) -> float:
        """Inverse document frequency as in Lucene's BM25; a word that no passage holds is the rarest."""
        found = self._found_in[word]
        return math.log(1 + (len(self.passages) - found + 0.5) / (found + 0.5))


def words(text: str) -> list[str]:
    """Folded and lightly stemmed words in order; Chinese and Japanese characters are a word each."""
    cjk = r"\u3040-\u30ff\u3400-\u9fff"
    return [stem(word) for word in re.findall(rf"[{cjk}]|[^\W_{cjk}]+", fold(text).replace("'", ""))]


def stem(word: str) -> str:
    """Takes English endings off: plurals, -ing and -ed with their doubled consonant, a final e, y as i."""
    word = _singular(word)
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and re.search("[aeiouy]", root):
            word = root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _bm25(documents: list[list[str]], length_penalty: float) -> bm25s.BM25 | None:
    if not any(documents):
        return None
    index = bm25s.BM25(k1=1.2, b=length_penalty)
    index.index([document or [""] for document in documents], show_progress=False)
    return index


# They rank (a "when" tells two questions apart), but do not count as shared content.
STOPWORDS = frozenset(
    stem(word)
    for word in [
        "a",
        "about",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "but",
        "by",
        "can",
        "cant",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "dont",
        "for",
        "from",
        "get",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "help",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "id",
        "if",
        "im",
        "in",
        "into",
        "is",
        "it",
        "its",
        "ive",
        "just",
        "know",
        "let",
        "like",
        "may",
        "me",
        "might",
        "mine",
        "more",
        "most",
        "much",
        "must",
        "my",
        "need",
        "no",
        "not",
        "now",
        "of",
        "off",
        "on",
        "one",
        "or",
        "our",
        "ours",
        "out",
        "please",
        "possible",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "tell",
        "than",
        "that",
        "thats",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "us",
        "very",
        "want",
        "was",
        "we",
        "were",
        "what",
        "whats",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yours",
    ]
)
