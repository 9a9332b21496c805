"""The AI's turn: visitors who wait for an answer get one, or a human; never silence."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from sqlmodel import Session

from handoff_app import i18n, live
from handoff_app.answering import intent
from handoff_app.answering import signals as heard
from handoff_app.answering.base import Answer, Answerer, Question, Turn
from handoff_app.answering.builtin import Builtin
from handoff_app.answering.courtesy import Courtesy, courtesy
from handoff_app.answering.grounded import Grounded
from handoff_app.answering.library import library
from handoff_app.answering.llm import Llm, sdk
from handoff_app.db import read, transact
from handoff_app.domain import conversations, due, escalations, gaps, knowledge, llm, settings, signals, texts
from handoff_app.domain.models import Author, Conversation, Prompt, Reason, Status
from handoff_app.domain.signals import Response
from handoff_app.worker import tasks

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 20.0
"""For an answer without a model. One with a model has the model's own deadline before."""
ANSWER_TRIES: Final = 2


class Answers:
    """The answerer of this worker, over today's articles."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._llm: tuple[llm.Access, Llm] | None = None
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.library = library()

    async def due(self) -> int:
        """Claim who waits and answer them; returns how many."""
        rows = await transact(_claim_answers, self._owner)
        tasks.start(self._in_turn(row) for row in rows)
        return len(rows)

    async def _in_turn(self, row: Conversation) -> None:
        """Who asks again while an answer is under way gets that first: answers stand in their questions' order."""
        turn = self._turns.setdefault(row.id, asyncio.Lock())
        waits = turn.locked()
        async with turn:
            mine = await transact(_claim_again, row) if waits else row
            if mine is not None:
                await self._answer(mine)

    async def _answer(self, row: Conversation) -> None:
        """Ask the answerer outside of any transaction, then post under the epoch that was claimed."""
        assert row.answer_due_at is not None
        with live.drafts.writing(row.id) as say:
            try:
                asked = await read(_asked, row.id)
                if polite := courtesy(asked.question.text):
                    await transact(_post, row.id, row.owner_epoch, row.answer_due_at, _POLITE[polite])
                    return
                async with asyncio.timeout(ANSWER_SECONDS + (asked.access.timeout if asked.access else 0)):
                    answer = await (await self._answerer_for(asked.access)).answer(asked.question, say)
                answer, response = await asyncio.to_thread(_weighed, asked, answer)
            except Exception:
                log.exception("answering conversation %s failed", row.id)
                again = row.answer_attempts < ANSWER_TRIES
                await transact(due.again if again else _failed, row.id, row.owner_epoch, row.answer_due_at)
                return
            await transact(_post, row.id, row.owner_epoch, row.answer_due_at, answer, response)

    async def _answerer_for(self, access: llm.Access | None) -> Answerer:
        """The built-in answerer, or one that asks the model and falls back to it."""
        builtin = await self.ready()
        if access is None:
            return builtin
        if self._llm is None or self._llm[0] != access:  # the earlier one goes with its last answer
            self._llm = (access, Llm(access.url, access.key, access.model, access.trusted))
        return Grounded(builtin.index, self._llm[1], access.timeout, otherwise=builtin)

    async def get_ready(self) -> None:
        """Learn the articles and read the words of all languages before the first question comes; load what asks the
        model if there is one."""
        try:
            await asyncio.to_thread(intent.vocabulary)
            await self.ready()
            if await read(llm.access):
                await sdk()
        except Exception:
            log.exception("the articles could not be read")

    async def ready(self) -> Builtin:
        """The built-in answerer over today's articles."""
        return await self.library.answerer(await read(knowledge.version), partial(read, knowledge.enabled))


_POLITE: Final = {
    polite: Answer("", 1.0, confident=True, key=i18n.key(key))
    for polite, key in ((Courtesy.HELLO, "ai.hello"), (Courtesy.WELCOME, "ai.welcome"), (Courtesy.BYE, "ai.bye"))
}
"""No article is needed to greet back, and no human."""
_ALL_RIGHT: Final = i18n.key("offer.declined")
"""To who wants no human and asks nothing else."""
_SORRY: Final = i18n.key("ai.sorry")
"""To who scolds and asks nothing: that there is no article about it is not the matter."""


def _claim_answers(session: Session, owner: str) -> Sequence[Conversation]:
    return due.answers(session, owner, patience=_patience(session))


def _claim_again(session: Session, row: Conversation) -> Conversation | None:
    """With a whole lease from now on; None if it is not this worker's any more, or there is a newer question."""
    return due.answer_again(session, row, patience=_patience(session))


def _patience(session: Session) -> timedelta:
    """The lease is longer than the deadline, with a model as without."""
    model = llm.known(session)
    return timedelta(seconds=model.timeout if model.in_use else 0)


@dataclass(frozen=True)
class Asked:
    """A question, and what bears on its answer. `declined`: the visitor pressed `No, thanks` not long ago."""

    question: Question
    access: llm.Access | None
    wanted: signals.Signals
    declined: bool


def _asked(session: Session, conversation_id: str) -> Asked:
    return Asked(
        _question(session, conversation_id),
        llm.for_conversation(session, conversation_id),
        signals.known(session),
        signals.declined_lately(session, conversation_id),
    )


def _question(session: Session, conversation_id: str) -> Question:
    """The visitor's latest message, and the turns before it."""
    conversation = session.get_one(Conversation, conversation_id)
    said = [m for m in conversations.messages(session, conversation_id, limit=12) if not m.key and not m.suggestion]
    turns = [Turn(m.author, m.text, sure=m.author != Author.AI or bool(m.sources)) for m in said]
    asked = next((turn.text for turn in reversed(turns) if turn.author == Author.VISITOR), "")
    return Question(text=asked, locale=conversation.locale, history=tuple(turns[:-1]))


def _weighed(asked: Asked, answer: Answer) -> tuple[Answer, Response]:
    """The answer with an offer or without one, and what the visitor's words lead to; a refusal goes before it all.

    Only the words of the refusal itself go before a model that hears a request in them.
    """
    text, history = asked.question.text, asked.question.history
    found = heard.heard(text, history, answer.confident, asked.wanted.topics)
    if heard.Signal.ANGER in found and not answer.confident and not heard.asks(text):
        answer = replace(answer, key=_SORRY)
    elif not answer.confident and heard.only_refuses_human(text):
        answer = replace(answer, key=_ALL_RIGHT)
    response = asked.wanted.response(found)
    if not (answer.offer or answer.human or response is not Response.OFF):
        return answer, response
    said = [turn.text for turn in history if turn.author == Author.VISITOR][-signals.QUIET_FOR :]
    refuses = heard.refuses_human(text)
    if refuses or asked.declined or any(heard.refuses_human(earlier) for earlier in said):
        return replace(answer, offer=False, human=answer.human and not refuses), Response.OFF
    return replace(answer, offer=answer.offer or response is Response.OFFER), response


def _post(
    session: Session,
    conversation_id: str,
    epoch: int,
    leased_until: datetime,
    answer: Answer,
    response: Response = Response.OFF,
) -> None:
    """One transaction: the answer, if it says anything beside the human who is brought, and that human."""
    due.settle_answer(session, conversation_id, leased_until)
    reason = Reason.ASKED_FOR_HUMAN if answer.human else Reason.LOW_CONFIDENCE
    conversation = conversations.locked(session, conversation_id)
    mine = conversation.owner_epoch == epoch and conversation.status == Status.WITH_AI
    brings = (answer.human or response is Response.ESCALATE) and mine and settings.escalations(session).enabled
    if brings or not mine or conversation.prompt == Prompt.EMAIL:  # a human comes, is there, or is asked for already
        answer = replace(answer, offer=False)
    if answer.confident or not brings:
        _say(session, conversation_id, epoch, answer)
    if brings:
        escalations.ask(session, conversations.locked(session, conversation_id), reason)


def _say(session: Session, conversation_id: str, epoch: int, answer: Answer) -> None:
    said = _said(session, conversation_id, answer)
    knowledge.cited(session, [s.article_id for s in answer.sources])
    sources = [{"title": s.title, "url": s.url, "article_id": s.article_id} for s in answer.sources]
    posted = conversations.ai_says(
        session, conversation_id, epoch, said, answer.confidence, sources, answer.offer, key=answer.key
    )
    if posted and not answer.confident and not answer.key:
        gaps.note(session, conversation_id, "unsure")


def _failed(session: Session, conversation_id: str, epoch: int, leased_until: datetime) -> None:
    """Never silence: say that it failed, and bring a human."""
    due.settle_answer(session, conversation_id, leased_until)
    conversation = session.get_one(Conversation, conversation_id)
    said = i18n.text("ai.failed", conversation.locale, texts.edited(session, conversation.locale))
    if conversations.ai_says(session, conversation_id, epoch, said, 0.0):
        escalations.ask(session, conversation, Reason.AI_FAILED)


def _said(session: Session, conversation_id: str, answer: Answer) -> str:
    """The answer, or an honest "I don't know"; with the offer in the same breath if there is somebody to offer."""
    locale = session.get_one(Conversation, conversation_id).locale
    keys = [answer.key] if answer.key else [] if answer.confident else ["ai.unsure"]
    if answer.offer and settings.escalations(session).enabled:
        keys.append("offer.text")
    words = " ".join(texts.words(session, locale, keys).values())
    other = answer.foreign not in ("", locale)
    note = texts.words(session, locale, ["ai.foreign"])["ai.foreign"] if other else ""
    return "\n\n".join(part for part in (note, answer.text, words) if part)
