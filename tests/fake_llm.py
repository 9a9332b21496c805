"""An OpenAI-compatible server on loopback that does what it is told: stream, stall, refuse, break off, talk rubbish."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from tests.fake_world import Request

Act = Callable[[asyncio.StreamWriter], Awaitable[None]]

STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)


class FakeLlm:
    """Does one act for each request, in order; the last one again and again. Keeps what it was asked."""

    def __init__(self, *acts: Act) -> None:
        self.acts = list(acts)
        self.got: list[Request] = []
        self.port = 0
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        assert ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def prompts(self) -> list[list[dict[str, str]]]:
        """The messages of each request."""
        return [request.json["messages"] for request in self.got]

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._one, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.got.append(Request(first.split()[1], headers, body))
            act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
            await act(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def says(text: str, pause: float = 0.0, before: float = 0.0, size: int = 6, times: list[float] | None = None) -> Act:
    """Streams `text` in pieces, `before` seconds late and with `pause` between them; `times` keeps when each left."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        await writer.drain()
        await asyncio.sleep(before)
        for start in range(0, len(text), size):
            await _send(writer, _chunk(text[start : start + size]))
            if times is not None:
                times.append(time.time())
            await asyncio.sleep(pause)
        await _send(writer, _chunk("", finish="stop"))
        await _send(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return act


def drops(text: str) -> Act:
    """Streams `text` and breaks off."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        await _send(writer, _chunk(text))
        await asyncio.sleep(0.05)
        writer.transport.abort()

    return act


def stalls(text: str = "", seconds: float = 60.0) -> Act:
    """Streams `text`, and then nothing more; without a text not even a head."""

    async def act(writer: asyncio.StreamWriter) -> None:
        if text:
            writer.write(STREAM)
            await _send(writer, _chunk(text))
        await asyncio.sleep(seconds)

    return act


def plain(text: Any) -> Act:
    """Does not stream, though it was asked to."""
    message = {"role": "assistant", "content": text}
    return body(json.dumps({"object": "chat.completion", "choices": [{"index": 0, "message": message}]}).encode())


def status(code: int, **headers: str) -> Act:
    """Refuses, with a key in its words that nobody may read."""
    said = json.dumps({"error": {"message": "sk-canary is not right", "type": "x"}}).encode()
    return body(said, code, headers)


def body(said: bytes, code: int = 200, headers: Any = (), kind: str = "application/json") -> Act:
    """Answers these bytes."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in dict(headers).items())
    head = (
        f"HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\nContent-Length: {len(said)}\r\n{more}Connection: close\r\n\r\n"
    )

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + said)
        await writer.drain()

    return act


def events(*said: bytes) -> Act:
    """Streams these bytes as they are."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        for part in said:
            await _send(writer, part)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return act


def forever(part: bytes) -> Act:
    """Streams the same bytes without end."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        while True:
            await _send(writer, part)

    return act


def line(used: Iterable[int] = (1,), confident: bool = True, human: bool = False) -> str:
    """The line for the machine with which a good reply begins."""
    ids = ", ".join(map(str, used)) or "none"
    return f"@@ used: {ids}; confident: {'yes' if confident else 'no'}{'; human: yes' if human else ''}\n"


def _chunk(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()
