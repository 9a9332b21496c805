"""The Slack workspace in which notices are posted."""

from typing import Any, Final

import reflex as rx

from handoff_app.channels import slack
from handoff_app.channels.base import PermanentError, RetryLater
from handoff_app.channels.slack import Place
from handoff_app.config import config
from handoff_app.db import read, transact
from handoff_app.domain import settings, slack_team

ERRORS: Final = ("slack_token", "slack")
SHOWN_PLACES: Final = 50


class SlackState(rx.State):
    """The card. A saved token is never here."""

    team: str = ""
    channel: str = ""
    joined: bool = True
    two_way: bool = False
    can_install: bool = False
    can_listen: bool = False
    token: str = ""
    places: list[Place] = []
    errors: dict[str, str] = dict.fromkeys(ERRORS, "")
    status: str = ""
    version: int = 0

    _places: list[Place] = []

    @rx.event
    async def open(self) -> None:
        """Show what is saved."""
        self.can_install = bool(config().slack_client_id)
        self.can_listen = bool(config().slack_signing_secret or config().slack_app_token)
        await self._show()

    @rx.event
    async def change_token(self, value: str) -> None:
        """The bot token as it is being typed."""
        self.token = str(value)[:500]

    @rx.event
    async def connect(self) -> Any:
        """Ask Slack at once whether the token is good, then keep it."""
        token = self.token.strip()
        if not token.startswith("xoxb-"):
            return self._refuse("slack_token", "A bot token starts with xoxb-.")
        try:
            team, bot = await slack.identify(token)
        except (PermanentError, RetryLater) as error:
            return self._refuse("slack_token", f"{error}. Check the token and try again.")
        await transact(slack_team.connect, token, team, bot)
        self.token = ""
        await self._show()
        return None

    @rx.event
    async def disconnect(self) -> None:
        """Forget the workspace."""
        await transact(slack_team.disconnect)
        self._places, self.places = [], []
        await self._show()

    @rx.event
    async def find(self, form: dict[str, Any]) -> Any:
        """The channels whose name holds what was typed."""
        sought = str(form.get("channel", "")).strip().lstrip("#").lower()[:80]
        try:
            self._places = self._places or await slack.places(await read(slack_team.token))
        except (PermanentError, RetryLater) as error:
            return self._refuse("slack", f"The channels could not be listed: {error}.")
        found = [place for place in self._places if sought in place.name]
        self.places = found[:SHOWN_PLACES]
        self.errors = dict.fromkeys(ERRORS, "")
        self.status = "" if found else f"No channel is called “{sought}”."
        return None

    @rx.event
    async def choose(self, id: str) -> None:
        """Post there from now on."""
        for place in self._places:
            if place.id == id:
                await transact(slack_team.choose_channel, place.id, place.name, place.joined)
        self.places = []
        await self._show()

    @rx.event
    async def switch_two_way(self, on: bool) -> None:
        """Let replies in a thread reach the visitor."""
        await transact(slack_team.answer_from_slack, bool(on))
        self.two_way = bool(on)

    async def _show(self) -> None:
        known, wanted = await read(slack_team.known), await read(settings.escalations)
        self.team = known.team or ("Slack" if wanted.has_slack_token else "")
        self.channel, self.joined, self.two_way = wanted.slack_channel, known.joined, known.two_way
        self.status, self.errors = "", dict.fromkeys(ERRORS, "")
        self.version += 1

    def _refuse(self, field: str, sentence: str) -> Any:
        self.errors = {**dict.fromkeys(ERRORS, ""), field: sentence}
        return rx.set_focus("channel" if field == "slack" else field)
