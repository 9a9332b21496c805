"""One question among 10,000 passages, and the memory of the whole server that has learned them.

Articles and questions are the sample shop's words at random: they say nothing, but weigh what real ones do. The server
learns them as at its first start, and the questions are asked here, over what it remembered.
"""

import os
import random
import shutil
import tempfile
import time
import tomllib
from pathlib import Path

from bench.measure import free_port, megabytes, percentile
from tests.serving import ROOT, Server

ARTICLES, QUESTIONS = 10_000, 300
TITLE, PHRASING, TEXT = 6, 7, 80  # words
PATIENCE = 1_200  # seconds until all is learned


def measure() -> dict[str, float]:
    """Milliseconds of one question, seconds until the articles are learned, megabytes of the server."""
    folder = Path(tempfile.mkdtemp())
    try:
        shop, many = _learn(folder / "shop"), folder / "many"
        _fill(many)
        learned = _learn(many)
        return {"server_mb": shop["mb"]} | {f"{name}_at_10000": value for name, value in (learned | _ask(many)).items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path) -> None:
    """Straight into the database, before the server starts."""
    from handoff_app import db, ready, vault
    from handoff_app.config import config
    from handoff_app.domain.models import Article

    folder.mkdir()
    os.environ["HANDOFF_DATA_DIR"] = str(folder)
    for remembered in (config, db.engine, vault._keys):
        remembered.cache_clear()  # every bench has a data directory of its own
    says = _Babble(1)
    ready.migrate()
    db.transact_now(
        lambda session: session.add_all(
            Article(title=says(TITLE), text=says(TEXT), phrasings=[says(PHRASING), says(PHRASING)])
            for _ in range(ARTICLES)
        )
    )


def _learn(folder: Path) -> dict[str, float]:
    """Seconds until the server has learned the articles that it finds there; an empty folder gets the sample shop."""
    server = Server(folder, free_port()).start()
    try:
        started = time.monotonic()
        while not (folder / "vectors.npz").exists():
            assert time.monotonic() - started < PATIENCE, server.log[-3000:]
            time.sleep(0.5)
        learned = time.monotonic() - started
        time.sleep(10)  # how sure it may be is learned after the vectors
        assert server._process is not None
        held, peak = (megabytes(server._process.pid, kind) for kind in ("Pss", "VmHWM"))
        return {"learned_s": learned, "mb": held, "peak_mb": peak}
    finally:
        server.stop()


def _ask(folder: Path) -> dict[str, float]:
    from handoff_app import db
    from handoff_app.answering.encoder import Encoder
    from handoff_app.answering.library import index_of
    from handoff_app.domain import knowledge

    index = index_of(db.read_now(knowledge.enabled)).learned(Encoder(folder / "vectors.npz"))
    says, took = _Babble(2), []
    for _ in range(QUESTIONS):
        question = says(PHRASING)
        started = time.perf_counter()
        index.search(question, limit=1)
        took.append(time.perf_counter() - started)
    return {"answer_p50_ms": percentile(took, 0.5), "answer_p95_ms": percentile(took, 0.95)}


class _Babble:
    """The sample shop's words at random, so many at a time."""

    def __init__(self, seed: int) -> None:
        articles = tomllib.loads((ROOT / "handoff_app" / "demo.toml").read_text("utf-8"))["article"]
        self._words = sorted({word for article in articles for word in article["text"].split()})
        self._chance = random.Random(seed)

    def __call__(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words, k=words))
