"""One look tells which queues hold something due; each queue has its own loop, so that none waits for another."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from handoff_app import live
from handoff_app.config import config
from handoff_app.db import NotSaved, read, transact
from handoff_app.domain import due, escalations, outbox, reminders
from handoff_app.domain import replies as kept_replies
from handoff_app.domain.models import now
from handoff_app.worker import replies, tasks, websites
from handoff_app.worker.answers import Answers
from handoff_app.worker.deliveries import Deliveries

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
TOGETHER_SECONDS: Final = 0.05
"""The first bell is heard at once; of many in a row those within this time are seen to together."""
CLOCK_SECONDS: Final = 20.0
TIDY_SECONDS: Final = 3600.0
KEPT_FOR: Final = timedelta(days=30)

T = TypeVar("T")


class Worker:
    """One per process. A bell wakes it at once, a poll of one second makes sure; correctness needs neither."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(8)
        self._looking, deliver = asyncio.Event(), asyncio.Event()
        self.answers = Answers(self._name)
        self._steps: dict[str, Callable[[], Awaitable[int]]] = {
            "deliver": Deliveries(self._name, deliver.set).due,
            "answer": self.answers.due,
            "wait": _wait_due,
            "reply": replies.due,
            "read": websites.due,
            "tidy": self._tidy_due,
        }
        self._wake = {name: asyncio.Event() for name in self._steps} | {"deliver": deliver}
        self._clock_at, self._tidy_at = 0.0, 0.0

    async def stopped(self) -> None:
        """After `run` was cancelled: what is under way may finish, and what was only claimed is due again at once."""
        await tasks.finish()
        await transact(due.release, self._name)

    async def run(self) -> None:
        """Work until cancelled. Without `stopped`, what was claimed becomes due again when its lease ends."""
        live.hub.watch(f"worker:{self._name}", [live.WORK], self._rung, pause=TOGETHER_SECONDS)
        listening = tasks.start([replies.listen()]) if config().slack_app_token else []
        try:
            loops = (self._loop(name, step) for name, step in self._steps.items())
            await asyncio.gather(self.answers.get_ready(), self._look(), *loops)
        finally:
            self.answers.library.stop()
            live.hub.forget(f"worker:{self._name}")
            for task in listening:
                task.cancel()

    async def _rung(self) -> None:
        self._looking.set()

    async def _look(self) -> None:
        """At every bell, and once a second: which loops have work? Reading is cheap, and waits for no writer."""
        while True:
            self._looking.clear()
            try:
                for name in await read(due.queues):
                    self._wake[name].set()
                live.hub.worked_at = monotonic()
            except Exception:
                log.exception("the worker could not look what is due")
            if monotonic() >= self._clock_at:
                self._clock_at = monotonic() + CLOCK_SECONDS
                self._wake["tidy"].set()
            try:
                await asyncio.wait_for(self._looking.wait(), POLL_SECONDS)
            except TimeoutError:
                continue

    async def _loop(self, name: str, step: Callable[[], Awaitable[int]]) -> None:
        """Steps while something is due. An error is logged and never ends the loop: the next look comes soon."""
        while True:
            await self._wake[name].wait()
            self._wake[name].clear()
            try:
                if await step():
                    self._wake[name].set()  # there may be more
            except NotSaved as error:
                log.warning("the worker's loop %s waits for the database: %s", name, error)
            except Exception:
                log.exception("the worker's loop %s failed", name)

    async def _tidy_due(self) -> int:
        """Once an hour what is old goes; once a minute would do for the clock, and costs nothing more often."""
        await transact(outbox.mend_clock)
        await transact(due.mend_clock)
        if monotonic() < self._tidy_at:
            return 0
        await transact(kept_replies.tidy)
        await transact(reminders.tidy)
        gone = await transact(outbox.tidy, now() - KEPT_FOR)
        if not gone:  # it takes some at a time
            self._tidy_at = monotonic() + TIDY_SECONDS
        return gone


async def _wait_due() -> int:
    """Those who wait: for an address that never came, for an agent who never came."""
    return await transact(_waited)


def _waited(session: Session) -> int:
    """Each in turn; what they announce rings after the commit of them all."""
    done = [_alone(session, escalations.unheard, conversation.id) for conversation in due.prompts(session)]
    done += [_alone(session, escalations.reroute, escalation) for escalation in due.reroutes(session)]
    done += [_alone(session, escalations.late, escalation) for escalation in due.late(session)]
    return sum(done) + reminders.remind(session)


def _alone(session: Session, verb: Callable[[Session, T], None], it: T) -> bool:
    """Whether it could be done. What fails is undone by itself, and tried again at the next look."""
    try:
        with session.begin_nested():
            verb(session, it)
    except SQLAlchemyError:
        log.exception("%s failed", verb.__name__)
        return False
    return True
