"""SIGTERM in the middle of a backlog: it stops in time, loses nothing, and goes on at once after the next start."""

import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.fake_world import Receiver, Request, _free_port, eventually
from tests.serving import Server

QUEUED = 300


def test_a_backlog_survives_sigterm_and_nothing_waits_for_a_lease(tmp_path: Path) -> None:
    receiver = Receiver(slow).start()
    server = Server(tmp_path, _free_port()).start()
    queue(tmp_path, f"{receiver.url}/hook")
    eventually(lambda: len(receiver.got) > 20, what="the first notices")
    assert server.stop() < 10
    before = len(receiver.got)
    with closing(sqlite3.connect(tmp_path / "handoff.db")) as connection:
        held = connection.execute("SELECT count(*) FROM delivery WHERE owner != ''").fetchone()
        sent = connection.execute("SELECT count(*) FROM delivery WHERE status = 'sent'").fetchone()
    assert held == (0,)
    assert sent[0] == before < QUEUED
    server.start()
    eventually(lambda: len({id_of(request) for request in receiver.got}) == QUEUED, seconds=25, what="the rest")
    server.stop()
    assert max(Counter(id_of(request) for request in receiver.got).values()) == 1
    numbers = [request.json["number"] for request in receiver.got]
    assert all(abs(at - number) <= 60 for at, number in enumerate(numbers))


def slow(_: Request) -> tuple[int, dict[str, str]]:
    time.sleep(0.02)
    return 200, {}


def id_of(request: Request) -> str:
    return request.headers["webhook-id"]


def queue(folder: Path, url: str) -> None:
    """Notices to one endpoint, straight into the server's database."""
    moment = "2026-01-01 00:00:00.000000"
    with closing(sqlite3.connect(folder / "handoff.db", timeout=30)) as connection, connection:
        connection.execute(
            "INSERT INTO endpoint (id, url, events, secret, old_secret, paused, disabled_why, created_at)"
            " VALUES (?, ?, '[]', '', '', 0, '', ?)",
            ("e" * 32, url, moment),
        )
        for number in range(QUEUED):
            at = f"2026-01-01 00:00:{number / 10:09.6f}"
            connection.execute(
                "INSERT INTO delivery (id, event, channel, target, endpoint_id, body, status, turn, attempts, due_at,"
                " set_at, owner, answer, created_at)"
                " VALUES (?, 'escalation.created', 'webhook', ?, ?, ?, 'pending', 0, 0, ?, ?, '', '', ?)",
                (f"{number:032}", url, "e" * 32, f'{{"number": {number}}}'.encode(), at, at, at),
            )
