"""The ways out: the mail server, the Slack workspace, and the endpoints that hear of events."""

from dataclasses import asdict, dataclass
from typing import Any, Final

import reflex as rx
from sqlmodel import Session

from handoff_app import net
from handoff_app.access.guard import agent_of
from handoff_app.channels import slack
from handoff_app.channels.base import PermanentError, RetryLater
from handoff_app.channels.slack import Place
from handoff_app.config import config
from handoff_app.db import read, transact
from handoff_app.domain import endpoints, mail_server, outbox, settings, slack_team
from handoff_app.domain.envelope import Letter
from handoff_app.domain.models import Endpoint, Sent, new_id, now
from handoff_app.pages.settings.notifications_view import notifications_view
from handoff_app.pages.shared.tabs import tabs

MAIL_FIELDS: Final = ("server", "port", "security", "user", "password", "sender")
ERRORS: Final = (*MAIL_FIELDS, "slack_token", "slack", "url", "events")
SHOWN_PLACES: Final = 50


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


class NotificationsState(rx.State):
    """Three cards. A saved secret is never here, but for the moment in which a new one is told."""

    mail: dict[str, str] = dict.fromkeys(MAIL_FIELDS, "")
    has_password: bool = False
    by_environment: bool = False
    to_files: bool = False
    mail_status: str = ""
    team: str = ""
    channel: str = ""
    joined: bool = True
    two_way: bool = False
    can_install: bool = False
    can_listen: bool = False
    slack_token: str = ""
    places: list[Place] = []
    searched: str = ""
    slack_status: str = ""
    listed: list[Listed] = []
    editing: str = ""
    url: str = ""
    events: list[str] = []
    secret: str = ""
    secret_of: str = ""
    status: str = ""
    errors: dict[str, str] = dict.fromkeys(ERRORS, "")
    version: int = 0

    _places: list[Place] = []

    @rx.event
    async def open(self) -> None:
        """Show what is saved."""
        tabs.watch(self, [outbox.TOPIC], pause=0.3)
        self.errors, self.secret, self.secret_of, self.editing = dict.fromkeys(ERRORS, ""), "", "", ""
        self.status = ""
        self.can_install = bool(config().slack_client_id)
        self.can_listen = bool(config().slack_signing_secret or config().slack_app_token)
        self._show_mail(await read(mail_server.known))
        await self._show_slack()
        await self._look()

    @rx.event
    async def change_mail(self, name: str, value: str) -> None:
        """One of the fields of the mail server."""
        if name in MAIL_FIELDS:
            self.mail = {**self.mail, name: str(value)[:500]}
            self.errors = {**self.errors, name: ""}

    @rx.event
    async def save_mail(self) -> Any:
        """All of it or nothing."""
        typed = {name: self.mail[name].strip() for name in MAIL_FIELDS if name not in ("password", "port")}
        port = int(self.mail["port"]) if self.mail["port"].strip().isdecimal() else 0
        try:
            wanted = mail_server.MailServer(**typed, port=port)
            saved = await transact(mail_server.save, wanted, self.mail["password"] or None)
        except settings.BadValue as error:
            return self._refuse(error)
        self._show_mail(saved)
        self.mail_status = "Saved"
        return None

    @rx.event
    async def test_mail(self) -> None:
        """A mail to the admin who asks for it."""
        person = await agent_of(self)
        await transact(_test_mail, person.email)
        self.mail_status = f"Sending a test to {person.email}…"

    @rx.event
    async def change_token(self, value: str) -> None:
        """The bot token as it is being typed."""
        self.slack_token = str(value)[:500]

    @rx.event
    async def connect_slack(self) -> Any:
        """Ask Slack at once whether the token is good, then keep it."""
        token = self.slack_token.strip()
        if not token.startswith("xoxb-"):
            return self._refuse(settings.BadValue("slack_token", "A bot token starts with xoxb-."))
        try:
            team, bot = await slack.identify(token)
        except (PermanentError, RetryLater) as error:
            return self._refuse(settings.BadValue("slack_token", f"{error}. Check the token and try again."))
        await transact(slack_team.connect, token, team, bot)
        self.slack_token, self.errors = "", dict.fromkeys(ERRORS, "")
        await self._show_slack()
        return None

    @rx.event
    async def disconnect_slack(self) -> None:
        """Forget the workspace."""
        await transact(slack_team.disconnect)
        self._places, self.places = [], []
        await self._show_slack()

    @rx.event
    async def find_channels(self, form: dict[str, Any]) -> Any:
        """The channels whose name holds what was typed."""
        self.searched = str(form.get("channel", "")).strip().lstrip("#").lower()[:80]
        try:
            self._places = self._places or await slack.places(await read(slack_team.token))
        except (PermanentError, RetryLater) as error:
            return self._refuse(settings.BadValue("slack", f"The channels could not be listed: {error}."))
        found = [place for place in self._places if self.searched in place.name]
        self.places = found[:SHOWN_PLACES]
        self.slack_status = "" if found else f"No channel is called “{self.searched}”."
        return None

    @rx.event
    async def choose_channel(self, id: str) -> None:
        """Post there from now on."""
        for place in self._places:
            if place.id == id:
                await transact(slack_team.choose_channel, place.id, place.name, place.joined)
        self.places = []
        await self._show_slack()

    @rx.event
    async def switch_two_way(self, on: bool) -> None:
        """Let replies in a thread reach the visitor."""
        await transact(slack_team.answer_from_slack, bool(on))
        self.two_way = bool(on)

    @rx.event
    async def add(self) -> None:
        """A form for one endpoint more."""
        self.editing, self.url, self.events, self.secret = new_id(), "", list(settings.EVENTS), ""

    @rx.event
    async def edit(self, id: str) -> None:
        """The form over one endpoint."""
        for one in self.listed:
            if one.id == id:
                self.editing, self.url, self.events, self.secret = one.id, one.url, one.events, ""

    @rx.event
    async def cancel(self) -> None:
        """Close the form."""
        self.editing, self.errors = "", dict.fromkeys(ERRORS, "")

    @rx.event
    async def change_url(self, value: str) -> None:
        """Its address."""
        self.url, self.errors = str(value)[:2000], {**self.errors, "url": ""}

    @rx.event
    async def choose_event(self, name: str, on: bool) -> None:
        """Whether it hears of an event."""
        self.events = [e for e in settings.EVENTS if (bool(on) if e == name else e in self.events)]

    @rx.event
    async def save_endpoint(self) -> Any:
        """Keep it; a new one gets its secret, which is shown this once."""
        known = {one.id for one in self.listed}
        if self.editing not in known and len(self.editing) != 32:
            return None
        try:
            if self.url.strip():
                net.check_url(self.url)
            await transact(endpoints.save, self.editing, self.url, self.events)
        except net.Refused as error:
            return self._refuse(settings.BadValue("url", str(error)))
        except settings.BadValue as error:
            return self._refuse(error)
        if self.editing not in known:
            self.secret, self.secret_of = await transact(endpoints.new_secret, self.editing), self.url
        self.editing, self.errors, self.status = "", dict.fromkeys(ERRORS, ""), "Saved."
        await self._look()
        return None

    @rx.event
    async def new_secret(self, id: str) -> None:
        """`New secret`: both sign for a day."""
        for one in self.listed:
            if one.id == id:
                self.secret, self.secret_of = await transact(endpoints.new_secret, id), one.url
        await self._look()

    @rx.event
    async def pause(self, id: str) -> None:
        """`Pause`, or `Switch on` again."""
        for one in self.listed:
            if one.id == id:
                on = one.state in ("On", "Failing")
                await transact(endpoints.pause if on else endpoints.resume, id)
                self.status = "Paused. Nothing new is written for it." if on else "It is on again."
        await self._look()

    @rx.event
    async def remove(self, id: str) -> None:
        """`Remove`."""
        if id in {one.id for one in self.listed}:
            await transact(endpoints.remove, id)
            self.status = "Removed. What could not be delivered stays to be seen."
        await self._look()

    @rx.event
    async def test(self, id: str) -> None:
        """`Send test`; its answer appears beside it."""
        await transact(_test_endpoint, str(id))
        await self._look()

    async def _look(self) -> None:
        self.listed = await read(_endpoints)
        said = await read(_last_test_mail)
        if said and self.mail_status:
            self.mail_status = said

    async def _show_slack(self) -> None:
        known, wanted = await read(slack_team.known), await read(settings.escalations)
        self.team = known.team or ("Slack" if wanted.has_slack_token else "")
        self.channel, self.joined, self.two_way = wanted.slack_channel, known.joined, known.two_way
        self.slack_status, self.searched = "", ""
        self.version += 1

    def _show_mail(self, saved: mail_server.MailServer) -> None:
        values = asdict(saved)
        self.mail = {name: str(values.get(name, "")) for name in MAIL_FIELDS}
        self.has_password, self.by_environment, self.to_files = saved.has_password, saved.by_environment, saved.to_files
        self.errors, self.mail_status = dict.fromkeys(ERRORS, ""), ""

    def _refuse(self, error: settings.BadValue) -> Any:
        self.errors = {**dict.fromkeys(ERRORS, ""), error.field: str(error)}
        return rx.set_focus(error.field)


def notifications_page() -> rx.Component:
    """The page `/settings/notifications`."""
    return notifications_view(NotificationsState)


def _endpoints(session: Session) -> list[Listed]:
    return [_listed(session, endpoint) for endpoint in endpoints.every(session)]


def _listed(session: Session, e: Endpoint) -> Listed:
    state = "Off" if e.disabled_at else "Paused" if e.paused else "Failing" if e.failing_since else "On"
    signed = "Signed" if e.secret else "Not signed"
    if e.old_secret_until and e.old_secret_until > now():
        signed = f"Two secrets sign until {e.old_secret_until.strftime('%d %b %H:%M')} UTC"
    last = outbox.last_to(session, e.id)
    words = {Sent.SENT: "Last: ", Sent.FAILED: "Failed: "}.get(last.status, "Trying again: ") if last else ""
    said = f"{words}{last.answer}" if last and last.answer else "Sending…" if last else "Nothing was sent yet."
    return Listed(e.id, e.url, e.events, state, e.disabled_why, signed, said)


def _test_endpoint(session: Session, id: str) -> None:
    outbox.write_test(session, "webhook", settings.escalations(session), id)


def _test_mail(session: Session, to: str) -> None:
    said = "If you read this, Handoff can send mail. Notices to your team and answers to visitors leave the same way."
    outbox.write_letter(session, "test", [to], Letter("Test from Handoff: email works", (said,)))


def _last_test_mail(session: Session) -> str:
    row = outbox.last_of(session, "email")
    if row is None or row.event != "test":
        return ""
    if row.status == Sent.PENDING:
        return f"Sending a test to {row.target}…"
    return f"{'Sent' if row.status == Sent.SENT else 'Failed'}: {row.answer}"
