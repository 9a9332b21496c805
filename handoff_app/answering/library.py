"""What the AI knows in this process: the answerer over today's articles, kept fresh for all who ask."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from time import monotonic
from typing import Final

from handoff_app.answering import passages
from handoff_app.answering.builtin import Builtin
from handoff_app.answering.encoder import Encoder, Stopped, Vectors
from handoff_app.answering.passages import Written
from handoff_app.answering.retrieval import Index
from handoff_app.config import config

log = logging.getLogger(__name__)

LEARN_SECONDS: Final = 2.0


class Library:
    """Builds an index when an article has changed: at once by words, and by meaning as soon as that is learned."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._answerer: tuple[str, Builtin] | None = None
        self._building = asyncio.Lock()
        self._learning: tuple[asyncio.Task[None], float] | None = None

    async def answerer(self, version: str, load: Callable[[], Awaitable[Sequence[Written]]]) -> Builtin:
        """The built-in answerer over the articles of this version; `load` reads them if they are not known yet.

        Learning is waited for a little; whoever asks meanwhile is answered by words.
        """
        async with self._building:
            if self._answerer is None or self._answerer[0] != version:
                index = await asyncio.to_thread(index_of, await load())
                self._answerer = (version, Builtin(index))
                task = asyncio.get_running_loop().create_task(self._learn(version, index))
                self._learning = (task, monotonic() + LEARN_SECONDS)
        if self._learning is not None:
            learning, patience = self._learning
            await asyncio.wait([learning], timeout=max(0.0, patience - monotonic()))
        return self._answerer[1]

    async def learned(self) -> None:
        """Returns once everything is learned that was given."""
        if self._learning is not None:
            await self._learning[0]

    async def vectors(self, texts: Sequence[str]) -> Vectors | None:
        """The texts by meaning, one row each; None where the model is missing."""
        try:
            return await asyncio.to_thread(self._encoder.questions, texts)
        except Exception as error:
            log.warning("texts are compared by words alone: %s: %s", type(error).__name__, error)
            return None

    def stop(self) -> None:
        """Let work under way end soon."""
        self._encoder.stop()

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


@cache
def library() -> Library:
    """This process's library: the worker answers from it, and the page of the articles tries questions on it."""
    return Library(Encoder(config().data_dir / "vectors.npz"))


def index_of(articles: Sequence[Written]) -> Index:
    """The articles to search by their words; takes a while for many."""
    parts = [passages.split(a.id, a.title, a.text, a.phrasings, a.url) for a in articles]
    return Index([passage for part in parts for passage in part])
