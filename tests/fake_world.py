"""The other sides, real ones on loopback: a mail server, a receiver that keeps what it got, a Slack-shaped server."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl

from aiosmtpd.controller import Controller


@dataclass
class Request:
    """One HTTP request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def values(self) -> dict[str, str]:
        """What came in the query or in a form."""
        return dict(parse_qsl(self.path.partition("?")[2])) | dict(parse_qsl(self.body.decode("utf-8", "replace")))


@dataclass
class Receiver:
    """Answers every request of its methods with `answer(request)`: a status and a JSON body.

    Others get a 405 and are not kept: a browser's tab may still call the port's former owner.
    """

    answer: Callable[[Request], tuple[int, Any]] = lambda _: (200, {"ok": True})
    methods: tuple[str, ...] = ("POST",)
    got: list[Request] = field(default_factory=list)
    port: int = 0

    def start(self) -> "Receiver":
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        assert ready.wait(10)
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._one, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path = first.split()[:2]
            status, said = self._taken(Request(path, headers, body)) if method in self.methods else (405, {})
            data = json.dumps(said).encode()
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
                "Connection: close\r\n\r\n".encode()
                + data
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _taken(self, request: Request) -> tuple[int, Any]:
        self.got.append(request)
        return self.answer(request)


def slack() -> Receiver:
    """Slack-shaped: what the application calls, for one workspace with three channels and two people."""
    channels = [
        {"id": f"C{number}", "name": name, "is_member": name == "support"}
        for number, name in enumerate(("support", "random", "sales"), 1)
    ]
    people = {"U1": ("grace@acme.example", "Grace"), "U2": ("stranger@acme.example", "Sam")}

    def answer(request: Request) -> tuple[int, Any]:
        method, given = request.path.partition("?")[0].rpartition("/")[2], request.values
        if method == "oauth.v2.access":
            return 200, {"ok": given.get("code") == "good", "access_token": "xoxb-test", "error": "invalid_code"}
        if request.headers.get("authorization") != "Bearer xoxb-test":
            return 200, {"ok": False, "error": "invalid_auth"}
        if method == "auth.test":
            return 200, {"ok": True, "team": "Acme", "user_id": "B1"}
        if method == "conversations.list":
            page = channels[2:] if given.get("cursor") else channels[:2]
            return 200, {
                "ok": True,
                "channels": page,
                "response_metadata": {"next_cursor": "" if page[1:] == [] else "x"},
            }
        if method == "users.info":
            email, name = people[given["user"]]
            return 200, {"ok": True, "user": {"name": name, "profile": {"email": email, "real_name": name}}}
        return 200, {"ok": True, "ts": f"{time.time():.6f}", "channel": "C1"}

    return Receiver(answer, methods=("GET", "POST")).start()


class Mailbox:
    """A real SMTP server that keeps the mails."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())
        self._controller.start()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            self.mails.append((recipient, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 kept"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    def stop(self) -> None:
        self._controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], Any], seconds: float = 20, what: str = "") -> Any:
    """The first truthy result of `check`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {seconds} s: {what or check}")
