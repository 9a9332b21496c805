"""Loops of one shape over due rows: answer, deliver, see to those who wait, tidy."""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, Final

from slack_sdk.errors import SlackClientError
from sqlmodel import Session

from handoff_app import channels, i18n, live, net
from handoff_app.answering import signals as heard
from handoff_app.answering.base import Answer, Answerer, Question, Turn
from handoff_app.answering.builtin import Builtin
from handoff_app.answering.grounded import Grounded
from handoff_app.answering.library import library
from handoff_app.answering.llm import Llm, sdk
from handoff_app.channels import slack
from handoff_app.channels.base import Notice, PermanentError, RetryLater
from handoff_app.config import config
from handoff_app.db import NotSaved, read, transact
from handoff_app.domain import (
    conversations,
    due,
    endpoints,
    escalations,
    gaps,
    knowledge,
    llm,
    mail_server,
    outbox,
    reminders,
    replies,
    settings,
    signals,
    slack_team,
    sources,
    texts,
)
from handoff_app.domain.models import Author, Conversation, Delivery, Endpoint, Reason, Status, now
from handoff_app.domain.signals import Response
from handoff_app.reading import web

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 20.0
"""For an answer without a model. One with a model has the model's own deadline before."""
ANSWER_TRIES: Final = 2
MOST_PER_TARGET: Final = 8
MOST_UNDER_WAY: Final = 200
SLOW_POLL_SECONDS: Final = 20.0
TIDY_SECONDS: Final = 3600.0
KEPT_FOR: Final = timedelta(days=30)


class Worker:
    """One per process. A bell wakes it at once, a poll of one second makes sure; correctness needs neither."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(8)
        self._steps = {
            "deliver": (self._deliver_due, POLL_SECONDS),
            "answer": (self._answer_due, POLL_SECONDS),
            "wait": (self._wait_due, POLL_SECONDS),
            "reply": (self._reply_due, POLL_SECONDS),
            "read": (self._read_due, POLL_SECONDS),
            "tidy": (self._tidy_due, SLOW_POLL_SECONDS),
        }
        self._wake = {name: asyncio.Event() for name in self._steps}
        self._under_way: Counter[str] = Counter()
        self._tried: list[tuple[Delivery, outbox.Tried, bool]] = []
        self._settling = asyncio.Lock()
        self._tidy_at = 0.0
        self._llm: tuple[llm.Access, Llm] | None = None
        self._library = library()

    async def run(self) -> None:
        """Work until cancelled. What was claimed and not finished becomes due again when its lease ends."""
        live.hub.watch(f"worker:{self._name}", [live.WORK], self._woken, pause=0)
        listening = _start([self._listen()]) if config().slack_app_token else []
        try:
            loops = (self._loop(name, *step) for name, step in self._steps.items())
            await asyncio.gather(self._get_ready(), *loops)
        finally:
            self._library.stop()
            live.hub.forget(f"worker:{self._name}")
            for task in listening:
                task.cancel()

    async def _woken(self) -> None:
        for name in ("deliver", "answer", "reply", "read"):
            self._wake[name].set()

    async def _loop(self, name: str, step: Callable[[], Awaitable[int]], poll: float) -> None:
        """Step until nothing is due, then wait for the bell or the poll. An error is logged and never ends the loop."""
        while True:
            self._wake[name].clear()
            try:
                more = await step()
            except NotSaved as error:
                log.warning("the worker's loop %s waits for the database: %s", name, error)
                more = 0
            except Exception:
                log.exception("the worker's loop %s failed", name)
                more = 0
            if not more:
                try:
                    await asyncio.wait_for(self._wake[name].wait(), poll)
                except TimeoutError:
                    continue

    async def _deliver_due(self) -> int:
        if self._under_way.total() >= MOST_UNDER_WAY:
            return 0
        claimed = await transact(_claimed, self._name, dict(self._under_way))
        for row, _, _ in claimed:
            self._under_way[row.target] += 1
        _start(self._deliver(*each) for each in claimed)
        return len(claimed)

    async def _deliver(self, row: Delivery, credentials: dict[str, str], thread: str) -> None:
        """Each in its own task: a target that hangs delays no other."""
        try:
            tried, arrived = await _tried(
                Notice(row.id, row.event, row.target, row.body, thread), row.channel, credentials
            )
            await self._settle(row, tried, arrived)
        finally:
            self._under_way[row.target] -= 1
            if self._under_way[row.target] <= 0:
                del self._under_way[row.target]
            self._wake["deliver"].set()

    async def _settle(self, row: Delivery, tried: outbox.Tried, arrived: bool) -> None:
        """Keep what came of it; those that end while a commit is under way share the next one."""
        self._tried.append((row, tried, arrived))
        async with self._settling:
            together, self._tried = self._tried, []
            if together:
                await transact(_settled, self._name, together)

    async def _answer_due(self) -> int:
        rows = await transact(_claim_answers, self._name)
        _start(self._answer(row) for row in rows)
        return len(rows)

    async def _answer(self, row: Conversation) -> None:
        """Ask the answerer outside of any transaction, then post under the epoch that was claimed."""
        assert row.answer_due_at is not None
        with live.drafts.writing(row.id) as say:
            try:
                asked = await read(_asked, row.id)
                async with asyncio.timeout(ANSWER_SECONDS + (asked.access.timeout if asked.access else 0)):
                    answer = await (await self._answerer_for(asked.access)).answer(asked.question, say)
                answer, response = await asyncio.to_thread(_weighed, asked, answer)
            except Exception:
                log.exception("answering conversation %s failed", row.id)
                if row.answer_attempts >= ANSWER_TRIES:
                    await transact(_failed, row.id, row.owner_epoch, row.answer_due_at)
                return
            await transact(_post, row.id, row.owner_epoch, row.answer_due_at, answer, response)

    async def _answerer_for(self, access: llm.Access | None) -> Answerer:
        """The built-in answerer, or one that asks the model and falls back to it."""
        builtin = await self._ready()
        if access is None:
            return builtin
        if self._llm is None or self._llm[0] != access:  # the earlier one goes with its last answer
            self._llm = (access, Llm(access.url, access.key, access.model, access.trusted))
        return Grounded(builtin.index, self._llm[1], access.timeout, otherwise=builtin)

    async def _get_ready(self) -> None:
        """Learn the articles before the first question comes, and load what asks the model if there is one."""
        try:
            await self._ready()
            if await read(llm.access):
                await sdk()
        except Exception:
            log.exception("the articles could not be read")

    async def _ready(self) -> Builtin:
        """The built-in answerer over today's articles."""
        return await self._library.answerer(await read(knowledge.version), partial(read, knowledge.enabled))

    async def _wait_due(self) -> int:
        """Those who wait: for an address that never came, for an agent who never came."""
        return await transact(_waited)

    async def _listen(self) -> None:
        """Slack's Socket Mode while the server runs; a client that was closed is not used again."""
        loop = asyncio.get_running_loop()

        def heard(event: dict[str, Any], id: str) -> None:
            asyncio.run_coroutine_threadsafe(transact(replies.keep, event, id), loop)

        while True:
            client = slack.listen(heard)
            try:
                await asyncio.to_thread(client.connect)
                await asyncio.Event().wait()
            except (OSError, SlackClientError) as error:
                log.warning("Slack's Socket Mode cannot be reached: %s", type(error).__name__)
                await asyncio.sleep(SLOW_POLL_SECONDS)
            finally:
                await asyncio.to_thread(client.close)

    async def _reply_due(self) -> int:
        """What agents answered in Slack."""
        rows = await transact(replies.waiting)
        token = await read(slack_team.token) if rows else ""
        for row in rows:
            try:
                email, _ = await slack.person(token, row.user)
                unsent = await transact(replies.bring_in, row.id, email, slack.plain(row.text))
                if unsent:
                    await slack.say(token, row.channel, row.thread, unsent.why)
            except (PermanentError, RetryLater) as error:
                log.warning("a reply from Slack waits: %s", error)
        return len(rows)

    async def _read_due(self) -> int:
        """One website, page by page. What this worker leaves unfinished is begun again when its lease ends."""
        source = await transact(sources.claim)
        if source is None:
            return 0
        crawl, kept = web.Crawl(source.url, source.kind), set[str]()
        try:
            async for page in crawl.pages():
                kept.add(page.url)
                if not await transact(sources.keep, source, page.url, page.title, page.text, _progress(crawl)):
                    return 1  # it was removed, or another worker has it
        except net.Refused as error:
            crawl.said = str(error)
        except Exception:
            log.exception("reading %s failed", source.url)
            crawl.said = "Something went wrong while it was read. The server's log tells what."
        await transact(sources.done, source, kept if crawl.complete else (), crawl.gone, _progress(crawl))
        return 1

    async def _tidy_due(self) -> int:
        """Once an hour what is old goes; once a minute would do for the clock, and costs nothing more often."""
        await transact(outbox.mend_clock)
        if monotonic() < self._tidy_at:
            return 0
        self._tidy_at = monotonic() + TIDY_SECONDS
        await transact(replies.tidy)
        await transact(reminders.tidy)
        return await transact(outbox.tidy, now() - KEPT_FOR)


_running: set[asyncio.Task[None]] = set()


def _start(work: Iterable[Coroutine[Any, Any, None]]) -> list["asyncio.Task[None]"]:
    """Run side by side; the loop's own reference to a task is weak, so ours is kept until it ends."""
    tasks = [asyncio.get_running_loop().create_task(coroutine) for coroutine in work]
    for task in tasks:
        _running.add(task)
        task.add_done_callback(_running.discard)
    return tasks


async def finish(seconds: float = 8.0) -> None:
    """Wait for what is under way, at most so long."""
    if _running:
        await asyncio.wait(_running, timeout=seconds)


async def _tried(notice: Notice, channel: str, credentials: dict[str, str]) -> tuple[outbox.Tried, bool]:
    """Send once; what it came to, and whether it arrived. Never raises."""
    started = monotonic()
    try:
        receipt = await channels.CHANNELS[channel].send(notice, credentials)
    except PermanentError as error:
        tried = outbox.Tried(str(error), monotonic() - started, error.excerpt, permanent=True)
        return replace(tried, gone=error.gone, bounced=error.bounced), False
    except RetryLater as error:
        return outbox.Tried(str(error), monotonic() - started, error.excerpt, wait=error.seconds), False
    except Exception as error:
        log.warning("delivery %s by %s did not arrive: %s", notice.id, channel, type(error).__name__)
        return outbox.Tried(net.trouble(error), monotonic() - started), False
    return outbox.Tried(receipt.answer, monotonic() - started, receipt.excerpt, receipt.thread), True


def _claimed(session: Session, owner: str, under_way: Mapping[str, int]) -> list[tuple[Delivery, dict[str, str], str]]:
    """Due deliveries with what their channels need: credentials, and the Slack thread that the conversation has."""
    found = []
    for row in due.deliveries(session, owner, under_way=under_way, most=MOST_PER_TARGET):
        chat = (
            session.get(Conversation, row.conversation_id) if row.conversation_id and row.channel == "slack" else None
        )
        found.append((row, _credentials(session, row), chat.slack_thread if chat else ""))
    return found


def _settled(session: Session, owner: str, tried: Sequence[tuple[Delivery, outbox.Tried, bool]]) -> None:
    for row, what, arrived in tried:
        settle = outbox.sent if arrived else outbox.missed
        settle(session, row, owner, what)


def _credentials(session: Session, row: Delivery) -> dict[str, str]:
    if row.channel == "slack":
        return {"slack_token": slack_team.token(session), "slack_channel_id": slack_team.known(session).channel_id}
    if row.channel == "email":
        return mail_server.credentials(session)
    endpoint = session.get(Endpoint, row.endpoint_id) if row.endpoint_id else None
    return {"webhook_secrets": "\n".join(endpoints.keys(endpoint))} if endpoint else {}


def _waited(session: Session) -> int:
    """Each in turn; what they announce rings after the commit of them all."""
    for conversation in (prompts := due.prompts(session)):
        escalations.unheard(session, conversation.id)
    for escalation in (unanswered := due.reroutes(session)):
        escalations.reroute(session, escalation)
    for escalation in (late := due.late(session)):
        escalations.late(session, escalation)
    return len(prompts) + len(unanswered) + len(late) + reminders.remind(session)


def _progress(crawl: web.Crawl) -> sources.Progress:
    return sources.Progress(crawl.found, crawl.failed, crawl.said)


def _claim_answers(session: Session, owner: str) -> Sequence[Conversation]:
    """The lease is longer than the deadline, with a model as without."""
    model = llm.known(session)
    return due.answers(session, owner, patience=timedelta(seconds=model.timeout if model.in_use else 0))


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
    brings = (answer.human or response is Response.ESCALATE) and _may_bring(session, conversation_id, epoch)
    if brings:
        answer = replace(answer, offer=False)
    if answer.confident or not brings:
        _say(session, conversation_id, epoch, answer)
    if brings:
        escalations.ask(session, conversations.locked(session, conversation_id), reason)


def _say(session: Session, conversation_id: str, epoch: int, answer: Answer) -> None:
    said = _said(session, conversation_id, answer)
    knowledge.cited(session, [s.article_id for s in answer.sources])
    sources = [{"title": s.title, "url": s.url, "article_id": s.article_id} for s in answer.sources]
    posted = conversations.ai_says(session, conversation_id, epoch, said, answer.confidence, sources, answer.offer)
    if posted and not answer.confident:
        gaps.note(session, conversation_id, "unsure")


def _may_bring(session: Session, conversation_id: str, epoch: int) -> bool:
    """Whether the AI still has the conversation, and there is somebody to bring."""
    conversation = conversations.locked(session, conversation_id)
    mine = conversation.owner_epoch == epoch and conversation.status == Status.WITH_AI
    return mine and settings.escalations(session).enabled


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
    keys = [] if answer.confident else ["ai.unsure"]
    if answer.offer and settings.escalations(session).enabled:
        keys.append("offer.text")
    words = " ".join(texts.words(session, locale, keys).values())
    return "\n\n".join(part for part in (answer.text, words) if part)
