"""Every notice that left Handoff, or is still trying to: seen, and sent again."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from handoff_app.db import read, transact
from handoff_app.domain import deliveries, endpoints, outbox, trouble
from handoff_app.domain.deliveries import WINDOW, Detail, Shown
from handoff_app.pages.shared.deliveries_view import deliveries_view
from handoff_app.pages.shared.tabs import tabs

NOTHING = Detail("", [], "")


class DeliveriesState(rx.State):
    """One window of the table, and the row that is open."""

    rows: list[Shown] = []
    counts: dict[str, int] = dict.fromkeys(deliveries.FILTERS, 0)
    chosen: str = "all"
    sought: str = ""
    skip: int = 0
    oldest: str = ""
    off: list[str] = []
    detail: Detail = NOTHING
    status: str = ""
    listed: bool = False

    @rx.event
    async def open(self) -> None:
        """Show the newest and keep them moving."""
        tabs.watch(self, [outbox.TOPIC], pause=0.5)
        self.skip, self.detail, self.status = 0, NOTHING, ""
        await self._look()
        self.listed = True

    @rx.event
    async def choose(self, filter: str) -> None:
        """One of `All`, `Failed`, `Retrying`, `Sent`."""
        if filter in deliveries.FILTERS:
            self.chosen, self.skip, self.detail = filter, 0, NOTHING
            await self._look()

    @rx.event
    async def search(self, form: dict[str, Any]) -> None:
        """An address, a visitor, or an id."""
        self.sought, self.skip = str(form.get("search", ""))[:100], 0
        await self._look()

    @rx.event
    async def turn(self, pages: int) -> None:
        """Older ones (1) or newer ones (-1)."""
        self.skip, self.detail = max(0, self.skip + (WINDOW if int(pages) > 0 else -WINDOW)), NOTHING
        await self._look()

    @rx.event
    async def show(self, id: str) -> None:
        """Open a row, or close it again."""
        self.detail = NOTHING if self.detail.id == id else await read(deliveries.detail, str(id))

    @rx.event
    async def replay(self, id: str) -> None:
        """`Replay`, or `Try now`: the same id and the same bytes."""
        again = await transact(outbox.replay, str(id))
        self.status = "Sending it again." if again else "Not sent: its endpoint was removed."

    @rx.event
    async def replay_failed(self) -> None:
        """`Replay failed`."""
        number = await transact(outbox.replay_failed)
        self.status = f"Sending {number} again." if number else "There is nothing to send again."

    @rx.event
    async def dismiss_failed(self) -> None:
        """`Dismiss failed`: the inbox need not warn of them any more."""
        await transact(trouble.dismiss)
        self.status = "The inbox does not warn of them any more. They stay in this list."

    async def _look(self) -> None:
        found = await read(_window, self.chosen, self.sought, self.skip)
        for name, value in found.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        if self.detail.id:
            self.detail = await read(deliveries.detail, self.detail.id)


def deliveries_page() -> rx.Component:
    """The page `/deliveries`."""
    return deliveries_view(DeliveriesState)


def _window(session: Session, chosen: str, sought: str, skip: int) -> dict[str, Any]:
    waiting = deliveries.oldest_pending(session)
    return {
        "rows": deliveries.rows(session, chosen, sought, skip),
        "counts": deliveries.counts(session),
        "oldest": deliveries.age(waiting) if waiting >= 1 else "",
        "off": endpoints.disabled(session),
    }
