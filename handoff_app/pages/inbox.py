"""The live inbox: the list, the thread, and what an agent does with a conversation."""

from contextlib import suppress
from typing import Any

import reflex as rx
from sqlmodel import Session

from handoff_app import i18n, live
from handoff_app.access.guard import agent_of
from handoff_app.access.sessions import Person
from handoff_app.db import read, transact
from handoff_app.domain import conversations, desk, inbox, outbox, transcript
from handoff_app.domain.inbox import Card, Row
from handoff_app.domain.models import Author, Prompt, now
from handoff_app.domain.transcript import Chat
from handoff_app.pages.shared.aide_state import AideState
from handoff_app.pages.shared.inbox_view import inbox_view
from handoff_app.pages.shared.tabs import tabs
from handoff_app.pages.shared.thread import DRAFT_SECONDS, Thread

NOBODY = Card("", "", "", "", "", "", "", "", "", "", "", 0, [], [])


class InboxListState(rx.State):
    """The list beside the thread; it has its own bell, slower than the thread's."""

    rows: tuple[Row, ...] = ()
    counts: dict[str, int] = dict.fromkeys(inbox.FILTERS, 0)
    chosen: str = "all"
    sought: str = ""
    listed: bool = False

    _agent: str = ""

    @rx.event
    async def open(self) -> None:
        """Show the list and keep it moving."""
        self._agent = (await agent_of(self)).id
        tabs.watch(self, [live.INBOX], pause=1.0)
        await self._look()
        self.listed = True

    @rx.event
    async def choose(self, filter: str) -> None:
        """One of `Waiting`, `Mine`, `AI`, `Resolved`, `All`."""
        if filter in inbox.FILTERS:
            self.chosen = filter
            await self._look()

    @rx.event
    async def search(self, form: dict[str, Any]) -> None:
        """Conversations in which this was said, or of this visitor."""
        self.sought = str(form.get("search", ""))[:100]
        await self._look()

    async def _look(self) -> None:
        seen = (self.chosen, self.sought, self._agent if self.chosen == "mine" else "")
        tally = await live.hub.once(live.INBOX, "tally", lambda: read(inbox.tally))
        rows = tuple(await live.hub.once(live.INBOX, seen, lambda: read(inbox.rows, *seen, now())))
        counts = inbox.counts(tally, self._agent)
        if rows != self.rows:
            self.rows = rows
        if counts != self.counts:
            self.counts = counts


class InboxState(Thread, rx.State):
    """The opened conversation."""

    selected: str = ""
    chat_status: str = ""
    typing: bool = False
    owner: str = ""
    asking: bool = False
    mine: bool = False
    seen: bool = False
    card: Card = NOBODY
    problem: str = ""
    refused: str = ""
    refused_text: str = ""
    me: str = ""

    _owner: str = ""

    @rx.event
    async def open(self) -> None:
        """The conversation of the address, or none."""
        person = await agent_of(self)
        self.me = person.id
        wanted = self.router.url.path.rstrip("/").rpartition("/inbox")[2].strip("/")
        self.selected, self.problem, self.refused = "", "", ""
        self._clear()
        if not wanted:
            return
        try:
            await self._begin(wanted)
        except conversations.NotFound:
            self.problem = "There is no such conversation."

    @rx.event
    async def take_over(self, shown: str = "") -> None:
        """`Take over`; the second agent hears who has it. `shown`: what stood open when this, or what follows, was
        pressed."""
        await self._do(desk.take_over, shown)

    @rx.event
    async def reassign(self, shown: str = "") -> None:
        """`Reassign to me`: what a colleague has, and nobody else by now."""
        if shown in ("", self.selected):
            await self._do(desk.reassign, shown, self._owner)

    @rx.event
    async def hand_back(self, shown: str = "") -> None:
        """`Hand back to AI`."""
        await self._do(desk.hand_back, shown)

    @rx.event
    async def resolve(self, shown: str = "") -> None:
        """`Resolve`."""
        await self._do(desk.resolve, shown)

    @rx.event
    async def reply(self, form: dict[str, Any]) -> None:
        """Send; takes the conversation over if nobody has it. A refused reply goes back into the composer.

        What was written in a conversation that is not open any more goes there, and is refused when it is open again.
        """
        person = await agent_of(self)
        client_id, text = str(form.get("client_id", ""))[:64], str(form.get("text", ""))
        where = str(form.get("conversation") or self.selected)
        if not client_id or not where:
            return
        if where != self.selected:
            with suppress(desk.AlreadyTaken, conversations.BadMessage, conversations.NotFound):
                await transact(desk.agent_says, where, person, text, client_id)
            return
        try:
            with tabs.looking(self):
                self._take(await transact(_reply, person, self.selected, text, client_id, self._seen))
        except desk.AlreadyTaken as error:
            self.refused, self.refused_text = client_id, f"Not sent: {error.by} has this conversation."
        except conversations.BadMessage as error:
            self.refused, self.refused_text = client_id, i18n.text(str(error), i18n.DEFAULT)

    @rx.event
    async def earlier(self) -> None:
        """Thirty messages more of a long thread."""
        self._prepend(await read(transcript.earlier, self.selected, self._first(), for_team=True))

    async def _do(self, verb: Any, shown: str, *about: str) -> None:
        person = await agent_of(self)
        self.problem = ""
        try:
            await transact(verb, shown or self.selected, person, *about)
        except desk.AlreadyTaken as error:
            self.problem = f"{error.by} has already taken this conversation."
        except conversations.NotFound:
            self.problem = "There is no such conversation."

    async def _begin(self, conversation: str) -> None:
        chat = await read(transcript.read, conversation, 0, for_team=True)
        self.selected = conversation
        tabs.watch(self, [live.conversation(conversation)], pause=0.05)
        tabs.watch(self, [live.conversation(conversation), outbox.TOPIC], pause=2.0, look="_look_aside")
        tabs.watch(self, [live.draft(conversation)], pause=DRAFT_SECONDS, look="_look_draft")
        self._take(chat)
        await self._look_aside()

    async def _look(self) -> None:
        if self.selected:
            self._take(await read(transcript.read, self.selected, self._seen, for_team=True))

    async def _look_draft(self) -> None:
        """The AI's answer grows."""
        self._grow(self.selected, self.typing)

    async def _look_aside(self) -> None:
        """The panel beside the thread, and that all has been read: once a second is enough."""
        if self.selected:
            card = await read(inbox.card, self.selected)
            if card.unread:
                await transact(desk.agent_read, self.selected)
            if card != self.card:
                self.card = card

    def _take(self, chat: Chat) -> None:
        """Only what differs is set: an unchanged var is not sent."""
        self._ripen(self.selected, chat.typing)
        self._add(chat.lines)
        values = {
            "chat_status": chat.status,
            "typing": chat.typing,
            "owner": chat.agent,
            "_owner": chat.agent_id,
            "asking": chat.prompt == Prompt.EMAIL,
            "mine": chat.agent_id == self.me,
            "seen": bool(self.tail) and self.tail[-1].author == Author.AGENT and not chat.unseen,
        }
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def inbox_page() -> rx.Component:
    """The pages `/inbox` and `/inbox/{conversation}`."""
    return inbox_view(InboxListState, InboxState, AideState)


def _reply(session: Session, person: Person, conversation: str, text: str, client_id: str, seen: int) -> Chat:
    """Write it, and read what this tab has not seen: no second trip."""
    desk.agent_says(session, conversation, person, text, client_id)
    return transcript.read(session, conversation, seen, for_team=True)
