"""The link of a mail that takes a conversation over."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import time_machine
from fastapi import FastAPI

from handoff_app.api.claim import router
from handoff_app.config import config
from handoff_app.domain import conversations, desk, escalations
from handoff_app.domain.models import Agent, Delivery, Reason, now
from tests.conftest import World


@pytest.fixture
def chat(world: World) -> str:
    made = world.chat("Hello")
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, made), Reason.ASKED_FOR_HUMAN) and None)
    return made


@pytest.fixture
async def http(database: None) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=config().base_url) as client:
        yield client


def link(world: World, address: str) -> str:
    row = next(row for row in world.all(Delivery) if row.target == address)
    return str(json.loads(row.body)["conversation"].get("take_over_url", ""))


def test_only_an_agents_own_mail_carries_the_link(world: World, chat: str) -> None:
    assert link(world, "grace@acme.example")
    assert link(world, "grace@acme.example") != link(world, "linus@acme.example")
    others = [row for row in world.all(Delivery) if row.channel != "email"]
    assert all(b"take_over_url" not in row.body for row in others)


async def test_a_scanner_that_opens_the_link_takes_nothing_and_the_button_does(
    http: httpx.AsyncClient, world: World, chat: str
) -> None:
    url = link(world, "grace@acme.example")
    for _ in range(3):
        page = await http.get(url)
        assert page.status_code == 200
        assert re.search("<button[^>]*>Take over</button>", page.text)
    assert world.row(chat).owner_id is None
    done = await http.post(url)
    assert (done.status_code, done.headers["location"]) == (303, f"/inbox/{chat}")
    assert world.row(chat).owner_id == world.grace.id


async def test_the_second_reads_who_has_it(http: httpx.AsyncClient, world: World, chat: str) -> None:
    world.do(lambda s: desk.take_over(s, chat, world.ada) and None)
    told = await http.post(link(world, "grace@acme.example"))
    assert told.status_code == 409
    assert "Ada has it already" in told.text


async def test_an_old_a_forged_and_a_former_agents_link_do_nothing(
    http: httpx.AsyncClient, world: World, chat: str
) -> None:
    url = link(world, "grace@acme.example")
    forged = "".join(reversed(url.rsplit(".", 1)[1]))
    assert (await http.post(url.rsplit(".", 1)[0] + "." + forged)).status_code == 410
    world.do(lambda s: setattr(s.get_one(Agent, world.grace.id), "active", False))
    assert (await http.post(url)).status_code == 410
    world.do(lambda s: setattr(s.get_one(Agent, world.grace.id), "active", True))
    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        assert (await http.get(url)).status_code == 410
    assert world.row(chat).owner_id is None


async def test_a_link_opens_nothing_once_the_request_is_over(http: httpx.AsyncClient, world: World, chat: str) -> None:
    url = link(world, "grace@acme.example")
    world.do(lambda s: desk.take_over(s, chat, world.ada) and None)
    world.do(lambda s: desk.resolve(s, chat, world.ada) and None)
    for answer in (await http.get(url), await http.post(url)):
        assert answer.status_code == 410
        assert "Nobody waits there any more" in answer.text
    assert world.row(chat).status == "resolved"
