"""What helps an agent in a conversation: a summary, a reply to start from, and the visitor's words in English."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from time import monotonic
from typing import Final

from handoff_app.answering import assist, extract, questions
from handoff_app.answering.base import Turn
from handoff_app.answering.builtin import SURE, THRESHOLD
from handoff_app.answering.language import written
from handoff_app.answering.library import library
from handoff_app.answering.likeness import Likeness
from handoff_app.answering.llm import Llm, NoAnswer
from handoff_app.answering.retrieval import Hit
from handoff_app.db import read
from handoff_app.domain import knowledge, llm, past
from handoff_app.domain.past import ASKED, MOST, Reply
from handoff_app.domain.situation import Situation

log = logging.getLogger(__name__)

LANGUAGE: Final = "en"  # of the inbox
PAST_SECONDS: Final = 60.0  # for so long past replies are not read again


@dataclass(frozen=True)
class Summary:
    """A few sentences, one a line; without the model they are the visitor's own."""

    text: str
    by_model: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A reply to start from, and where it comes from."""

    text: str
    source: str


async def summary(situation: Situation, access: llm.Access | None) -> Summary:
    """The model's summary if there is a model and it answers, else the visitor's most telling sentences."""
    turns = [Turn(one.author, one.text) for one in situation.said]
    if access is not None:
        try:
            return Summary(await assist.summarise(_model(access), turns, LANGUAGE, access.timeout), by_model=True)
        except NoAnswer as error:
            log.warning("a summary in the visitor's own words, for the model %s", error)
    return Summary("\n".join(await asyncio.to_thread(_told_most, [one.text for one in situation.of_visitor])))


async def suggestion(situation: Situation) -> Suggestion | None:
    """The best reply that was not given yet: what the AI had to say, a sure article, a past reply, a likely article."""
    if situation.asked is None:
        return None
    asked = await asyncio.to_thread(_matter, tuple(one.text for one in situation.of_visitor[: -ASKED - 1 : -1]))
    hits = await _hits(asked) if asked else []
    found = [
        *([Suggestion(situation.unsent, "the AI, not sent")] if situation.unsent else []),
        *_articles(hits, SURE),
        *await _past_reply(situation.id, asked),
        *_articles(hits, THRESHOLD),
    ]
    known = {" ".join(one.text.split()) for one in situation.said}
    return next((one for one in found if not _told(one.text, known)), None)


async def language(situation: Situation) -> str:
    """What the visitor writes in, or the locale of their browser where that is not sure."""
    return await asyncio.to_thread(written, [one.text for one in situation.of_visitor], situation.locale)


async def translated(access: llm.Access, text: str, locale: str = LANGUAGE) -> str:
    """The text in the language `locale`, or nothing if the model failed."""
    try:
        return await assist.translate(_model(access), text, locale, access.timeout)
    except NoAnswer as error:
        log.warning("not translated, for the model %s", error)
        return ""


def _told_most(said: Sequence[str]) -> list[str]:
    """Their sentences that tell the most: a greeting tells nothing, nor does a request for a human."""
    return extract.telling([matter for text in said if (matter := _matter((text,)))] or said)


def _told(text: str, known: set[str]) -> bool:
    """Whether it was said already, alone or before an offer of a human."""
    mine = " ".join(text.split())
    return any(mine in one for one in known)


def _articles(hits: Sequence[Hit], least: float) -> list[Suggestion]:
    found = [hit.passage for hit in hits if hit.confidence >= least and hit.passage.text]
    return [Suggestion(passage.text, f"“{passage.title}”") for passage in found]


async def _hits(question: str) -> list[Hit]:
    answerer = await library().answerer(await read(knowledge.version), partial(read, knowledge.enabled))
    return await asyncio.to_thread(answerer.index.search, question, limit=1)


async def _past_reply(conversation: str, asked: str) -> list[Suggestion]:
    """What an agent answered to a question like this one in another conversation."""
    replies = [reply for reply in await _past().replies() if reply.conversation != conversation]
    theirs = await asyncio.to_thread(lambda: [_matter(reply.asked) for reply in replies])
    answered = [(matter, reply) for matter, reply in zip(theirs, replies, strict=True) if matter]
    at = await _past().likeness.nearest(asked, [matter for matter, _ in answered]) if asked else None
    return [] if at is None else [Suggestion(answered[at][1].text, answered[at][1].source)]


@lru_cache(maxsize=2 * MOST)  # a millisecond each
def _matter(said: tuple[str, ...]) -> str:
    return questions.matter(said)


class _Past:
    """Past replies, read once a minute at most, and their questions by meaning."""

    def __init__(self) -> None:
        self.likeness = Likeness(library().vectors)
        self._read: tuple[float, list[Reply]] | None = None

    async def replies(self) -> list[Reply]:
        """The newest first."""
        if self._read is None or monotonic() - self._read[0] > PAST_SECONDS:
            self._read = (monotonic(), await read(past.replies))
        return self._read[1]


@cache
def _past() -> _Past:
    return _Past()


@lru_cache(maxsize=1)  # the earlier one goes with its last answer
def _model(access: llm.Access) -> Llm:
    return Llm(access.url, access.key, access.model, access.trusted)
