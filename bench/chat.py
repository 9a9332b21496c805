"""A visitor's message to the agent's tab and back: 100 visitors, 5 agents, 25 messages a second, beside the floor.

Every second message goes to one of the five conversations that an agent has open: those are timed. The others are
spread over the rest. All are live chats, so that nothing but the chat is measured.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import socketio

from bench.measure import cpu_seconds, free_port, percentile
from tests.serving import ADA, GRACE, Server
from tests.trips.client import Tab, agent, visitor

VISITORS, AGENTS, RATE, SECONDS = 100, 5, 25, 20
ARRIVAL_LIMIT = 10.0

Send = Callable[[int, str], Awaitable[None]]


class Stopwatch:
    """Notes when each text was sent and when it was first seen on the other side."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.seen: dict[str, float] = {}

    def saw(self, text: str) -> None:
        if text in self.sent and text not in self.seen:
            self.seen[text] = time.monotonic()

    def times(self) -> list[float]:
        return [self.seen[text] - self.sent[text] for text in self.seen]


async def drive(watch: Stopwatch, send: Send, mark: str, timed: Callable[[int], bool]) -> None:
    """Send at an even rate, visitor after visitor, and wait for the last to arrive."""
    started = time.monotonic()
    for number in range(RATE * SECONDS):
        await asyncio.sleep(max(0.0, started + number / RATE - time.monotonic()))
        text = f"{mark} {number}"
        if timed(number):
            watch.sent[text] = time.monotonic()
        await send(number, text)
    end = time.monotonic() + ARRIVAL_LIMIT
    while len(watch.seen) < len(watch.sent) and time.monotonic() < end:
        await asyncio.sleep(0.05)


async def handoff() -> dict[str, float]:
    """The real server."""
    folder = Path(tempfile.mkdtemp())
    server = Server(folder, free_port()).start()
    assert server._process is not None
    server.run("user", "add", GRACE[0], "--name", "Grace", "--password-stdin", typed=f"{GRACE[1]}\n")
    visitors = [await visitor(server.url) for _ in range(VISITORS)]
    ids = [tab.vars["widget_state.conversation"] for tab in visitors]
    agents = []
    for tab in visitors:
        await tab.call("widget_state.send", form={"client_id": "first", "text": "Hello"})
        await tab.until(lambda _, tab=tab: "Hello" in tab.texts())
    for number in range(AGENTS):
        agents.append(await agent(server.url, ADA, ids[number]))
    for number in reversed(range(VISITORS)):
        tab = agents[number % AGENTS]
        tab._path = f"/inbox/{ids[number]}"
        await tab.call("inbox_state.open")
        await tab.call("inbox_state.take_over")
        await visitors[number].until(lambda v: v.get("widget_state.agent"))
    await asyncio.sleep(2)
    there, back = Stopwatch(), Stopwatch()
    for tab in agents:
        _listen(tab, "inbox_state", there)
    for tab in visitors[:AGENTS]:
        _listen(tab, "widget_state", back)

    async def say(number: int, text: str) -> None:
        await visitors[_whose(number)].call("widget_state.send", form={"client_id": text, "text": text})

    async def answer(number: int, text: str) -> None:
        await agents[number % AGENTS].call("inbox_state.reply", form={"client_id": text, "text": text})

    result = await _both(server._process.pid, there, back, say, answer)
    for tab in (*visitors, *agents):
        await tab.close()
    server.stop()
    return result


async def floor() -> dict[str, float]:
    """The least that such a chat can do."""
    port, folder = free_port(), Path(tempfile.mkdtemp())
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "bench.floor:app"],
        env={**os.environ, "FLOOR_DB": str(folder / "floor.db")},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    await _up(port)
    there, back = Stopwatch(), Stopwatch()
    clients = [socketio.AsyncClient() for _ in range(VISITORS + AGENTS)]
    for number, client in enumerate(clients):
        await client.connect(f"http://127.0.0.1:{port}", transports=["websocket"])
        client.on("said", (there if number >= VISITORS else back).saw)
        await client.emit("join", str(number % AGENTS if number >= VISITORS else number))

    async def say(number: int, text: str) -> None:
        await clients[_whose(number)].emit("say", {"room": str(_whose(number)), "text": text})

    async def answer(number: int, text: str) -> None:
        await clients[VISITORS + number % AGENTS].emit("say", {"room": str(number % AGENTS), "text": text})

    result = await _both(process.pid, there, back, say, answer)
    for client in clients:
        await client.disconnect()
    os.killpg(process.pid, signal.SIGTERM)
    process.wait()
    return result


async def _both(group: int, there: Stopwatch, back: Stopwatch, say: Send, answer: Send) -> dict[str, float]:
    before = cpu_seconds(group)
    await drive(there, say, "there", lambda number: number % 2 == 0)
    await drive(back, answer, "back", lambda _: True)
    used = cpu_seconds(group) - before
    times = [*there.times(), *back.times()]
    sent = len(there.sent) + len(back.sent)
    return {
        "to_agent_p50_ms": percentile(there.times(), 0.5),
        "to_agent_p95_ms": percentile(there.times(), 0.95),
        "to_visitor_p95_ms": percentile(back.times(), 0.95),
        "p95_ms": percentile(times, 0.95),
        "cpu_ms_per_message": 1000 * used / (2 * RATE * SECONDS),
        "arrived": len(times) / sent,
    }


def _whose(number: int) -> int:
    """Even messages: a conversation that an agent has open. Odd ones: any other."""
    return number // 2 % AGENTS if number % 2 == 0 else AGENTS + number // 2 % (VISITORS - AGENTS)


def _listen(tab: Tab, state: str, watch: Stopwatch) -> None:
    took = tab._took

    async def heard(update: Any) -> None:
        await took(update)
        for line in tab.vars.get(f"{state}.tail", [])[-8:]:
            watch.saw(line["text"])

    tab._sio.on("event", heard, namespace="/_event")


async def _up(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(200):
            try:
                await client.get(f"http://127.0.0.1:{port}/")
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)


def measure() -> dict[str, float]:
    """Both, and their ratios."""
    low, ours = asyncio.run(floor()), asyncio.run(handoff())
    result = {f"floor.{k}": v for k, v in low.items()} | {f"handoff.{k}": v for k, v in ours.items()}
    result["p95_ratio"] = ours["p95_ms"] / low["p95_ms"]
    result["cpu_ratio"] = ours["cpu_ms_per_message"] / low["cpu_ms_per_message"]
    return result
