"""The answerer with a language model: it says what the passages say, or leaves the answer to the built-in one."""

import asyncio
import logging
import re
from time import monotonic
from typing import Final
from unicodedata import digit

from handoff_app.answering import prompt, reply
from handoff_app.answering.base import Answer, Answerer, Passage, Question, Say, Source
from handoff_app.answering.llm import Heard, Llm, NoAnswer
from handoff_app.answering.reply import Reply
from handoff_app.answering.retrieval import Index
from handoff_app.answering.signals import refuses_human
from handoff_app.answering.terms import plainness, words

log = logging.getLogger(__name__)

_NUMBER: Final = re.compile(r"\d+(?:[.,:\u066b\u066c]\d+)*")
_ITEM: Final = re.compile(r"^[ \t]*\d{1,2}[.)](?=\s)", re.MULTILINE)  # of a numbered list
_THOUSANDS: Final = re.compile(r"[.,\u066c](?=\d{3}(?!\d))")
_POINT: Final = re.compile(r"[.,\u066b](\d*?)0*\Z")

MOST_PASSAGES: Final = 6
SURE, UNSURE, UNKNOWING = 0.9, 0.5, 0.1
"""What the model's own word on its confidence counts for. It is not calibrated: an unsure answer offers a human."""
SUPPORTED: Final = 0.6
"""The share of a reply's telling words that a passage must hold, when the model did not say what it used."""
PAUSE: Final = 0.1
"""Seconds between two looks at a reply that grows."""


class Grounded:
    """Asks the model within `seconds`. When that fails, is late, or cannot be trusted, `otherwise` answers."""

    def __init__(self, index: Index, llm: Llm, seconds: float, otherwise: Answerer) -> None:
        self._index, self._llm, self._seconds, self._otherwise = index, llm, seconds, otherwise

    async def answer(self, question: Question, say: Say | None = None) -> Answer:
        passages = await asyncio.to_thread(self._find, question)
        if not passages:
            return await self._otherwise.answer(question)
        heard = _heard(say, reply.addresses(passages)) if say else None
        try:
            written = await self._llm.reply(prompt.answer(question, passages), self._seconds, heard)
        except NoAnswer as error:
            log.warning("the built-in AI answers, for the model %s", error)
            return await self._otherwise.answer(question)
        said = reply.read(written, passages)
        if said.human and refuses_human(question.text):  # the model has misheard it, and answered nothing
            return await self._otherwise.answer(question)
        return _judged(said, passages) or await self._otherwise.answer(question)

    def _find(self, question: Question) -> list[Passage]:
        """The best passages for the question, and some for it together with the one before: "And to Norway?"."""
        before = next((turn.text for turn in reversed(question.history) if turn.author == "visitor"), "")
        hits = self._index.search(question.text, limit=MOST_PASSAGES)
        if before:
            hits = hits[: MOST_PASSAGES - 2] + self._index.search(f"{before} {question.text}", limit=2)
        return list({hit.passage.id: hit.passage for hit in hits if hit.passage.text}.values())


def _judged(said: Reply, passages: list[Passage]) -> Answer | None:
    """What the reply is worth, or None if it is worth nothing."""
    if said.human:
        return Answer(text="", confidence=UNKNOWING, confident=False, offer=True, human=True)
    used = [passages[place] for place in said.used]
    if said.whole and not used:
        return None if said.confident else Answer(text="", confidence=UNKNOWING, confident=False, offer=True)
    if not used:
        used = [passage for passage in passages if _support(said.text, passage) >= SUPPORTED][:1]
    if not said.text or not used:
        return None
    sure = said.whole and said.confident and _holds_up(said.text, used)
    return Answer(said.text, SURE if sure else UNSURE, confident=True, sources=_sources(used), offer=not sure)


def _holds_up(text: str, used: list[Passage]) -> bool:
    """Whether every number that it tells stands in a passage that it names: prices and days are what hurts if wrong."""
    held = _numbers(" ".join(f"{passage.title} {passage.text} {passage.url}" for passage in used))
    return _numbers(_ITEM.sub("", text)) <= held


def _numbers(text: str) -> set[str]:
    """Every number, as 1250.5 whether it was written 1,250.50 or 1.250,5 or in other digits than ours."""
    return {_written(number) for number in _NUMBER.findall(text)}


def _written(number: str) -> str:
    plain = "".join(str(digit(sign, sign)) for sign in number)
    return _POINT.sub(lambda found: f".{found[1]}" if found[1] else "", _THOUSANDS.sub("", plain))


def _support(text: str, passage: Passage) -> float:
    """The share of the text's words that the passage holds, each by how telling it is."""
    weights = {word: 1 - plainness(word) for word in words(text)}
    held = set(words(f"{passage.title} {passage.text}"))
    return sum(weight for word, weight in weights.items() if word in held) / (sum(weights.values()) or 1)


def _sources(passages: list[Passage]) -> tuple[Source, ...]:
    """One for each article."""
    return tuple({p.article_id: Source(p.article_id, p.title, p.url) for p in passages}.values())


def _heard(say: Say, allowed: frozenset[str]) -> Heard:
    """Tells `say` the growing reply, cleaned, a few times a second, and only when there is more to show."""
    shown, last = "", -PAUSE

    async def heard(written: str) -> None:
        nonlocal shown, last
        if monotonic() - last < PAUSE:
            return
        text, last = reply.so_far(written, allowed), monotonic()
        if text and text != shown:
            shown = text
            await say(text)

    return heard
