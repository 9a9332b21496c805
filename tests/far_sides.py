"""Far sides that misbehave on purpose: SMTP with a fault at a step, and HTTP that says raw bytes."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable

STEPS = ("banner", "mail", "rcpt", "data", "body")


class Loopback:
    """A server on 127.0.0.1 in a thread of its own; `connections` counts who came, whatever they said."""

    def __init__(
        self,
        serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.connections = 0
        self._tls = tls
        self.port = 0
        self._serve = serve
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True).start()
        assert ready.wait(10)

    async def _run(self, ready: threading.Event) -> None:
        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            try:
                await self._serve(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()


class Smtp(Loopback):
    """A mail server but for one step: a reply code there, `drop`, or `drop-after` (taken, not answered).

    Before every word it waits for `pause` seconds.
    """

    def __init__(self, step: str = "", fault: str = "", tls: ssl.SSLContext | None = None, pause: float = 0.0) -> None:
        self.step, self.fault, self.pause = step, fault, pause
        self.mails: list[bytes] = []
        super().__init__(self._talk, tls)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?starttls=0"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._say(writer, "banner", "220 here"):
            return
        while line := (await reader.readline()).decode().strip():
            verb = line.split(":")[0].split(" ")[0].lower()
            if verb == "data":
                if not await self._say(writer, "data", "354 go on"):
                    return
                if self.step == "data" and self.fault:
                    continue
                body = await reader.readuntil(b"\r\n.\r\n")
                if self.step != "body" or self.fault in ("", "drop-after"):
                    self.mails.append(body)
                if not await self._say(writer, "body", "250 kept"):
                    return
            elif verb == "quit" or not await self._say(writer, verb, "250 fine"):
                return

    async def _say(self, writer: asyncio.StreamWriter, step: str, good: str) -> bool:
        await asyncio.sleep(self.pause)
        fault = self.fault if step == self.step else ""
        if fault.startswith("drop"):
            return False
        writer.write(f"{fault + ' no' if fault else good}\r\n".encode())
        await writer.drain()
        return True


def raw(answer: bytes, pause: float = 0.0, forever: bool = False, tls: ssl.SSLContext | None = None) -> Loopback:
    """An HTTP server that reads a request's head and says `answer`, a byte at a time if `pause` (seconds) is set."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while True:
            for start in range(0, len(answer), 1 if pause else len(answer) or 1):
                writer.write(answer[start : start + (1 if pause else len(answer))])
                await writer.drain()
                await asyncio.sleep(pause)
            if not forever:
                break
        await asyncio.sleep(60 if not answer else 0.2)

    return Loopback(serve, tls)
