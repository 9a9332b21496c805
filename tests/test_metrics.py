"""What an operator's Prometheus reads, and who may read it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session

from handoff_app.access import sessions
from handoff_app.api.metrics import router
from handoff_app.config import config
from handoff_app.domain import agents, escalations
from handoff_app.domain.models import Conversation, Reason, now
from tests.conftest import World


@pytest.fixture
async def http(database: None) -> AsyncIterator[httpx.AsyncClient]:
    async for client in from_address("127.0.0.1"):
        yield client


async def from_address(address: str) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    transport = httpx.ASGITransport(app=app, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url=config().base_url) as client:
        yield client


def figures(text: str) -> dict[str, float]:
    """Each sample, named with its labels."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_counts_conversations_requests_notices_and_what_waits(http: httpx.AsyncClient, world: World) -> None:
    chat = world.chat("Where is my order?", "Are you there?")
    world.chat("Hello")
    world.do(
        lambda session: setattr(session.get_one(Conversation, chat), "answer_due_at", now() - timedelta(minutes=1))
    )
    answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = figures(answer.text)
    assert found["handoff_conversations with_ai"] == 2
    assert found["handoff_conversations waiting"] == 0
    assert found["handoff_messages_total"] == 3
    assert 60 <= found["handoff_behind_seconds answer"] < 90
    assert found["handoff_behind_seconds deliver"] == 0
    assert found["handoff_notices webhook failed"] == 0
    assert found["handoff_escalations_total asked_for_human"] == 0
    assert found["handoff_worker_idle_seconds"] >= 0
    assert found["process_resident_memory_bytes"] > 0


async def test_a_request_and_its_notices_are_counted(http: httpx.AsyncClient, world: World) -> None:
    chat = world.chat("I want to talk to a person")

    def escalate(session: Session) -> None:
        escalations.ask(session, row := session.get_one(Conversation, chat), Reason.REQUESTED_BY_BUTTON)
        escalations.leave_email(session, row, "vera@example.com")

    world.do(escalate)
    found = figures((await http.get("/metrics")).text)
    assert found["handoff_conversations waiting"] == 1
    assert found["handoff_escalations_total requested_by_button"] == 1
    assert found["handoff_notices webhook pending"] == 1


async def test_nobody_from_outside_reads_it_but_an_admin(world: World) -> None:
    async for http in from_address("8.8.8.8"):
        assert (await http.get("/metrics")).status_code == 403
        for agent, status in ((world.grace, 403), (world.ada, 200)):
            cookie = f"{sessions.cookie_name()}={world.do(agents.sign_in, agent.id)}"
            assert (await http.get("/metrics", headers={"cookie": cookie})).status_code == status


async def test_a_proxy_that_nobody_trusts_opens_no_door(http: httpx.AsyncClient) -> None:
    assert (await http.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"})).status_code == 403


async def test_a_database_that_does_not_answer_is_said(http: httpx.AsyncClient, world: World) -> None:
    world.do(lambda session: session.connection().exec_driver_sql("DROP TABLE slackevent"))
    answer = await http.get("/metrics")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The database does not answer: OperationalError.")
