"""A disk that is full or read-only: what cannot be saved is refused aloud, and it mends by itself."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from handoff_app import db, worker
from handoff_app.config import config
from handoff_app.domain import conversations, escalations
from handoff_app.domain.models import Author, Reason, Sent
from tests.conftest import World
from tests.fake_world import Receiver
from tests.test_worker import only, worked


class Disk:
    """Where the database lies: `fill` leaves no room, `free` gives it back."""

    def __init__(self, fill: Callable[[], None], free: Callable[[], None]) -> None:
        self.fill, self.free = fill, free


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 8 MB; only root may make one."""
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", tmp_path]).returncode:
        pytest.skip("only root may mount a small file system; the limit of pages stands in for it")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


@pytest.fixture
def tmpfs(mounted: Path) -> Disk:
    """Filled to the last byte."""
    filler = mounted / "filler"

    def fill() -> None:
        with filler.open("ab", buffering=0) as file:
            for size in (65_536, 512, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue

    return Disk(fill, filler.unlink)


@pytest.fixture
def remounted(mounted: Path) -> Disk:
    """Mounted anew, as a system does with a disk that it does not trust any more."""

    def remount(how: str) -> None:
        db.engine().dispose()  # it takes no file that is open for writing
        subprocess.run(["mount", "-o", f"remount,{how}", mounted], check=True)

    return Disk(lambda: remount("ro"), lambda: remount("rw"))


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """SQLite's own limit, which says the same SQLITE_FULL without a small disk."""
    limit = 1_000_000

    def limited(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={limit}")

    def change(wanted: int) -> None:
        nonlocal limit
        limit = wanted
        if not event.contains(db.engine(), "connect", limited):
            event.listen(db.engine(), "connect", limited)
        db.engine().dispose()

    def fill() -> None:
        with db.engine().connect() as connection:
            used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        change(used)

    return Disk(fill, lambda: change(1_000_000))


@pytest.fixture(params=["tmpfs", "remounted", "pages"])
def disk(request: pytest.FixtureRequest) -> Disk:
    found: Disk = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def shop(disk: Disk, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Acme on this disk: the disk is there before the database."""
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    config.cache_clear()
    return world


async def test_a_disk_that_takes_nothing_refuses_aloud_and_recovers(shop: World, disk: Disk) -> None:
    receiver = Receiver().start()
    only(shop, webhook_on=True, webhook_url=f"{receiver.url}/hook")
    chat = shop.chat("Before")
    disk.fill()
    running = asyncio.create_task(worker.Worker().run())
    kept = ["Before", *await said_until_refused(chat)]
    await asyncio.sleep(2)  # each loop of the worker has tried
    assert not running.done()
    disk.free()
    assert said_in(chat) == kept
    await say(chat, "After")
    await db.transact(ask, chat)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await worked(shop, lambda rows: all(row.status == Sent.SENT for row in rows))
    assert said_in(chat) == [*kept, "After"]
    assert receiver.got[-1].json["conversation"]["id"] == chat
    with closing(sqlite3.connect(config().data_dir / "handoff.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def said_until_refused(chat: str) -> list[str]:
    """What was acknowledged: the database's log may have had room for some."""
    kept: list[str] = []
    for number in range(2000):
        text = f"{number} {'x' * 3000}"
        try:
            await say(chat, text)
        except db.NotSaved:
            return kept
        kept.append(text)
    raise AssertionError("the disk takes everything")


def said_in(chat: str) -> list[str]:
    """What the visitor reads of their own."""
    rows = db.read_now(conversations.messages, chat, limit=5000)
    return [row.text for row in rows if row.author == Author.VISITOR]


async def say(chat: str, text: str) -> None:
    def says(session: Any) -> None:
        conversations.visitor_says(session, conversations.glance(session, chat, text[:20]), text, text[:20], "", False)

    await db.transact(says)


def ask(session: Any, chat: str) -> None:
    escalations.escalate(session, conversations.locked(session, chat), Reason.ASKED_FOR_HUMAN)
