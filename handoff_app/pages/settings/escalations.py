"""When a visitor wants a human: who hears about it, and how."""

from dataclasses import asdict
from typing import Any, Final

import reflex as rx
from sqlmodel import Session

from handoff_app import net
from handoff_app.channels import slack
from handoff_app.channels.base import PermanentError, RetryLater
from handoff_app.db import read, transact
from handoff_app.domain import escalations, mail_server, outbox, settings, slack_team
from handoff_app.domain.models import CHANNELS, Sent, stamp
from handoff_app.pages.settings.escalations_view import escalations_view
from handoff_app.pages.shared.tabs import tabs

SWITCHES: Final = ("enabled", "email_on", "round_robin", "slack_on", "webhook_on")
FIELDS: Final = (
    "emails",
    "reroute_minutes",
    "late_minutes",
    "remind_minutes",
    "slack_channel",
    "slack_token",
    "webhook_url",
    "webhook_secret",
)
SECRETS: Final = ("slack_token", "webhook_secret")
TARGET: Final = {"email": "emails", "slack": "slack_channel", "webhook": "webhook_url"}
MISSING: Final = {
    "email": "Add and save an address first, then send a test.",
    "slack": "Connect Slack and save a channel first, then send a test.",
    "webhook": "Add and save an address first, then send a test.",
}


class EscalationsState(rx.State):
    """The form. A saved secret is never here: only what is being typed, and whether one is set."""

    switches: dict[str, bool] = dict.fromkeys(SWITCHES, False)
    fields: dict[str, str] = dict.fromkeys(FIELDS, "")
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    last: dict[str, str] = dict.fromkeys(CHANNELS, "")
    health: dict[str, str] = dict.fromkeys(CHANNELS, "")
    has_slack: bool = False
    has_secret: bool = False
    files: bool = False
    next_in_turn: str = ""
    dirty: bool = False
    wrong: bool = False
    status: str = ""
    version: int = 0

    _touched: set[str] = set()

    @rx.event
    async def open(self) -> None:
        """Show what is saved."""
        self.files = (await read(mail_server.known)).to_files
        tabs.watch(self, [outbox.TOPIC], pause=0.2)
        self._show(await transact(settings.escalations), "Saved")
        await self._look()

    @rx.event
    async def switch(self, name: str, on: bool) -> None:
        """One of the switches."""
        if name in SWITCHES:
            self.switches = {**self.switches, name: bool(on)}
            self._changed(name)

    @rx.event
    async def change(self, name: str, value: str) -> None:
        """One of the fields."""
        if name in FIELDS:
            self.fields = {**self.fields, name: str(value)[:4000]}
            self._changed(name)

    @rx.event
    async def save(self) -> Any:
        """All of it or nothing; the first field that must change gets the focus."""
        try:
            if self.fields["webhook_url"].strip():
                _check_webhook(self.fields["webhook_url"])
            wanted, typed = self._wanted(), self._secrets()
            team = await _team(typed["slack_token"] or "")
            saved = await transact(_save, wanted, typed, team)
        except settings.BadValue as error:
            self.errors = {**dict.fromkeys(FIELDS, ""), error.field: str(error)}
            self.wrong, self.dirty, self.status = True, True, "One field needs a change before saving"
            return rx.set_focus(error.field)
        unasked = bool(typed["slack_token"]) and team is None
        self._show(saved, "Saved. Slack could not be asked about the token: send a test later" if unasked else "Saved")
        await self._look()
        return None

    @rx.event
    async def discard(self) -> None:
        """Back to what is saved."""
        self._show(await transact(settings.escalations), "Changes discarded")

    @rx.event
    async def disconnect_slack(self) -> None:
        """Forget the bot token."""
        saved = await transact(settings.escalations)
        off = settings.Escalations(**{**asdict(saved), "slack_on": False})
        self._show(await transact(settings.save_escalations, off, slack_token=""), "Slack is disconnected")
        await self._look()

    @rx.event
    async def test_email(self) -> None:
        """`Send test`."""
        await self._test("email")

    @rx.event
    async def test_slack(self) -> None:
        """`Send test`."""
        await self._test("slack")

    @rx.event
    async def test_webhook(self) -> None:
        """`Send test`."""
        await self._test("webhook")

    async def _test(self, channel: str) -> None:
        """Through the outbox like every notice: the worker sends it, and a bell shows the result here."""
        if self._touched & {TARGET[channel], *SECRETS}:
            self.last = {**self.last, channel: "Save your changes first, then send a test."}
            return
        rows = await transact(_write_test, channel)
        self.last = {**self.last, channel: "Sending a test…" if rows else MISSING[channel]}

    async def _look(self) -> None:
        self.last, self.health, self.next_in_turn = await transact(_deliveries, self.files)

    def _changed(self, name: str) -> None:
        self._touched = {*self._touched, name}
        self.errors = {**self.errors, name: ""}
        self.dirty, self.wrong, self.status = True, False, "Unsaved changes"

    def _wanted(self) -> settings.Escalations:
        shown = {name: self.fields[name] for name in ("emails", "slack_channel", "webhook_url")}
        minutes = {name: _minutes(name, self.fields[name]) for name in FIELDS if name.endswith("_minutes")}
        return settings.Escalations(**self.switches, **shown, **minutes)

    def _secrets(self) -> dict[str, str | None]:
        """What was typed over a saved secret; untouched ones stay."""
        return {name: self.fields[name] if name in self._touched else None for name in SECRETS}

    def _show(self, saved: settings.Escalations, status: str) -> None:
        values = asdict(saved)
        self.switches = {name: values[name] for name in SWITCHES}
        self.fields = {name: str(values.get(name, "")) for name in FIELDS}
        self.errors = dict.fromkeys(FIELDS, "")
        self.version += 1
        self.has_slack, self.has_secret = saved.has_slack_token, saved.has_webhook_secret
        self.dirty, self.wrong, self.status, self._touched = False, False, status, set()


def escalations_page() -> rx.Component:
    """The page `/settings/escalations`."""
    return escalations_view(EscalationsState)


def _minutes(field: str, typed: str) -> int:
    if not typed.strip().isdecimal():
        raise settings.BadValue(field, f"A whole number of minutes from 0 (off) to {settings.LONGEST_WAIT}.")
    return int(typed.strip()[:6])


def _check_webhook(url: str) -> None:
    try:
        net.check_url(url)
    except net.Refused as error:
        raise settings.BadValue("webhook_url", str(error)) from error


async def _team(token: str) -> tuple[str, str] | None:
    """Whose token it is, asked at once; None if there is none or Slack cannot be reached. Raises `BadValue`."""
    if not token.strip():
        return None
    try:
        return await slack.identify(token.strip())
    except PermanentError as error:
        raise settings.BadValue("slack_token", f"{error}. Check the token and try again.") from error
    except RetryLater:
        return None


def _save(
    session: Session, wanted: settings.Escalations, typed: dict[str, str | None], team: tuple[str, str] | None
) -> settings.Escalations:
    before = settings.escalations(session).slack_channel
    saved = settings.save_escalations(session, wanted, **typed)
    if saved.slack_channel != before:
        slack_team.forget_threads(session)
    if typed["slack_token"]:
        slack_team.rename(session, *(team or ("Slack", "")))
    return saved


def _write_test(session: Session, channel: str) -> int:
    return outbox.write_test(session, channel, settings.escalations(session))


def _deliveries(session: Session, files: bool) -> tuple[dict[str, str], dict[str, str], str]:
    """Per channel: the latest delivery in words, and its health."""
    last, health = {}, {}
    for channel in CHANNELS:
        row = outbox.last_of(session, channel)
        if row is None:
            last[channel], health[channel] = "No delivery yet", ""
            continue
        when = stamp(row.done_at or row.created_at)
        if row.status == Sent.SENT:
            took = f" in {1000 * (row.seconds or 0):.0f} ms" if not (files and channel == "email") else ""
            last[channel], health[channel] = f"Last sent {when} to {row.target}, {row.answer}{took}", "ok"
        elif row.status == Sent.FAILED:
            last[channel], health[channel] = f"Failed {when}: {row.answer}", "bad"
        else:
            last[channel] = f"Trying again: {row.answer}" if row.answer else "Sending…"
            health[channel] = "warn" if row.answer else ""
    return last, health, escalations.next_in_turn(session)
