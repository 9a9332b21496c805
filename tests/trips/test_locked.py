"""Somebody else holds the database: nothing is acknowledged that is not kept, and afterwards all goes on by itself."""

import asyncio
import os
import secrets
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.serving import GRACE, Server
from tests.trips.client import Tab, agent, visitor

BUSY = 30
"""Seconds for which a writer waits; only `make soak` holds it for longer."""
SECONDS = [1, 10, *(int(value) for value in os.environ.get("SOAK_LOCK", "").split())]
HOLD = """
import sqlite3, sys, time
with sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60) as connection:
    connection.execute("BEGIN EXCLUSIVE")
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
    connection.execute("ROLLBACK")
"""


def hold(database: Path, seconds: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLD, str(database), str(seconds)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


async def say(tab: Tab, texts: list[str]) -> None:
    """As the page does: every 2.5 s again, one at a time and in order, until it stands in the log."""
    for text in texts:
        while text not in tab.texts():
            await tab.call("widget_state.send", form={"client_id": text, "text": text})
            try:
                await tab.until(lambda _, text=text: text in tab.texts(), seconds=2.5)
            except TimeoutError:
                continue


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seconds", SECONDS)
async def test_a_database_that_is_held_delays_and_loses_nothing(server: Server, seconds: int) -> None:
    vera, asking = await visitor(server.url), await visitor(server.url)
    mark = secrets.token_hex(4)
    texts = [f"{mark} {number}" for number in range(5)]
    holder = hold(server.data / "handoff.db", seconds)
    saying = asyncio.create_task(say(vera, texts))
    await asking.call("widget_state.ask")
    while holder.poll() is None:
        assert not set(texts) & set(vera.texts()) or holder.poll() is not None
        await asyncio.sleep(0.05)
    await saying
    assert [text for text in vera.texts() if text in texts] == texts
    with closing(sqlite3.connect(server.data / "handoff.db")) as connection:
        rows = connection.execute("SELECT text FROM message WHERE text LIKE ?", (f"{mark}%",)).fetchall()
    assert Counter(text for (text,) in rows) == dict.fromkeys(texts, 1)
    if seconds > BUSY:
        await asking.until(lambda v: "could not be saved" in v.get("widget_state.refused_text", ""))
        await asking.call("widget_state.ask")
    await asking.until(lambda v: v.get("widget_state.prompt") == "email")
    grace = await agent(server.url, GRACE, vera.vars["widget_state.conversation"])
    await grace.call("inbox_state.reply", form={"client_id": mark, "text": f"{mark} from Grace"})
    await vera.until(lambda _: f"{mark} from Grace" in vera.texts())
    await asking.call("widget_state.send", form={"client_id": "q", "text": "How much does shipping cost?"})
    await asking.until(lambda _: any(line["author"] == "ai" for line in asking.lines()), seconds=40)
    for tab in (vera, asking, grace):
        await tab.close()
