"""Workers that are killed while they deliver: nothing is lost, and what comes twice has the same id."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, func, select

from handoff_app import db
from handoff_app.config import config
from handoff_app.domain import conversations, escalations, settings
from handoff_app.domain.models import Delivery, Reason, Sent, now
from tests import processes
from tests.conftest import World
from tests.fake_world import Receiver

KILLS = int(os.environ.get("SOAK_KILLS", "100"))
"""`make soak` asks for 2,000."""
TURNS = int(os.environ.get("SOAK_TURNS", "40"))
"""Escalations of each of eight processes for each list of addresses; `make soak` asks for 1,000."""

WORKER = """
import asyncio
from handoff_app.worker import Worker
print("up", flush=True)
asyncio.run(Worker().run())
"""
PRODUCER = """
import sys, time
from handoff_app import db
from handoff_app.domain import conversations, escalations
from handoff_app.domain.models import Reason
number = 0
while True:
    number += 1
    def once(session):
        visitor = conversations.visitor(session, f"{sys.argv[1]}-{number}".ljust(64, "."))
        chat = conversations.start(session, visitor.id, "en")
        conversations.visitor_says(session, conversations.glance(session, chat.id, "c"), "Hello", "c", "", True)
        escalations.escalate(session, conversations.locked(session, chat.id), Reason.ASKED_FOR_HUMAN)
        return chat.id
    print(db.transact_now(once)[0], flush=True)
    time.sleep(0.05)
"""


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch, database: None, tmp_path: Path) -> None:
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    config.cache_clear()
    return


def process(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def kills(wanted: int, receiver: Receiver, world: World, seed: int) -> list[str]:
    """Two workers and a producer, one of them killed at random moments; returns what the producer acknowledged."""
    rolled, acknowledged, done = random.Random(seed), [], 0
    running = {name: process(WORKER) for name in ("one", "two")} | {"producer": process(PRODUCER, "0")}
    while done < wanted:
        time.sleep(rolled.uniform(0.15, 0.6))
        name = rolled.choice(list(running))
        running[name].send_signal(signal.SIGKILL)
        acknowledged += running[name].communicate()[0].split() if name == "producer" else []
        done += 1
        running[name] = process(PRODUCER, str(done)) if name == "producer" else process(WORKER)
    running["producer"].kill()
    acknowledged += running["producer"].communicate()[0].split()
    end = time.monotonic() + 90
    while time.monotonic() < end and any(row.status == Sent.PENDING for row in world.all(Delivery)):
        time.sleep(0.2)
    for name in ("one", "two"):
        running[name].kill()
        running[name].communicate()
    return acknowledged


@pytest.mark.timeout(300 + KILLS)
def test_workers_that_are_killed_lose_nothing(world: World, private: None) -> None:
    receiver = Receiver().start()
    wanted = settings.Escalations(
        webhook_on=True, webhook_url=f"{receiver.url}/hook", reroute_minutes=0, late_minutes=0
    )
    world.do(settings.save_escalations, wanted, webhook_secret="s3cret")
    acknowledged = kills(KILLS, receiver, world, seed=7)
    arrived = Counter(request.headers["webhook-id"] for request in receiver.got)
    rows = world.all(Delivery)
    assert {row.id for row in rows} == set(arrived)
    assert set(acknowledged) <= {row.conversation_id for row in rows}
    assert {row.status for row in rows} == {Sent.SENT}
    bodies = {request.headers["webhook-id"]: request.body for request in receiver.got}
    assert all(bodies[request.headers["webhook-id"]] == request.body for request in receiver.got)
    assert len({json.loads(body)["conversation"]["id"] for body in bodies.values()}) == len(rows)
    assert sum(arrived.values()) - len(arrived) <= KILLS * 20


def told_of(world: World, length: int) -> Counter[str]:
    return Counter(row.target for row in world.all(Delivery) if row.target.endswith(f"@{length}.example"))


def list_of(world: World, length: int) -> None:
    addresses = "; ".join(f"{name}@{length}.example" for name in "abcdefg"[:length])
    world.do(settings.save_escalations, settings.Escalations(email_on=True, emails=addresses, round_robin=True))


@pytest.mark.timeout(300 + TURNS * 10)
def test_the_rotation_is_fair_among_eight_processes_with_every_list(world: World, private: None) -> None:
    for length in (1, 2, 3, 5, 7):
        list_of(world, length)
        running = [processes.start(processes.escalate, f"{length}-{number}", TURNS) for number in range(8)]
        assert [one.join() or one.exitcode for one in running] == [0] * 8
        told = told_of(world, length)
        assert (len(told), told.total()) == (length, 8 * TURNS)
        assert max(told.values()) - min(told.values()) <= 1


def test_a_list_that_is_edited_meanwhile_is_fair_before_and_after(world: World, private: None) -> None:
    list_of(world, 5)
    running = [processes.start(processes.escalate, f"e{number}", 100_000) for number in range(4)]

    def edit(session: Session) -> datetime:
        """When it was edited: within the transaction, for the next one may begin before this test goes on."""
        wanted = replace(settings.escalations(session), emails="b@5.example; x@5.example")
        settings.save_escalations(session, wanted)
        return now()

    while len(world.all(Delivery)) < 15:
        time.sleep(0.02)
    edited = world.do(edit)
    while sum(row.created_at > edited for row in world.all(Delivery)) < 15:
        time.sleep(0.02)
    for one in running:
        one.kill()
        one.join()
    for after in (False, True):
        told = Counter(row.target for row in world.all(Delivery) if (row.created_at > edited) == after)
        assert max(told.values()) - min(told.values()) <= 1, told


def test_the_rotation_is_fair_when_processes_die_on_the_way(world: World, private: None) -> None:
    list_of(world, 5)
    count = select(func.count()).select_from(Delivery)
    for one in [processes.start(processes.escalate, f"p{number}", 100_000) for number in range(8)]:
        before = db.read_now(lambda s: s.exec(count).one())
        while db.read_now(lambda s: s.exec(count).one()) < before + 7:
            time.sleep(0.02)
        one.kill()
        one.join()
    told = told_of(world, 5)
    assert told.total() >= 8 * 7
    assert max(told.values()) - min(told.values()) <= 1


def test_who_is_told_and_why_is_kept(world: World) -> None:
    wanted = settings.Escalations(email_on=True, emails="grace@acme.example; linus@acme.example", round_robin=True)
    world.do(settings.save_escalations, wanted)
    why = []
    for number in range(3):
        world.vera = f"{number:064}"
        chat = world.chat("Hello")
        row = world.do(lambda s, c=chat: escalations.escalate(s, conversations.locked(s, c), Reason.ASKED_FOR_HUMAN))
        why.append((row.assigned_to, row.assigned_why))
    assert why == [
        ("grace@acme.example", "first in turn"),
        ("linus@acme.example", "next in turn after grace@acme.example"),
        ("grace@acme.example", "next in turn after linus@acme.example"),
    ]
