"""Finds the article and its passage that answer a question, and how sure one may be of it: by words and by meaning."""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial

import numpy as np

from handoff_app.answering import confidence, language
from handoff_app.answering.base import Passage
from handoff_app.answering.confidence import Confidence
from handoff_app.answering.encoder import Encoder
from handoff_app.answering.lexical import Entry, Lexical, Scores
from handoff_app.answering.meaning import Meaning
from handoff_app.answering.questions import questions
from handoff_app.answering.spelling import Spelling
from handoff_app.answering.terms import Words, words

# A word that so large a share of the articles hold (and so many of them) is the topic of them all. Short words are
# grammar in most languages, and grammar helps to understand a sentence; a number is none ("COVID-19").
TOPIC_SHARE, TOPIC_ARTICLES, TOPIC_LETTERS = 0.15, 4, 5
TRIES = 150  # phrasings left out in turn to see how sure one may be; a second for 10,000 articles
LONGEST = 2_000  # characters of a question that are read
_ADDRESS = re.compile(r"https?://\S+")  # where the visitor is says little about what they ask


Near = tuple[Scores, Scores]  # how near each article is in meaning, and each passage


@dataclass(frozen=True)
class Hit:
    """An article found, by its best passage; `score` only ranks, `confidence` is a probability from 0 to 1.

    A `foreign` question shares no words with what is known: in all likelihood it is asked in another language.
    """

    passage: Passage
    score: float
    confidence: float
    foreign: bool = False


@dataclass(frozen=True)
class _Article:
    passages: tuple[Passage, ...]
    phrasings: tuple[str, ...]


class Index:
    """Articles to search by their words, held in memory; build a new one when an article changes."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._articles = _articles(passages)
        self._words: Words = partial(words, language=language.of([_sample(each) for each in self._articles]))
        self._entries = [_entry(article, self._words) for article in self._articles]
        self._lexical = Lexical(self._entries)
        self._meaning: Meaning | None = None
        self._spelling: Spelling | None = None
        self._confidence = confidence.WORDS.fitted(*self._tried(confidence.WORDS))

    def learned(self, encoder: Encoder) -> "Index":
        """The same articles, searched by their meaning too. Takes a while, and raises what the encoder does."""
        if not self._articles:
            return self
        index = copy(self)
        index._meaning = self._understand(encoder)
        index._spelling = Spelling(self._texts(), encoder.is_word)
        index._confidence = confidence.MEANING.fitted(*index._tried(confidence.MEANING))
        return index

    def search(self, text: str, limit: int = 5) -> list[Hit]:
        """The best articles first; empty when nothing is known or asked, or no article shares a word with the text.

        Of the ways to read it as one question, the one that is answered most surely counts.
        """
        text = _ADDRESS.sub(" ", text[:LONGEST]).strip() or text[:LONGEST]
        text = self._spelling.mended(text) if self._spelling else text
        readings = [said for said in questions(text) if self._words(said)]
        if not self._articles or not readings:
            return []
        near = self._near(readings)
        found = [self._found(self._words(said), near[at], limit) for at, said in enumerate(readings)]
        return max(found, key=lambda hits: hits[0].confidence if hits else 0)

    def _near(self, texts: Sequence[str], without: int | None = None) -> Sequence[Near | None]:
        """How near each article and each passage is in meaning, for each of the texts."""
        if self._meaning is None:
            return [None] * len(texts)
        return list(zip(*self._meaning.scores(self._meaning.asked(texts), without), strict=True))

    def _found(self, asked: Sequence[str], near: Near | None, limit: int) -> list[Hit]:
        scores = self._scores(asked, near)
        ranked = _best(scores, limit + confidence.RIVALS)
        found = [at for at in ranked[:limit] if scores[at] > 0 or near is not None]
        foreign = near is not None and self._lexical.known_share(asked) <= confidence.FOREIGN_SHARE
        known = confidence.FOREIGN if foreign else self._confidence
        sure = [_sure(known, at, ranked, scores) for at in found]
        told = [self._passage(at, asked, near) for at in found]
        return [Hit(told[n], float(scores[at]), sure[n], foreign) for n, at in enumerate(found)]

    def _texts(self) -> Iterator[str]:
        for article in self._articles:
            yield from article.phrasings
            yield from (passage.text for passage in article.passages)

    def _understand(self, encoder: Encoder) -> Meaning:
        phrasings = [article.phrasings for article in self._articles]
        passages = [[_told(passage) for passage in article.passages] for article in self._articles]
        return Meaning(encoder, phrasings, passages, self._topic(), self._words)

    def _topic(self) -> frozenset[str]:
        least = max(TOPIC_ARTICLES, TOPIC_SHARE * len(self._articles))
        common = (word for word, found in self._lexical.found_in.items() if found >= least)
        return frozenset(word for word in common if len(word) >= TOPIC_LETTERS or word.isdigit())

    def _scores(self, asked: Sequence[str], near: Near | None, without: tuple[int, int] | None = None) -> Scores:
        """The score of each article."""
        scores = self._lexical.scores(asked, without)
        return scores if near is None else scores + near[0]

    def _passage(self, at: int, asked: Sequence[str], near: Near | None) -> Passage:
        """The passage of an article that holds most of the question and is nearest to it."""
        passages = self._articles[at].passages
        if len(passages) == 1:
            return passages[0]
        held = self._lexical.shares(asked, [self._words(passage.text) for passage in passages])
        if self._meaning is not None and near is not None:
            start = self._meaning.passage_starts[at]
            held = held + near[1][start : start + len(passages)]
        return passages[int(np.argmax(held))]

    def _tried(self, known: Confidence) -> tuple[list[float], list[bool]]:
        """What searching for the owner's own phrasings shows, each thought away in turn.

        Every second one is tried once more with its whole article away, so that nothing is right: as if a third of all
        visitors asked what the articles do not know.
        """
        signs: list[float] = []
        right: list[bool] = []
        if len(self._articles) < 2:
            return signs, right
        several = [
            (at, said)
            for at, article in enumerate(self._articles)
            for said in range(len(article.phrasings))
            if len(article.phrasings) > 1
        ]
        for number, (at, said) in enumerate(several[:: max(1, len(several) // TRIES)]):
            text = self._articles[at].phrasings[said]
            (near,) = self._near([text], without=at)
            scores = self._scores(self._entries[at].phrasings[said], near, without=(at, said))
            for away in (False, True) if number % 2 else (False,):
                if away:
                    scores[at] = -np.inf
                best, *others = _best(scores, 1 + confidence.RIVALS)
                rivals = [float(scores[other]) for other in others if other != at or not away]
                signs.append(known.sign(float(scores[best]), rivals))
                right.append(best == at)
        return signs, right


def _articles(passages: Sequence[Passage]) -> list[_Article]:
    """Passages by their article; the title is a phrasing too."""
    together: dict[str, list[Passage]] = {}
    for passage in passages:
        together.setdefault(passage.article_id, []).append(passage)
    return [
        _Article(tuple(own), tuple(dict.fromkeys(said for p in own for said in (p.title, *p.phrasings))))
        for own in together.values()
    ]


def _sample(article: _Article) -> str:
    """Enough of an article to tell its language."""
    return f"{article.passages[0].title} {article.passages[0].text}"


def _entry(article: _Article, words: Words) -> Entry:
    text = [word for passage in article.passages for word in words(passage.text)]
    return Entry([words(said) for said in article.phrasings], text)


def _told(passage: Passage) -> str:
    return f"{passage.title}. {passage.text}" if passage.text else ""


def _sure(known: Confidence, at: int, ranked: Sequence[int], scores: Scores) -> float:
    rivals = [float(scores[other]) for other in ranked if other != at]
    return known.of(known.sign(float(scores[at]), rivals))


def _best(scores: Scores, count: int) -> list[int]:
    """The places of the best scores, best first, without sorting the rest."""
    if count < len(scores):
        top = np.argpartition(-scores, count)[:count]
        return [int(at) for at in top[np.argsort(-scores[top], kind="stable")]]
    return [int(at) for at in np.argsort(-scores, kind="stable")]
