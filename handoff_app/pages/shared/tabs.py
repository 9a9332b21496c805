"""Live tabs: a bell becomes a fresh look at the database, pushed into the tab that watches."""

import asyncio
from collections.abc import Iterable
from typing import Protocol, TypeVar

import reflex as rx
from reflex.istate.manager.token import BaseStateToken
from reflex.state import BaseState

from handoff_app import live

SWEEP_SECONDS = 60


class Refreshing(Protocol):
    """A State that can look again."""

    async def _look(self) -> None: ...


S = TypeVar("S", bound=BaseState)


class Tabs:
    """The tabs of this process's app."""

    def __init__(self) -> None:
        self.app: rx.App | None = None

    def watch(self, state: rx.State, topics: Iterable[str], pause: float) -> None:
        """From now on `state._look()` runs under the state's lock whenever a topic rings; replaces earlier topics."""
        token, kind = state.router.session.client_token, type(state)

        async def refresh() -> None:
            if not self._here(token) or self.app is None:
                live.hub.forget(_name(token, kind))
                return
            async with self.app.modify_state(BaseStateToken(ident=token, cls=kind)) as root:
                mine = await root.get_state(kind)
                await mine._look()

        live.hub.watch(_name(token, kind), topics, refresh, pause)

    def _here(self, token: str) -> bool:
        return (
            self.app is not None
            and self.app.event_namespace is not None
            and token in self.app.event_namespace.token_to_sid
        )

    async def sweep(self) -> None:
        """Forget, once a minute, the tabs that are gone. Runs until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for watcher in live.hub.names():
                token, _, kind = watcher.partition("|")
                if kind and not self._here(token):
                    live.hub.forget(watcher)


def _name(token: str, kind: type[BaseState]) -> str:
    return f"{token}|{kind.__name__}"


tabs = Tabs()
