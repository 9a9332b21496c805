"""Addresses that people type: what is private is refused, and no connection is opened."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from handoff_app import net
from handoff_app.config import config
from tests.far_sides import Loopback, raw

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

REFUSED = [
    "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f000001/", "http://017700000001/",
    "http://127.1/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[2002:7f00:1::]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/", "http://[fd00::1]/", "http://[fe80::1]/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://0.0.0.0/",
    "http://169.254.169.254/", "http://168.63.129.16/", "http://224.0.0.1/", "http://metadata.internal/",
    "http://[::ffff:0:7f00:1]/", "http://[3fff::1]/", "http://[4000::1]/",
    "http://printer.local/", "https://shop.example:8080/", "http://user:pw@example.com/", "http://127.0.0.1./",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_private_addresses_in_every_spelling_are_refused(database: None, url: str) -> None:
    with pytest.raises(net.Refused):
        net.check_url(url)


@pytest.mark.parametrize(
    "url", ["", "crm", "crm.example.com/hook", "ftp://x.com/", "file:///etc/passwd", "http://", "http://a b/"]
)
def test_what_is_no_web_address_is_refused_with_a_sentence(database: None, url: str) -> None:
    with pytest.raises(net.Refused, match=r"\.$"):
        net.check_url(url)


@pytest.mark.parametrize("url", ["https://crm.example.com/hook", "http://8.8.8.8/", "https://[2606:4700::1111]/x"])
def test_public_addresses_pass(database: None, url: str) -> None:
    assert net.check_url(url) == url


async def test_a_name_that_resolves_to_loopback_is_never_connected_to(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = 0

    async def count(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal accepted
        accepted += 1
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def rebound(*_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with pytest.raises(net.Refused):
        await net.post("http://crm.example.com/hook", b"{}", {})
    server.close()
    await server.wait_closed()
    assert accepted == 0


async def test_redirects_are_not_followed(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    config.cache_clear()

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(elsewhere, "127.0.0.1", 0)
    reply = await net.post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", b"{}", {})
    server.close()
    assert reply.status == 302


LOOPBACK = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1",
    "017700000001",
    "0177.0.0.1", "0177.1", "0", "0.0.0.0", "0x0", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "a.localhost",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[2002:7f00:1::]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[::1%25lo]", "①②⑦.⓪.⓪.①",
    "127。0。0。1", "%31%32%37.0.0.1",
    "127.0.0.1%00.example.com", "127.0.0.1%0d%0a",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "100.127.255.254", "169.254.169.254",
    "169.254.170.2", "168.63.129.16", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "[fd00::1]", "[fc00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]",
    "[2001:db8::1]", "[2001::1]", "[fd00:ec2::254]", "[5f00::1]", "192.88.99.1",
]  # fmt: skip


@pytest.mark.parametrize("host", [*LOOPBACK, *PRIVATE])
async def test_a_forbidden_host_sees_no_connection(database: None, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """The listener's count is what matters, on every spelling, even with its port allowed."""
    listener = Loopback(_silent)
    monkeypatch.setattr(net, "_PORTS", frozenset({listener.port}))
    with pytest.raises((net.Refused, httpx.HTTPError, httpx.InvalidURL)):
        await net.post(f"http://{host}:{listener.port}/hook", b"{}", {})
    assert listener.connections == 0


@pytest.mark.parametrize(
    "answers",
    [
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["2606:4700::1111", "::1"],
        ["8.8.8.8"] * 63 + ["10.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["fe80::1%lo"],
    ],
    ids=str,
)
async def test_one_private_address_in_an_answer_refuses_it_all(
    database: None, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    listener = Loopback(_silent)
    monkeypatch.setattr(net, "_PORTS", frozenset({listener.port}))

    def mixed(*_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, listener.port)) for answer in answers]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    with pytest.raises(net.Refused):
        await net.post(f"http://crm.example.com:{listener.port}/hook", b"{}", {})
    assert listener.connections == 0


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """What names resolve to; a name without answers is not known, and `silent.…` is not answered in a test."""
    known: dict[str, list[str]] = {}
    over = threading.Event()
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host.startswith("silent."):
            over.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        if host not in known:
            return real(host, port, *args, **kwargs)
        if not known[host]:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    config.cache_clear()
    yield known
    over.set()


async def test_a_name_that_does_not_exist_is_trouble_in_words(database: None, hosts: dict[str, list[str]]) -> None:
    hosts["gone.acme.example"] = []
    with pytest.raises(httpx.ConnectError) as raised:
        await net.post("http://gone.acme.example/hook", b"{}", {})
    assert net.trouble(raised.value) == "its name could not be resolved"


async def test_of_64_addresses_the_one_that_listens_is_found(database: None, hosts: dict[str, list[str]]) -> None:
    listener = raw(FINE)
    hosts["many.acme.example"] = [f"127.0.0.{number}" for number in range(2, 65)] + ["127.0.0.1"]
    assert (await net.post(f"http://many.acme.example:{listener.port}/hook", b"{}", {})).status == 200


async def test_names_whose_servers_are_silent_end_at_the_deadline_and_delay_nobody(
    database: None, hosts: dict[str, list[str]]
) -> None:
    listener = raw(FINE)
    slow = [asyncio.create_task(net.post("http://silent.acme.example/hook", b"{}", {})) for _ in range(100)]
    await asyncio.sleep(0)
    hosts["quick.acme.example"] = ["127.0.0.1"]
    for host in ("127.0.0.1", "quick.acme.example"):
        assert (await net.post(f"http://{host}:{listener.port}/hook", b"{}", {})).status == 200
    assert not any(task.done() for task in slow)
    came = await asyncio.gather(*slow, return_exceptions=True)
    assert {type(error) for error in came} == {TimeoutError}


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
