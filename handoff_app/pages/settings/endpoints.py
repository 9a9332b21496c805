"""The endpoints that hear of events by webhook."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from sqlmodel import Session

from handoff_app import net
from handoff_app.db import read, transact
from handoff_app.domain import endpoints, outbox, settings
from handoff_app.domain.models import Endpoint, Sent, new_id, now, stamp
from handoff_app.pages.shared.tabs import tabs

ERRORS: Final = ("url", "events")


@dataclass(frozen=True)
class Listed:
    """One endpoint in the list."""

    id: str
    url: str
    events: list[str]
    state: str
    why: str
    signed: str
    last: str


class EndpointsState(rx.State):
    """The list, and the form over one of them. A secret is here only while a new one is told."""

    listed: list[Listed] = []
    editing: str = ""
    url: str = ""
    events: list[str] = []
    secret: str = ""
    secret_of: str = ""
    errors: dict[str, str] = dict.fromkeys(ERRORS, "")
    status: str = ""

    @rx.event
    async def open(self) -> None:
        """Show what is saved."""
        tabs.watch(self, [outbox.TOPIC], pause=0.3)
        self.secret, self.secret_of, self.status = "", "", ""
        self._close()
        await self._look()

    @rx.event
    async def add(self) -> None:
        """A form for one endpoint more."""
        self.editing, self.url, self.events, self.secret = new_id(), "", list(settings.EVENTS), ""

    @rx.event
    async def edit(self, id: str) -> None:
        """The form over one endpoint."""
        if one := self._listed(id):
            self.editing, self.url, self.events, self.secret = one.id, one.url, one.events, ""

    @rx.event
    async def cancel(self) -> None:
        """Close the form."""
        self._close()

    @rx.event
    async def change_url(self, value: str) -> None:
        """Its address."""
        self.url, self.errors = str(value)[:2000], {**self.errors, "url": ""}

    @rx.event
    async def choose_event(self, name: str, on: bool) -> None:
        """Whether it hears of an event."""
        self.events = [e for e in settings.EVENTS if (bool(on) if e == name else e in self.events)]

    @rx.event
    async def save(self) -> Any:
        """Keep it; a new one gets its secret, which is shown this once."""
        is_new = self._listed(self.editing) is None
        if is_new and len(self.editing) != 32:
            return None
        try:
            if self.url.strip():
                net.check_url(self.url)
            await transact(endpoints.save, self.editing, self.url, self.events)
        except net.Refused as error:
            return self._refuse("url", str(error))
        except settings.BadValue as error:
            return self._refuse(error.field, str(error))
        if is_new:
            self.secret, self.secret_of = await transact(endpoints.new_secret, self.editing), self.url
        self._close()
        self.status = "Saved."
        await self._look()
        return None

    @rx.event
    async def new_secret(self, id: str) -> None:
        """`New secret`: both sign for a day."""
        if one := self._listed(id):
            self.secret, self.secret_of = await transact(endpoints.new_secret, id), one.url
        await self._look()

    @rx.event
    async def pause(self, id: str) -> None:
        """`Pause`, or `Switch on` again."""
        if one := self._listed(id):
            on = one.state in ("On", "Failing")
            await transact(endpoints.pause if on else endpoints.resume, id)
            self.status = "Paused. Nothing new is written for it." if on else "It is on again."
        await self._look()

    @rx.event
    async def remove(self, id: str) -> None:
        """`Remove`."""
        if self._listed(id):
            await transact(endpoints.remove, id)
            self.status = "Removed. What could not be delivered stays to be seen."
        await self._look()

    @rx.event
    async def test(self, id: str) -> None:
        """`Send test`; its answer appears beside it."""
        await transact(_test, str(id))
        await self._look()

    async def _look(self) -> None:
        self.listed = await read(_every)

    def _listed(self, id: str) -> Listed | None:
        return next((one for one in self.listed if one.id == id), None)

    def _close(self) -> None:
        self.editing, self.errors = "", dict.fromkeys(ERRORS, "")

    def _refuse(self, field: str, sentence: str) -> Any:
        self.errors = {**dict.fromkeys(ERRORS, ""), field: sentence}
        return rx.set_focus(field)


def _every(session: Session) -> list[Listed]:
    return [_row(session, endpoint) for endpoint in endpoints.every(session)]


def _row(session: Session, e: Endpoint) -> Listed:
    state = "Off" if e.disabled_at else "Paused" if e.paused else "Failing" if e.failing_since else "On"
    signed = "Signed" if e.secret else "Not signed"
    if e.old_secret_until and e.old_secret_until > now():
        signed = f"Two secrets sign until {stamp(e.old_secret_until)}"
    last = outbox.last_to(session, e.id)
    words = {Sent.SENT: "Last: ", Sent.FAILED: "Failed: "}.get(last.status, "Trying again: ") if last else ""
    said = f"{words}{last.answer}" if last and last.answer else "Sending…" if last else "Nothing was sent yet."
    return Listed(e.id, e.url, e.events, state, e.disabled_why, signed, said)


def _test(session: Session, id: str) -> None:
    outbox.write_test(session, "webhook", settings.escalations(session), id)
