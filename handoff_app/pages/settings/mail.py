"""The mail server by which notices leave."""

from dataclasses import asdict
from typing import Any, Final

import reflex as rx
from sqlmodel import Session

from handoff_app.access.guard import agent_of
from handoff_app.db import read, transact
from handoff_app.domain import mail_server, outbox, settings
from handoff_app.domain.envelope import Letter
from handoff_app.domain.models import Sent
from handoff_app.pages.shared.tabs import tabs

FIELDS: Final = ("server", "port", "security", "user", "password", "sender")


class MailState(rx.State):
    """The card. A saved password is never here, only whether there is one."""

    fields: dict[str, str] = dict.fromkeys(FIELDS, "")
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    has_password: bool = False
    by_environment: bool = False
    to_files: bool = False
    status: str = ""

    @rx.event
    async def open(self) -> None:
        """Show what is saved."""
        tabs.watch(self, [outbox.TOPIC], pause=0.3)
        self._show(await read(mail_server.known))

    @rx.event
    async def change(self, name: str, value: str) -> None:
        """One of the fields."""
        if name in FIELDS:
            self.fields = {**self.fields, name: str(value)[:500]}
            self.errors = {**self.errors, name: ""}

    @rx.event
    async def save(self) -> Any:
        """All of it or nothing."""
        typed = {name: self.fields[name].strip() for name in FIELDS if name not in ("password", "port")}
        port = int(self.fields["port"]) if self.fields["port"].strip().isdecimal() else 0
        try:
            wanted = mail_server.MailServer(**typed, port=port)
            saved = await transact(mail_server.save, wanted, self.fields["password"] or None)
        except settings.BadValue as error:
            self.errors = {**dict.fromkeys(FIELDS, ""), error.field: str(error)}
            return rx.set_focus(error.field)
        self._show(saved)
        self.status = "Saved"
        return None

    @rx.event
    async def test(self) -> None:
        """A mail to the admin who asks for it."""
        person = await agent_of(self)
        await transact(_test, person.email)
        self.status = f"Sending a test to {person.email}…"

    async def _look(self) -> None:
        """What came of the test, once one was asked for."""
        self.status = self.status and (await read(_last_test) or self.status)

    def _show(self, saved: mail_server.MailServer) -> None:
        values = asdict(saved)
        self.fields = {name: str(values.get(name, "")) for name in FIELDS}
        self.has_password, self.by_environment, self.to_files = saved.has_password, saved.by_environment, saved.to_files
        self.errors, self.status = dict.fromkeys(FIELDS, ""), ""


def _test(session: Session, to: str) -> None:
    said = "If you read this, Handoff can send mail. Notices to your team and answers to visitors leave the same way."
    outbox.write_letter(session, "test", [to], Letter("Test from Handoff: email works", (said,)))


def _last_test(session: Session) -> str:
    row = outbox.last_of(session, "email")
    if row is None or row.event != "test":
        return ""
    if row.status == Sent.PENDING:
        return f"Sending a test to {row.target}…"
    return f"{'Sent' if row.status == Sent.SENT else 'Failed'}: {row.answer}"
