"""A tab without a browser: speaks to the server as Reflex's frontend does."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import httpx
import socketio


class Tab:
    """One socket: sends events, those that the server asks for too; keeps every delta and each var's newest value."""

    def __init__(self, url: str, path: str, cookie: str = "", address: str = "") -> None:
        self._url, self._path, self.cookie = url, path, cookie
        self._headers = {"Origin": url} | ({"Cookie": cookie} if cookie else {})
        self._headers |= {"X-Forwarded-For": address} if address else {}
        self.vars: dict[str, Any] = {}
        self.deltas: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []  # what the page itself should do, such as going elsewhere
        self.token = secrets.token_hex(16)
        self._changed = asyncio.Event()
        self._sio = socketio.AsyncClient(reconnection=False)
        self._sio.on("event", self._took, namespace="/_event")

    async def open(self, *, hydrate: bool = True) -> "Tab":
        event = {"event": self._event("reflex___state____state.hydrate_and_load", {})} if hydrate else None
        await self._sio.connect(
            f"{self._url}/_event/?token={self.token}",
            headers=self._headers,
            namespaces=["/_event"],
            socketio_path="/_event",
            transports=["websocket"],
            auth=event,
        )
        return self

    async def call(self, handler: str, **payload: Any) -> None:
        """`module.State.handler` in Reflex's long spelling is built from `handler`, such as `widget_state.send`."""
        await self._sio.emit("event", self._event(_NAMES[handler], payload), namespace="/_event")

    async def raw(self, name: str, data: Any) -> None:
        await self._sio.emit(name, data, namespace="/_event")

    async def until(self, check: Callable[[dict[str, Any]], Any], seconds: float = 10) -> Any:
        """Wait until `check(vars)` is truthy."""
        async with asyncio.timeout(seconds):
            while not (found := check(self.vars)):
                self._changed.clear()
                await self._changed.wait()
        return found

    async def close(self) -> None:
        await self._sio.disconnect()

    def lines(self, state: str = "widget_state") -> list[dict[str, Any]]:
        """The transcript that this tab holds."""
        return [*self.vars.get(f"{state}.history", []), *self.vars.get(f"{state}.tail", [])]

    def texts(self, state: str = "widget_state") -> list[str]:
        return [line["text"] for line in self.lines(state)]

    async def _took(self, update: Any) -> None:
        for state, values in (update.get("delta") or {}).items():
            short = state.rpartition("____")[2] if "____" in state else state
            for name, value in values.items():
                self.vars[f"{short}.{name.removesuffix('_rx_state_')}"] = value
        for event in update.get("events") or []:
            if event["name"] in _NAMES.values():
                await self._sio.emit("event", self._event(event["name"], event["payload"]), namespace="/_event")
            else:
                self.told.append(event)
        self.deltas.append(update.get("delta") or {})
        self._changed.set()

    def _event(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        router = {"pathname": self._path, "asPath": self._path, "query": {}, "origin": self._url}
        return {"name": name, "payload": payload, "router_data": router}


def _full_names() -> dict[str, str]:
    from handoff_app import handoff_app
    from handoff_app.access import rules

    return {rules.short(name): name for name in handoff_app.app._registration_context.event_handlers}


class _Names(dict[str, str]):
    def __missing__(self, key: str) -> str:
        self.update(_full_names())
        return self[key]


_NAMES = _Names()


async def visitor(url: str, secret: str = "", languages: str = "en", address: str = "", seconds: float = 10) -> Tab:
    """A visitor's tab with its chat open; `address` is what the proxy says of where it comes from.

    With no `seconds` it is not waited for until it is.
    """
    tab = await Tab(url, "/widget", address=address).open()
    about = {"secret": secret or secrets.token_hex(32), "languages": languages, "page": "https://acme.example/cart"}
    await tab.call("widget_state.open", about=about)
    if seconds:
        await tab.until(lambda v: v.get("widget_state.conversation"), seconds)
    return tab


async def cookie_of(url: str, who: tuple[str, str]) -> str:
    """Sign in over HTTP; returns the `Cookie` header."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{url}/api/auth/sign-in", json={"email": who[0], "password": who[1]})
        answer.raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def agent(url: str, who: tuple[str, str], conversation: str = "") -> Tab:
    """An agent's tab on the inbox, or on one conversation."""
    path = f"/inbox/{conversation}" if conversation else "/inbox"
    tab = await Tab(url, path, await cookie_of(url, who)).open()
    await tab.call("staff_state.enter")
    await tab.call("inbox_list_state.open")
    await tab.call("inbox_state.open")
    await tab.until(lambda v: v.get("inbox_list_state.listed"))
    return tab
