"""A Slack that fails in each of its ways: what a person must mend stops at once, everything else is tried again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from handoff_app.config import config
from handoff_app.domain import tries
from handoff_app.domain.models import Sent
from handoff_app.worker import Worker, finish
from tests.conftest import World
from tests.far_sides import Loopback, raw
from tests.test_slack import chat, event, said_by_team, workspace
from tests.test_worker import escalate, hook, only, private, tried, waits, worked

__all__ = ["chat", "private", "workspace"]


def said(status: int, body: bytes, *headers: str) -> Loopback:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def answer(**values: Any) -> Callable[[], Loopback]:
    return lambda: said(200, json.dumps(values).encode(), "Content-Type: application/json")


def limited(header: str) -> Callable[[], Loopback]:
    return lambda: said(429, b'{"ok": false, "error": "ratelimited"}', header)


HTML = b"<!doctype html><title>Sign in to the hotel's network</title>"
STOPS = [
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
    "channel_not_found", "not_in_channel", "is_archived", "msg_too_long", "invalid_blocks", "no_text",
]  # fmt: skip
WAITS = {
    "an HTML page": lambda: said(200, HTML, "Content-Type: text/html"),
    "an HTML page of a gateway": lambda: said(502, HTML, "Content-Type: text/html"),
    "half an answer": lambda: raw(b'HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\n{"ok"'),
    "a list": lambda: said(200, b"[1, 2]", "Content-Type: application/json"),
    "nothing": lambda: said(200, b""),
    "not UTF-8": lambda: said(200, b"\xff\xfe\xff"),
    "500": lambda: said(500, b'{"ok": false, "error": "internal_error"}'),
    "503 without a body": lambda: said(503, b""),
    "internal_error": answer(ok=False, error="internal_error"),
    "ratelimited": answer(ok=False, error="ratelimited"),
}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, world: World) -> Callable[[Any], None]:
    def point(server: Any) -> None:
        monkeypatch.setenv("HANDOFF_SLACK_API_URL", f"http://127.0.0.1:{server.port}/api/")
        config.cache_clear()
        only(world, slack_on=True, slack_channel="#support")
        escalate(world)

    return point


@pytest.mark.parametrize("error", STOPS)
async def test_what_a_person_must_mend_stops_and_says_what(world: World, at: Any, error: str) -> None:
    at(answer(ok=False, error=error)())
    (row,) = await worked(world, tried)
    assert (row.status, row.due_at, row.answer) == (Sent.FAILED, None, f"Slack answered {error}")


@pytest.mark.parametrize("fault", WAITS)
async def test_what_passes_by_itself_is_tried_again(world: World, at: Any, fault: str) -> None:
    at(WAITS[fault]())
    (row,) = await worked(world, tried)
    assert (row.status, row.attempts) == (Sent.PENDING, 1), row.answer
    assert "hotel" not in row.answer
    assert 4 <= waits(row) <= 6


@pytest.mark.parametrize("header", ["Retry-After", "retry-after"])
@pytest.mark.parametrize("seconds", [1, 30, 3600])
async def test_slack_is_given_the_time_that_it_asks_for(world: World, at: Any, header: str, seconds: int) -> None:
    at(limited(f"{header}: {seconds}")())
    (row,) = await worked(world, tried)
    assert row.status == Sent.PENDING
    assert waits(row) >= max(seconds, tries.SCHEDULE[0] * (1 - tries.JITTER))


async def test_a_slack_that_hangs_delays_no_webhook(world: World, at: Any) -> None:
    quick = hook(world, lambda _: (200, {}))
    at(raw(b""))
    only(world, slack_on=True, slack_channel="#support", webhook_on=True, webhook_url=f"{quick.url}/hook")
    for number in range(8):
        escalate(world, f"Number {number}")
    rows = await worked(world, tried, seconds=30)
    waiting = {row.channel: row.status for row in rows}
    assert waiting == {"slack": Sent.PENDING, "webhook": Sent.SENT}
    assert {row.answer for row in rows if row.channel == "slack"} == {"did not answer in time"}


async def test_posted_without_a_ts_is_posted_and_opens_no_thread(world: World, at: Any) -> None:
    at(answer(ok=True)())
    (row,) = await worked(world, tried)
    assert row.status == Sent.SENT
    assert world.row(row.conversation_id).slack_thread == ""


class SocketMode:
    """Slack's side of Socket Mode: says where to connect, sends what it is given, keeps what is acknowledged."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: list[str] = []
        self.tokens: list[str] = []
        self.connected = asyncio.Event()
        self.port = 0

    async def start(self) -> "SocketMode":
        app = web.Application()
        app.router.add_post("/api/apps.connections.open", self._open)
        app.router.add_get("/link", self._link)
        app.router.add_post("/api/users.info", self._person)
        app.router.add_post("/api/chat.postMessage", self._posted)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.port = self.runner.addresses[0][1]
        return self

    async def send(self, kind: str, payload: dict[str, Any], envelope: str) -> None:
        await self.sockets[-1].send_json({"envelope_id": envelope, "type": kind, "payload": payload})

    async def _open(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{self.port}/link"})

    async def _person(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "user": {"profile": {"email": "grace@acme.example"}}})

    async def _posted(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "ts": "1.1"})

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.connected.set()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
        return socket


@pytest.fixture
async def mode(chat: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SocketMode]:
    """The worker listens, and is connected."""
    server = await SocketMode().start()
    monkeypatch.setenv("HANDOFF_SLACK_API_URL", f"http://127.0.0.1:{server.port}/api/")
    monkeypatch.setenv("HANDOFF_SLACK_APP_TOKEN", "xapp-test")
    config.cache_clear()
    task = asyncio.create_task(Worker().run())
    async with asyncio.timeout(20):
        await server.connected.wait()
    yield server
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await finish(5)
    await server.runner.cleanup()


async def until(check: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.05)


async def test_socket_mode_brings_a_reply_once_however_often_slack_says_it(
    world: World, chat: str, mode: SocketMode
) -> None:
    for number in range(3):
        await mode.send("events_api", event("Hi Vera"), f"e{number}")
    await until(lambda: len(mode.acknowledged) == 3 and said_by_team(world))
    assert mode.acknowledged == ["e0", "e1", "e2"]
    assert mode.tokens == ["Bearer xapp-test"]
    assert said_by_team(world) == [("Grace", "Hi Vera")]


async def test_socket_mode_keeps_the_order_in_which_an_agent_wrote(world: World, chat: str, mode: SocketMode) -> None:
    texts = [f"Line {number}" for number in range(20)]
    for text in texts:
        await mode.send("events_api", event(text, text), text)
    await until(lambda: len(said_by_team(world)) == len(texts))
    assert [text for _, text in said_by_team(world)] == mode.acknowledged == texts


async def test_socket_mode_outlives_what_it_does_not_know(world: World, chat: str, mode: SocketMode) -> None:
    await mode.sockets[0].send_str("no JSON at all")
    await mode.sockets[0].send_json(["a list"])
    await mode.sockets[0].send_json({"type": "hello"})
    await mode.send("slash_commands", {"command": "/x"}, "e0")
    await mode.send("events_api", {"event": "no event"}, "e1")
    await mode.send("events_api", {"event": {"type": "message", "user": None}}, "e2")
    await mode.send("events_api", event("Still here"), "e3")
    await until(lambda: said_by_team(world) and sorted(mode.acknowledged) == ["e0", "e1", "e2", "e3"])


@pytest.mark.parametrize("how", ["closes", "breaks", "asks for another connection"])
async def test_socket_mode_comes_back_when_the_connection_goes(
    world: World, chat: str, mode: SocketMode, how: str
) -> None:
    first = mode.sockets[0]
    if how == "closes":
        await first.close()
    elif how == "breaks":
        assert first._req
        assert first._req.transport
        first._req.transport.abort()
    else:
        await first.send_json({"type": "disconnect", "reason": "refresh_requested"})
    await until(lambda: len(mode.sockets) > 1, seconds=60)
    await mode.send("events_api", event("Back again"), "e9")
    await until(lambda: said_by_team(world))
