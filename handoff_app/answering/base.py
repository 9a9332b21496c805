"""The shelf of answerers: what a question holds, what an answer holds, and the one method an answerer has."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Say = Callable[[str], Awaitable[None]]
"""Is told an answer that still grows: all of it so far, fit to be shown."""


@dataclass(frozen=True)
class Passage:
    """A piece of an article that can be searched and shown.

    `phrasings` are other ways in which visitors ask for it; they are searched, never shown.
    """

    id: str
    article_id: str
    title: str
    text: str
    phrasings: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Source:
    """Where an answer comes from, as the visitor sees it; `url` is empty when the article has no public page."""

    article_id: str
    title: str
    url: str = ""


@dataclass(frozen=True)
class Turn:
    """An earlier message; `author` is `visitor`, `ai` or `agent`. The AI's is not `sure` if it said it did not know."""

    author: str
    text: str
    sure: bool = True


@dataclass(frozen=True)
class Question:
    """What a visitor asked, in which language, after what; `locale` is a BCP 47 tag."""

    text: str
    locale: str = "en"
    history: tuple[Turn, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Answer:
    """What the AI would say.

    `confidence` is a probability from 0 to 1 that the answer is right. An answer that is not `confident` has an empty
    text: the caller says so in the visitor's language. With `offer` the caller offers a human, with or without a text.
    With `human` the answerer understood that the visitor asks for a person, and the caller brings one. With a `key` it
    is that text of the catalog. Of one that shares no words with the question
    `foreign` is the language.
    """

    text: str
    confidence: float
    confident: bool
    sources: Sequence[Source] = ()
    offer: bool = False
    human: bool = False
    key: str = ""
    foreign: str = ""


class Answerer(Protocol):
    """Turns a question into an answer; raises whatever went wrong, and the worker decides what follows.

    One that takes its time tells `say` what it has; what it returns in the end counts alone.
    """

    async def answer(self, question: Question, say: Say | None = None) -> Answer: ...
