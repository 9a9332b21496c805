"""The card "When to bring a human" on the page of the AI."""

from typing import Any, Final

import reflex as rx

from handoff_app.db import read, transact
from handoff_app.domain import signals
from handoff_app.domain.settings import BadValue
from handoff_app.domain.signals import Response, Signals

RESPONSES: Final = ("anger", "repetition", "two_unsure", "on_topic")


class SignalsState(rx.State):
    """The form; topics stand one to a line."""

    fields: dict[str, str] = dict.fromkeys((*RESPONSES, "topics"), "")
    show_sources: bool = True
    error: str = ""
    status: str = ""
    version: int = 0
    dirty: bool = False

    @rx.event
    async def open(self) -> None:
        """Show what is saved."""
        self._show(await read(signals.known), "")

    @rx.event
    async def change(self, name: str, value: str) -> None:
        """A choice, or the topics; no list that can be saved is longer than is kept of them."""
        if name == "topics" or (name in RESPONSES and value in list(Response)):
            self.fields = {**self.fields, name: str(value)[:20_000]}
            self.error, self.status, self.dirty = "", "", True

    @rx.event
    async def switch(self, on: bool) -> None:
        """`Show sources to visitors`; the browser has moved it already."""
        self.show_sources, self.status, self.dirty = bool(on), "", True

    @rx.event
    async def save(self) -> Any:
        """All of it or nothing."""
        try:
            saved = await transact(signals.save, self._wanted())
        except BadValue as error:
            self.error, self.status = str(error), ""
            return rx.set_focus(error.field)
        self._show(saved, "Saved")
        return None

    def _wanted(self) -> Signals:
        chosen: dict[str, Any] = {name: Response(self.fields[name]) for name in RESPONSES}
        topics = tuple(self.fields["topics"].splitlines())
        return Signals(**chosen, topics=topics, show_sources=self.show_sources)

    def _show(self, saved: Signals, status: str) -> None:
        chosen = {name: str(getattr(saved, name)) for name in RESPONSES}
        self.fields = chosen | {"topics": "\n".join(saved.topics)}
        self.show_sources, self.error, self.status = saved.show_sources, "", status
        self.version += 1
        self.dirty = False
