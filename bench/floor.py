"""The floor: python-socketio on Granian, one durable SQLite insert per message, sent on to the conversation's agent."""

import asyncio
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import socketio

_database = sqlite3.connect(os.environ["FLOOR_DB"], check_same_thread=False, isolation_level=None)
for _pragma in ("journal_mode=WAL", "synchronous=FULL"):
    _database.execute(f"PRAGMA {_pragma}")
_database.execute("CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, room TEXT, text TEXT)")
_writer = ThreadPoolExecutor(1)
_server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*", transports=["websocket"])
app = socketio.ASGIApp(_server)


def _insert(room: str, text: str) -> None:
    _database.execute("INSERT INTO message (room, text) VALUES (?, ?)", (room, text))


@_server.on("join")
async def join(sid: str, room: str) -> None:
    """Hear a conversation."""
    await _server.enter_room(sid, room)


@_server.on("say")
async def say(sid: str, data: dict[str, str]) -> None:
    """Keep the message durably, then tell everyone in the conversation."""
    await asyncio.get_running_loop().run_in_executor(_writer, _insert, data["room"], data["text"])
    await _server.emit("said", data["text"], room=data["room"])
