"""Topics and bells: announce inside a transaction, ring after the commit. A bell says "look" and carries no data."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
Refresh = Callable[[], Awaitable[None]]

WORK = "work"
"""The topic that wakes the worker: some row became due."""
MOMENT = 0.1
"""Seconds. Who pauses for longer than this (a list, a panel) also lets those go first who do not (the threads)."""
TRIES = 3
"""How often a refresh that fails is tried, a second later each time, before it waits for the next bell."""
STAFF = "staff"
"""The topic of who is signed in."""
INBOX = "inbox"
"""The topic of every inbox list."""


def conversation(id: str) -> str:
    """The topic of one conversation's messages and status."""
    return f"conversation:{id}"


def draft(id: str) -> str:
    """The topic of what the AI is about to say in one conversation."""
    return f"draft:{id}"


def aide(id: str) -> str:
    """The topic of what was made for the agents of one conversation: a summary, a suggested reply, translations."""
    return f"aide:{id}"


_announced: ContextVar[set[str] | None] = ContextVar("announced", default=None)
_unwoken: ContextVar[str] = ContextVar("unwoken", default="")


@contextmanager
def not_waking(watcher: str) -> Iterator[None]:
    """What rings within does not wake `watcher`: it shows by itself what it did."""
    token = _unwoken.set(watcher)
    try:
        yield
    finally:
        _unwoken.reset(token)


@contextmanager
def announcing() -> Iterator[set[str]]:
    """Collect what is announced within; `db.transact` rings it once the commit has succeeded."""
    topics: set[str] = set()
    token = _announced.set(topics)
    try:
        yield topics
    finally:
        _announced.reset(token)


def announce(*topics: str) -> None:
    """Say inside a transaction that these topics will have news. Outside of one it is a mistake, and raises."""
    collected = _announced.get()
    if collected is None:
        raise RuntimeError("announce() belongs inside a transaction")
    collected.update(topics)


@dataclass
class _Watch:
    refresh: Refresh
    pause: float
    topics: frozenset[str]
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None


class Hub:
    """Who watches what in this process. A watcher refreshes once per pause at most, and always after the last bell."""

    def __init__(self) -> None:
        self.worked_at = 0.0  # when the worker last looked for work, by the monotonic clock
        self._watches: dict[str, _Watch] = {}
        self._by_topic: dict[str, set[str]] = {}
        self._answers: dict[str, dict[Hashable, asyncio.Task[Any]]] = {}

    def watch(self, watcher: str, topics: Iterable[str], refresh: Refresh, pause: float = 0.05) -> None:
        """Call `refresh` when one of `topics` rings; replaces what `watcher` watched. `pause` is in seconds."""
        self.forget(watcher)
        entry = self._watches[watcher] = _Watch(refresh, pause, frozenset(topics))
        for topic in entry.topics:
            self._by_topic.setdefault(topic, set()).add(watcher)

    def forget(self, watcher: str) -> None:
        """Stop watching; nothing happens if `watcher` is unknown."""
        entry = self._watches.pop(watcher, None)
        if entry is None:
            return
        for topic in entry.topics:
            self._by_topic[topic].discard(watcher)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    def ring(self, topics: Collection[str]) -> None:
        """Wake everyone who watches one of `topics`. Must be called on the event loop."""
        for topic in topics:
            self._answers.pop(topic, None)
        for watcher in {name for topic in topics for name in self._by_topic.get(topic, ())} - {_unwoken.get()}:
            entry = self._watches[watcher]
            entry.rung.set()
            if entry.task is None:
                entry.task = asyncio.get_running_loop().create_task(self._serve(watcher, entry))

    async def once(self, topic: str, question: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer to a question that many watchers have: asked once between two bells of its topic."""
        answers = self._answers.setdefault(topic, {})
        if question not in answers or (answers[question].done() and answers[question].exception()):
            answers[question] = asyncio.get_running_loop().create_task(ask())
        found: T = await asyncio.shield(answers[question])
        return found

    def names(self) -> list[str]:
        """Everyone who watches."""
        return list(self._watches)

    async def _serve(self, watcher: str, entry: _Watch) -> None:
        """One task while bells ring, none while it is quiet."""
        failures = 0
        try:
            if entry.pause > MOMENT:
                await asyncio.sleep(entry.pause / 10)
            while entry.rung.is_set() and self._watches.get(watcher) is entry and failures < TRIES:
                entry.rung.clear()
                failures = 0 if await _refreshed(watcher, entry) else failures + 1
                await asyncio.sleep(entry.pause + failures)
        finally:
            entry.task = None


async def _refreshed(watcher: str, entry: _Watch) -> bool:
    """Whether it could look. If not, the bell still counts: whoever watches is not left behind for good."""
    try:
        await entry.refresh()
    except Exception:
        log.exception("refreshing %s failed", watcher)
        entry.rung.set()
        return False
    return True


hub = Hub()
"""This process's hub."""


class Drafts:
    """What the AI is about to say, by conversation: never kept, for the eyes of this process's tabs alone."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[object, str]] = {}

    def of(self, id: str) -> str:
        """The text so far, or nothing."""
        return self._texts.get(id, (None, ""))[1]

    @contextmanager
    def writing(self, id: str) -> Iterator[Callable[[str], Awaitable[None]]]:
        """Gives what takes the text so far. Of two who write for the same conversation the later one is shown."""
        mine = object()
        self._texts[id] = (mine, "")

        async def write(text: str) -> None:
            if self._texts.get(id, (None, ""))[0] is mine:
                self._texts[id] = (mine, text)
                hub.ring([draft(id)])

        try:
            yield write
        finally:
            if self._texts.get(id, (None, ""))[0] is mine:
                del self._texts[id]


drafts = Drafts()
"""This process's drafts."""
