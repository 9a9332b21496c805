"""Many notices and many workers: each notice goes out once, and what stands still holds up nothing else."""

import asyncio
import os
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from handoff_app import db, worker
from handoff_app.config import config
from handoff_app.domain import due, endpoints, settings, tries
from handoff_app.domain.models import Delivery, Sent, now
from tests import processes
from tests.conftest import World
from tests.fake_world import Receiver, eventually
from tests.test_worker import only, raw

ROWS = int(os.environ.get("SOAK_ROWS", "4000"))
QUEUED = int(os.environ.get("SOAK_QUEUED", "400"))
"""`make soak` asks for 10,000."""
WORKERS, STALLS = 8, 20


def queued(world: World, number: int, endpoint: str, url: str, old: timedelta = timedelta(0)) -> None:
    """So many notices to an endpoint, the first of them the oldest."""
    began = now() - old

    def rows(session: Session) -> None:
        about = {"event": "escalation.created", "channel": "webhook", "target": url, "endpoint_id": endpoint}
        for at in range(number):
            moment = began + timedelta(milliseconds=at)
            body = f'{{"number": {at}}}'.encode()
            row = Delivery(**about, body=body, due_at=moment, set_at=moment, created_at=moment)
            session.execute(insert(Delivery).values(**row.model_dump()))

    world.do(rows)


def claim_all(name: str, folder: str) -> None:
    """A worker's claims and settlements; its claims are written down. Sending takes none of the database's time."""
    with (Path(folder) / name).open("w") as file:
        eventually(lambda: len(os.listdir(folder)) == WORKERS, what="all workers")
        while rows := db.transact_now(due.deliveries, name)[0].rows:
            file.writelines(f"{row.id}\n" for row in rows)
            time.sleep(0.02)
            db.transact_now(_settle, rows, name)


def _settle(session: Session, rows: list[Delivery], name: str) -> None:
    for row in rows:
        assert tries.sent(session, row, name, tries.Tried("answered 200"))


def test_eight_workers_share_four_thousand_notices_and_no_two_get_the_same(world: World, tmp_path: Path) -> None:
    queued(world, ROWS, "main", "https://crm.acme.example/hook")
    folder = tmp_path / "claimed"
    folder.mkdir()
    running = [processes.start(claim_all, f"w{number}", str(folder)) for number in range(WORKERS)]
    assert [one.join() or one.exitcode for one in running] == [0] * WORKERS
    claimed = {file.name: file.read_text().split() for file in folder.iterdir()}
    assert Counter(id for ids in claimed.values() for id in ids) == {row.id: 1 for row in world.all(Delivery)}
    assert min(len(ids) for ids in claimed.values()) >= ROWS // 100
    assert {row.status for row in world.all(Delivery)} == {Sent.SENT}


def stall(name: str, folder: str) -> None:
    """Claims one notice, stands still until it is woken, then settles what is not its own any more."""
    (row,) = db.transact_now(due.deliveries, name, 1)[0].rows
    (Path(folder) / "claimed").write_text(row.id)
    os.kill(os.getpid(), signal.SIGSTOP)
    settled = db.transact_now(tries.sent, row, name, tries.Tried("answered 200"))[0]
    (Path(folder) / "settled").write_text(str(settled))


def test_a_worker_that_stood_still_past_its_lease_settles_nothing(world: World, tmp_path: Path) -> None:
    queued(world, STALLS, "main", "https://crm.acme.example/hook")
    started = []
    for number in range(STALLS):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        started.append((folder, processes.start(stall, f"slow{number}", str(folder))))
        eventually(lambda file=folder / "claimed": file.exists() and file.read_text(), what="the claim")
    world.do(lambda s: [setattr(row, "due_at", now()) for row in s.exec(db_rows())] and None)  # the leases are over
    assert len(world.do(due.deliveries, "quick").rows) == due.MOST_PER_ENDPOINT
    for _, process in started:
        os.kill(process.pid or 0, signal.SIGCONT)
        process.join(20)
    fenced = [(folder / "settled").read_text() for folder, _ in started]
    assert fenced.count("False") == due.MOST_PER_ENDPOINT  # those that the other worker has claimed
    assert fenced.count("True") == STALLS - due.MOST_PER_ENDPOINT
    held = [row for row in world.all(Delivery) if row.owner == "quick"]
    assert {row.status for row in held} == {Sent.PENDING}


def db_rows() -> object:
    from sqlmodel import select

    return select(Delivery)


@pytest.mark.timeout(180 + QUEUED)
async def test_a_backlog_goes_out_in_order_and_a_healthy_endpoint_does_not_wait_for_a_dead_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    config.cache_clear()
    dead, back, healthy = raw(b""), Receiver().start(), Receiver().start()
    only(world)
    for name, url in (("d", f"http://127.0.0.1:{dead.port}/"), ("b", f"{back.url}/"), ("h", f"{healthy.url}/")):
        world.do(endpoints.save, name * 32, url, settings.EVENTS)
    queued(world, QUEUED, "d" * 32, f"http://127.0.0.1:{dead.port}/", old=timedelta(minutes=30))
    queued(world, QUEUED, "b" * 32, f"{back.url}/", old=timedelta(minutes=30))
    queued(world, 20, "h" * 32, f"{healthy.url}/")
    began, heard = time.monotonic(), list[float]()
    healthy.answer = lambda _: (heard.append(time.monotonic() - began), (200, {}))[1]
    task = asyncio.create_task(worker.Worker().run())
    while time.monotonic() < began + 60 + QUEUED / 20 and len(back.got) + len(healthy.got) < QUEUED + 20:
        await asyncio.sleep(0.05)
    took = time.monotonic() - began
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await worker.finish(15)
    print(f"{QUEUED / took:.0f} a second")
    assert heard[-1] < took
    assert dead.connections <= due.MOST_PER_ENDPOINT * (2 + (time.monotonic() - began) / 10)
    numbers = [request.json["number"] for request in back.got]
    assert sorted(numbers) == list(range(QUEUED))
    assert all(abs(at - number) <= 2 * due.MOST_PER_ENDPOINT for at, number in enumerate(numbers))
