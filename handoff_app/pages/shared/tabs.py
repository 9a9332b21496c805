"""Live tabs: a bell becomes a fresh look at the database, pushed into the tab that watches."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import reflex as rx
from reflex.istate.manager.token import BaseStateToken

from handoff_app import live
from handoff_app.access.guard import socket_of

SWEEP_SECONDS = 60


class Tabs:
    """The tabs of this process's app."""

    def __init__(self) -> None:
        self.app: rx.App | None = None

    @contextmanager
    def looking(self, state: rx.State) -> Iterator[None]:
        """What rings within does not wake this tab: it reads in the transaction in which it writes."""
        with live.not_waking(_watcher(state, "_look")):
            yield

    def watch(self, state: rx.State, topics: Iterable[str], pause: float, look: str = "_look") -> None:
        """From now on the method `look` runs under the state's lock whenever a topic rings; replaces earlier topics."""
        token, kind = socket_of(state).client_token, type(state)
        watcher = _watcher(state, look)

        async def refresh() -> None:
            if not self._here(token) or self.app is None:
                live.hub.forget(watcher)
                return
            async with self.app.modify_state(BaseStateToken(ident=token, cls=kind)) as root:
                mine = await root.get_state(kind)
                await getattr(mine, look)()

        live.hub.watch(watcher, topics, refresh, pause)

    def leave(self, state: rx.State) -> None:
        """Nothing more is told to this tab."""
        for watcher in live.hub.names():
            if watcher.startswith(f"{socket_of(state).client_token}|"):
                live.hub.forget(watcher)

    def _here(self, token: str) -> bool:
        if self.app is None or self.app.event_namespace is None:
            return False
        return token in self.app.event_namespace._token_manager.token_to_socket

    async def sweep(self) -> None:
        """Forget, once a minute, the tabs that are gone. Runs until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for watcher in live.hub.names():
                token, _, kind = watcher.partition("|")
                if kind and not self._here(token):
                    live.hub.forget(watcher)


def _watcher(state: rx.State, look: str) -> str:
    return f"{socket_of(state).client_token}|{type(state).__name__}.{look}"


tabs = Tabs()
