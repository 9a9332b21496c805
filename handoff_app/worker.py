"""Loops of one shape over due rows: answer, deliver, and tell the team of visitors who left no address."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final

from sqlmodel import Session

from handoff_app import channels, i18n, live
from handoff_app.answering import passages
from handoff_app.answering.base import Answer, Answerer, Question, Turn
from handoff_app.answering.builtin import Builtin
from handoff_app.answering.encoder import Encoder, Stopped
from handoff_app.answering.retrieval import Index
from handoff_app.channels.base import Notice, PermanentError, RetryLater
from handoff_app.config import config
from handoff_app.db import transact
from handoff_app.domain import conversations, due, escalations, knowledge, outbox, settings
from handoff_app.domain.models import Article, Author, Conversation, Delivery, Reason

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 20.0
ANSWER_TRIES: Final = 2
LEARN_SECONDS: Final = 2.0


class Worker:
    """One per process. A bell wakes it at once, a poll of one second makes sure; correctness needs neither."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(8)
        self._wake: dict[str, asyncio.Event] = {name: asyncio.Event() for name in ("deliver", "answer", "prompts")}
        self._answerer: tuple[str, Answerer] | None = None
        self._encoder = Encoder(config().data_dir / "vectors.npz")
        self._building = asyncio.Lock()
        self._learning: tuple[asyncio.Task[None], float] | None = None

    async def run(self) -> None:
        """Work until cancelled. What was claimed and not finished becomes due again when its lease ends."""
        live.hub.watch(f"worker:{self._name}", [live.WORK], self._woken, pause=0)
        try:
            await asyncio.gather(
                self._get_ready(),
                self._loop("deliver", self._deliver_due),
                self._loop("answer", self._answer_due),
                self._loop("prompts", self._prompt_due),
            )
        finally:
            self._encoder.stop()
            live.hub.forget(f"worker:{self._name}")

    async def _woken(self) -> None:
        for event in self._wake.values():
            event.set()

    async def _loop(self, name: str, step: Callable[[], Awaitable[int]]) -> None:
        """Step until nothing is due, then wait for the bell or the poll. An error is logged and never ends the loop."""
        while True:
            self._wake[name].clear()
            try:
                more = await step()
            except Exception:
                log.exception("the worker's loop %s failed", name)
                more = 0
            if not more:
                try:
                    await asyncio.wait_for(self._wake[name].wait(), POLL_SECONDS)
                except TimeoutError:
                    continue

    async def _deliver_due(self) -> int:
        rows = await transact(due.deliveries, self._name)
        if rows:
            credentials = await transact(settings.credentials)
            threads = await transact(_threads, rows)
            _start(self._deliver(row, credentials, threads.get(row.id, "")) for row in rows)
        return len(rows)

    async def _deliver(self, row: Delivery, credentials: dict[str, str], thread: str) -> None:
        """Each in its own task: a target that hangs delays no other."""
        started = monotonic()
        notice = Notice(row.id, row.event, row.target, row.body, thread)
        try:
            receipt = await channels.CHANNELS[row.channel].send(notice, credentials)
        except PermanentError as error:
            await transact(outbox.missed, row.id, self._name, str(error), permanent=True)
        except RetryLater as error:
            await transact(outbox.missed, row.id, self._name, str(error), wait=error.seconds)
        except Exception as error:
            log.warning("delivery %s by %s did not arrive: %s", row.id, row.channel, type(error).__name__)
            await transact(outbox.missed, row.id, self._name, _in_words(error))
        else:
            await transact(
                outbox.sent, row.id, self._name, receipt.answer, monotonic() - started, thread=receipt.thread
            )

    async def _answer_due(self) -> int:
        rows = await transact(due.answers, self._name)
        _start(self._answer(row) for row in rows)
        return len(rows)

    async def _answer(self, row: Conversation) -> None:
        """Ask the answerer outside of any transaction, then post under the epoch that was claimed."""
        assert row.answer_due_at is not None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await (await self._ready()).answer(await transact(_question, row.id))
        except Exception:
            log.exception("answering conversation %s failed", row.id)
            if row.answer_attempts >= ANSWER_TRIES:
                await transact(_failed, row.id, row.owner_epoch, row.answer_due_at)
            return
        await transact(_post, row.id, row.owner_epoch, row.answer_due_at, answer)

    async def _get_ready(self) -> None:
        """Learn the articles before the first question comes."""
        try:
            await self._ready()
        except Exception:
            log.exception("the articles could not be read")

    async def _ready(self) -> Answerer:
        """The answerer over today's articles.

        When one has changed it is built again in a thread: at once by words, and by meaning as soon as that is
        learned. That is waited for a little, and whoever asks meanwhile is answered by words.
        """
        version = await transact(knowledge.version)
        async with self._building:
            if self._answerer is None or self._answerer[0] != version:
                index = await asyncio.to_thread(_index, await transact(knowledge.enabled))
                self._answerer = (version, Builtin(index))
                self._learning = (_begin(self._learn(version, index)), monotonic() + LEARN_SECONDS)
        if self._learning is not None:
            learning, patience = self._learning
            await asyncio.wait([learning], timeout=max(0.0, patience - monotonic()))
        return self._answerer[1]

    async def _learn(self, version: str, index: Index) -> None:
        """Answer by meaning too from now on, unless the articles have changed again."""
        try:
            learned = await asyncio.to_thread(index.learned, self._encoder)
        except Stopped:
            return
        except Exception as error:
            log.warning("questions are compared by words alone: %s: %s", type(error).__name__, error)
            return
        if self._answerer is not None and self._answerer[0] == version:
            self._answerer = (version, Builtin(learned))

    async def _prompt_due(self) -> int:
        rows = await transact(due.prompts)
        for row in rows:
            await transact(escalations.unheard, row.id)
        return len(rows)


_running: set[asyncio.Task[None]] = set()


def _start(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run side by side."""
    for coroutine in work:
        _begin(coroutine)


def _begin(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """The loop's own reference to a task is weak, so ours is kept until it ends."""
    task = asyncio.get_running_loop().create_task(coroutine)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


async def finish(seconds: float = 8.0) -> None:
    """Wait for what is under way, at most so long."""
    if _running:
        await asyncio.wait(_running, timeout=seconds)


def _threads(session: Session, rows: Sequence[Delivery]) -> dict[str, str]:
    """For Slack deliveries: the thread that their conversation has already."""
    slack = [row for row in rows if row.channel == "slack" and row.conversation_id]
    found = {row.id: session.get(Conversation, row.conversation_id) for row in slack}
    return {id: conversation.slack_thread for id, conversation in found.items() if conversation is not None}


def _index(articles: Sequence[Article]) -> Index:
    parts = [passages.split(a.id, a.title, a.text, a.phrasings, a.url) for a in articles]
    return Index([passage for part in parts for passage in part])


def _question(session: Session, conversation_id: str) -> Question:
    """The visitor's latest message, and the turns before it."""
    conversation = session.get_one(Conversation, conversation_id)
    turns = [Turn(m.author, m.text) for m in conversations.messages(session, conversation_id, limit=12) if not m.key]
    asked = next((turn.text for turn in reversed(turns) if turn.author == Author.VISITOR), "")
    return Question(text=asked, locale=conversation.locale, history=tuple(turns[:-1]))


def _post(session: Session, conversation_id: str, epoch: int, leased_until: datetime, answer: Answer) -> None:
    due.settle_answer(session, conversation_id, leased_until)
    said = _said(session, conversation_id, answer)
    sources = [{"title": s.title, "url": s.url, "article_id": s.article_id} for s in answer.sources]
    conversations.ai_says(session, conversation_id, epoch, said, answer.confidence, sources, offer=answer.offer)


def _failed(session: Session, conversation_id: str, epoch: int, leased_until: datetime) -> None:
    """Never silence: say that it failed, and bring a human."""
    due.settle_answer(session, conversation_id, leased_until)
    conversation = session.get_one(Conversation, conversation_id)
    said = i18n.text("ai.failed", conversation.locale, settings.edited_texts(session, conversation.locale))
    if conversations.ai_says(session, conversation_id, epoch, said, 0.0):
        escalations.ask(session, conversation, Reason.AI_FAILED)


def _said(session: Session, conversation_id: str, answer: Answer) -> str:
    """The answer, or an honest "I don't know"; with the offer in the same breath if there is somebody to offer."""
    locale = session.get_one(Conversation, conversation_id).locale
    keys = [] if answer.confident else ["ai.unsure"]
    if answer.offer and settings.escalations(session).enabled:
        keys.append("offer.text")
    words = " ".join(settings.words(session, locale, keys).values())
    return "\n\n".join(part for part in (answer.text, words) if part)


def _in_words(error: Exception) -> str:
    """What the admin reads: the kind of trouble, never the other side's own text."""
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    return f"could not be reached ({type(error).__name__})"
