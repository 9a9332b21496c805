"""The only HTTP client that may reach an address a person typed: it connects only to what it has checked."""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httpcore
import httpx

from handoff_app.config import config

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 10.0
KEPT_BYTES: Final = 64 * 1024
MOST_REDIRECTS: Final = 5
API_BYTES: Final = 4 * 1024 * 1024
_PORTS: Final = frozenset({80, 443})

# Beyond what `is_global` refuses: addresses that carry a private one inside, and the metadata service of one cloud.
_REFUSED: Final = tuple(
    ipaddress.ip_network(net)
    for net in (
        "168.63.129.16/32",
        "192.88.99.0/24",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
        "::/96",
        "100:0:0:1::/64",
        "5f00::/16",
        "3fff::/20",
    )
)
_UNICAST: Final = ipaddress.ip_network("2000::/3")  # all that IANA has given out


class Refused(ValueError):
    """The address may not be reached; the message is one sentence for the person who typed it."""


@dataclass(frozen=True)
class Reply:
    """What came back: the first 64 KiB, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


def check_url(url: str) -> str:
    """The address if its form is acceptable: http(s), a host, an allowed port, no literal private address.

    Raises `Refused`. Names are resolved and judged again at every connection, so this is only the early word.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("This is not a web address. It should look like https://example.com/hook.") from error
    if parts.scheme not in ("http", "https") or not host or " " in url.strip():
        raise Refused("This is not a web address. It should look like https://example.com/hook.")
    if parts.username or parts.password:
        raise Refused("Leave user name and password out of the address.")
    if config().allow_private_urls:
        return url.strip()
    if port not in (None, *_PORTS):
        raise Refused("Only ports 80 and 443 are allowed.")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        raise Refused("This address is private. Use one that is reachable from the internet.")
    _judge(_literal(host))
    return url.strip()


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """POST once, following no redirect, within 10 s in all. Raises `Refused`, `httpx.HTTPError` or `TimeoutError`."""
    check_url(url)
    started = monotonic()
    async with asyncio.timeout(TOTAL_SECONDS):
        async with httpx.AsyncClient(transport=_transport(), follow_redirects=False, trust_env=False) as client:
            timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
            async with client.stream("POST", url, content=body, headers=dict(headers), timeout=timeout) as response:
                kept = await _first_bytes(response)
    return Reply(response.status_code, response.headers, kept, monotonic() - started)


async def reach(url: str) -> None:
    """Connect to it, by TLS if it is https, and say nothing.

    Raises `Refused`, or an error that `trouble` has a sentence for.
    """
    parts = urlsplit(check_url(url))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    stream = await _Guarded(trusted=False).connect_tcp(parts.hostname or "", port, CONNECT_SECONDS)
    try:
        if parts.scheme == "https":
            stream = await stream.start_tls(_trusted(), parts.hostname, CONNECT_SECONDS)
    finally:
        await stream.aclose()


@dataclass(frozen=True)
class Got:
    """What stands at an address, and the address that it had in the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


async def get(url: str, most_bytes: int) -> Got:
    """GET within 10 s in all; of up to five redirects each is judged anew. What is longer than `most_bytes` is cut.

    Raises `Refused`, `httpx.HTTPError` or `TimeoutError`.
    """
    agent = {"User-Agent": f"Handoff (+{config().base_url})", "Accept": "text/html,application/xml;q=0.9,*/*;q=0.5"}
    async with asyncio.timeout(TOTAL_SECONDS):
        async with httpx.AsyncClient(transport=_transport(), follow_redirects=False, trust_env=False) as client:
            for _ in range(MOST_REDIRECTS + 1):
                check_url(url)
                asked = client.stream("GET", url, headers=agent | {"Accept-Encoding": "identity"})
                async with asked as response:
                    if not response.has_redirect_location:
                        body = await _first_bytes(response, most_bytes)
                        return Got(url, response.status_code, response.headers, _unpacked(response, body, most_bytes))
                    url = str(response.url.join(response.headers["location"]))
    raise Refused("It redirects in a circle.")


def _unpacked(response: httpx.Response, body: bytes, most_bytes: int) -> bytes:
    """Some servers compress what they were asked not to; a bomb gets no further than any other page."""
    if response.headers.get("content-encoding", "identity") == "identity":
        return body
    try:
        return zlib.decompressobj(47).decompress(body, most_bytes)
    except zlib.error as error:
        raise httpx.DecodingError("the page is packed in a way that was not asked for") from error


def client(trusted: bool = False) -> httpx.AsyncClient:
    """A client for an API that is called again and again, at most 4 MiB a response; its user sets the deadlines.

    With `trusted` the address is the operator's own, from the environment, and may be private.
    """
    return httpx.AsyncClient(
        transport=_transport(trusted),
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bounded]},
    )


async def _bounded(response: httpx.Response) -> None:
    """No more than is allowed, and not unpacked: a bomb stays compressed."""
    response.headers.pop("content-encoding", None)
    response.stream = _AtMost(cast(httpx.AsyncByteStream, response.stream), API_BYTES)


class _AtMost(httpx.AsyncByteStream):
    """A stream that breaks when it grows too long."""

    def __init__(self, stream: httpx.AsyncByteStream, most: int) -> None:
        self._stream, self._left = stream, most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx.ReadError("the response is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def trouble(error: BaseException) -> str:
    """What went wrong, by its kind, in words for an admin; never in the other side's own text."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"its certificate is not accepted: {cause.verify_message.rstrip('.')}"
            case ssl.SSLError():
                return "no secure connection could be made: it speaks no TLS, or only an old one"
            case socket.gaierror():
                return "its name could not be resolved"
            case TimeoutError():
                return "did not answer in time"
            case ConnectionRefusedError():
                return "nobody listens there"
            case ConnectionResetError() | BrokenPipeError():
                return "closed the connection"
    return f"could not be reached ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from: libraries wrap each other's."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def _first_bytes(response: httpx.Response, most: int = KEPT_BYTES) -> bytes:
    """Raw, not decoded: a compressed bomb stays compressed."""
    kept = bytearray()
    async for chunk in response.aiter_raw():
        kept += chunk[: most - len(kept)]
        if len(kept) >= most:
            break
    return bytes(kept)


def _transport(trusted: bool = False) -> httpx.AsyncHTTPTransport:
    transport = httpx.AsyncHTTPTransport(verify=_trusted(), retries=0)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=_trusted(), network_backend=_Guarded(trusted), http1=True, http2=False
    )
    return transport


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes 20 ms: once is enough."""
    return ssl.create_default_context()


class _Guarded(httpcore.AsyncNetworkBackend):
    """Resolves once, judges every address of the answer, and connects to one that it judged, never to the name."""

    def __init__(self, trusted: bool) -> None:
        self._trusted = trusted
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _resolve(host, port)
        if not (self._trusted or config().allow_private_urls):
            for address in addresses:
                _judge(ipaddress.ip_address(address))
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        raise Refused("Only web addresses are allowed.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    """Who asks for a name that is being asked for already waits for the same answer: a silent one holds one thread."""
    loop = asyncio.get_running_loop()
    asked = _asked.get((loop, host, port))
    if asked is None:
        lookup = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        asked = _asked[loop, host, port] = loop.run_in_executor(_resolvers(), lookup)
        asked.add_done_callback(partial(_answered, (loop, host, port)))
    try:
        found = await asyncio.shield(asked)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("the name could not be resolved") from error
    return [str(info[4][0]).partition("%")[0] for info in found]


Name = tuple[asyncio.AbstractEventLoop, str, int]

_asked: Final[dict[Name, asyncio.Future[list[Any]]]] = {}


def _answered(name: Name, answer: "asyncio.Future[list[Any]]") -> None:
    """Its exception is looked at, for perhaps nobody waits for it any more."""
    del _asked[name]
    if not answer.cancelled():
        answer.exception()


@cache
def _resolvers() -> ThreadPoolExecutor:
    """A name whose servers are silent holds its thread for half a minute: the loop's own few threads are not risked."""
    return ThreadPoolExecutor(64, thread_name_prefix="resolve")


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that `host` spells in any of the ways a resolver takes (decimal, octal, hex, short), else None."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, UnicodeError):
        return None


def _judge(address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> None:
    if address is None:
        return
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    refused = any(address in net for net in _REFUSED if net.version == address.version)
    if address.version == 6 and address not in _UNICAST:
        refused = True
    if refused or not address.is_global or address.is_multicast:
        raise Refused("This address is private. Use one that is reachable from the internet.")
