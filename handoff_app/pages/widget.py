"""The chat that visitors see, in the widget's frame or as a full page. Its words all come from the catalog."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

import reflex as rx

from handoff_app import i18n, live
from handoff_app.access import limits
from handoff_app.access.guard import socket_of
from handoff_app.db import NotSaved, read, transact
from handoff_app.domain import conversations, settings, transcript
from handoff_app.domain.models import Prompt, Reason
from handoff_app.pages.shared import visit
from handoff_app.pages.shared.said import Said
from handoff_app.pages.shared.tabs import tabs
from handoff_app.pages.shared.thread import DRAFT_SECONDS, Thread
from handoff_app.pages.shared.widget_view import Recent, widget_view

WHO = "new Promise(function look(tell) { self.handoffVisitor ? tell(handoffVisitor()) : setTimeout(look, 50, tell) })"
"""Asks chat.js, which may arrive after the page has connected."""
AGAIN_SECONDS = 3  # between two tries to open a chat while the database takes nothing


class WidgetState(Thread, rx.State):
    """One visitor's tab."""

    words: dict[str, str] = {}
    locale: str = ""
    direction: str = "ltr"
    shop: str = ""
    assistant: str = ""
    quick_replies: list[str] = []
    enabled: bool = True
    conversation: str = ""
    status: str = ""
    prompt: str = ""
    typing: bool = False
    agent: str = ""
    recent: list[Recent] = []
    email_error: str = ""
    email_typed: str = ""
    unhelpful: list[int] = []
    refused: str = ""
    refused_text: str = ""
    gone: str = ""

    _visitor: str = ""

    @rx.event
    async def greet(self) -> Any:
        """A tab has (re)connected: ask the browser who it is."""
        return rx.call_script(WHO, callback=WidgetState.open)

    @rx.event
    async def open(self, about: dict[str, Any]) -> Any:
        """Bring everything back: the visitor by the browser's secret, the chat, its messages in order.

        A database that takes nothing is asked again by the tab, as long as there is one.
        """
        if len(str(about.get("secret", ""))) < 43:
            return None
        try:
            opened = await visit.begin(about)
        except NotSaved:
            await asyncio.sleep(AGAIN_SECONDS)
            return WidgetState.open(about)
        self._visitor, self.words = opened.visitor_id, opened.words
        self.locale, self.direction = opened.chat.locale, i18n.direction(opened.chat.locale)
        self.shop = opened.shop.name or opened.words["widget.title"]
        self.assistant = opened.shop.assistant or opened.words["widget.assistant"]
        self.quick_replies = list(opened.shop.quick_replies) if opened.chat.locale == i18n.DEFAULT else []
        self.enabled = opened.enabled
        self._begin(opened.chat)
        return None

    @rx.event
    async def send(self, form: dict[str, Any]) -> None:
        """Keep what the visitor wrote, once per id. A refusal goes back into the composer with its reason.

        What was written in a chat that is not shown any more goes there; a chat that was deleted gives way to the next.
        """
        client_id, text = str(form.get("client_id", ""))[:64], str(form.get("text", ""))
        where = str(form.get("conversation") or self.conversation)
        if not self._visitor or not client_id:
            return
        said = Said(text, client_id, visit.page_of(str(form.get("page_url", ""))), self._address())
        try:
            with tabs.looking(self):
                chat = await transact(visit.send, self._visitor, where, said, self._seen)
            if where == self.conversation:
                self._take(chat)
        except conversations.BadMessage as error:
            if where == self.conversation:
                self.refused, self.refused_text = client_id, self.words[str(error)]
        except conversations.NotFound:
            if where == self.conversation:
                await self._next()

    @rx.event
    async def seen(self, _: dict[str, Any]) -> None:
        """The replies stand before the visitor's eyes: no mail is needed."""
        if self._visitor and self.conversation:
            try:
                with tabs.looking(self):
                    await transact(conversations.visitor_read, self._visitor, self.conversation)
            except conversations.NotFound:
                return

    @rx.event
    async def wrong(self, seq: int) -> None:
        """The answer did not help: the owner will see it among the open questions."""
        if self._visitor:
            await transact(visit.wrong, self._visitor, self.conversation, int(seq))
            self.unhelpful = [*self.unhelpful, int(seq)][-100:]

    @rx.event
    async def identify(self, form: dict[str, Any]) -> None:
        """The page around the chat knows who this is: then nobody has to type it."""
        if not self._visitor:
            return
        who = visit.identity(form)
        await transact(conversations.identify, self._visitor, **who)
        if self.prompt == Prompt.EMAIL and not _email_trouble(who["email"], self.words):
            await self._leave(who["email"])

    @rx.event
    async def ask(self, shown: str = "") -> None:
        """`Talk to a human`. `shown`: the chat in which this, or what follows, was pressed."""
        await self._request(Reason.REQUESTED_BY_BUTTON, shown)

    @rx.event
    async def accept(self, shown: str = "") -> None:
        """`Yes, connect me`."""
        await self._request(Reason.LOW_CONFIDENCE, shown)

    @rx.event
    async def decline(self, shown: str = "") -> None:
        """`No, thanks`."""
        if self._visitor:
            with suppress(conversations.NotFound):
                await transact(visit.decline, self._visitor, shown or self.conversation)

    @rx.event
    async def leave_email(self, form: dict[str, Any]) -> None:
        """The address, checked; what was typed stays where it is."""
        self.email_typed = str(form.get("email", "")).strip()[:320]
        self.email_error = _email_trouble(self.email_typed, self.words)
        if self._visitor and not self.email_error:
            await self._leave(self.email_typed)

    @rx.event
    async def start_new(self) -> None:
        """`Start new chat`."""
        if self._visitor:
            self._begin(await transact(visit.start, self._visitor, self.locale))

    @rx.event
    async def list_recent(self) -> None:
        """`Recent chats`."""
        if self._visitor:
            self.recent = await transact(visit.recent, self._visitor)

    @rx.event
    async def show(self, conversation: str) -> None:
        """One of `Recent chats`; only one's own can be found."""
        try:
            self._begin(await transact(visit.show, self._visitor, str(conversation)))
        except conversations.NotFound:
            return

    @rx.event
    async def delete(self, shown: str = "") -> None:
        """`Delete chat`: gone from the visitor's sight, and a new one begins."""
        if self._visitor and shown in ("", self.conversation):
            self._begin(await transact(visit.delete, self._visitor, self.conversation, self.locale))

    @rx.event
    async def earlier(self) -> None:
        """Thirty messages more of a long chat."""
        self._prepend(await read(visit.earlier, self._visitor, self.conversation, self._first()))

    async def _request(self, reason: Reason, shown: str) -> None:
        """What cannot be done is said below the composer, as it would be of a message."""
        if not self._visitor:
            return
        if not limits.may_ask(self._address()):
            self._refuse("widget.too_fast")
            return
        try:
            await transact(visit.ask, self._visitor, shown or self.conversation, reason)
        except conversations.NotFound:
            return
        except NotSaved:
            self._refuse("widget.not_saved")

    def _refuse(self, key: str) -> None:
        self.refused, self.refused_text = secrets.token_hex(6), self.words[key]

    def _address(self) -> str:
        return str(socket_of(self).client_ip)

    async def _leave(self, email: str) -> None:
        try:
            await transact(visit.leave_email, self._visitor, self.conversation, email)
        except settings.BadValue:
            self.email_error = self.words["email.invalid"]
        except NotSaved:
            self.email_error = self.words["widget.not_saved"]

    async def _look(self) -> None:
        """A bell rang: read what is newer than this tab has seen."""
        chat = await read(transcript.read, self.conversation, self._seen)
        if chat.hidden:
            await self._next()
        else:
            self._take(chat)

    async def _look_draft(self) -> None:
        """The AI's answer grows."""
        self._grow(self.conversation, self.typing)

    async def _next(self) -> None:
        """This chat was deleted in another tab: what is written here goes on in the next one."""
        self.gone = self.conversation
        self._begin(await transact(visit.current, self._visitor, self.locale))

    def _begin(self, chat: transcript.Chat) -> None:
        self.conversation = chat.id
        self._clear()
        self.email_error, self.email_typed, self.recent = "", "", []
        tabs.watch(self, [live.conversation(chat.id)], pause=0.05)
        tabs.watch(self, [live.draft(chat.id)], pause=DRAFT_SECONDS, look="_look_draft")
        self._take(chat)

    def _take(self, chat: transcript.Chat) -> None:
        """Only what differs is set: an unchanged var is not sent."""
        for name in ("status", "prompt", "typing", "agent"):
            if getattr(self, name) != getattr(chat, name):
                setattr(self, name, getattr(chat, name))
        self._ripen(self.conversation, chat.typing)
        self._add(chat.lines)


def widget() -> rx.Component:
    """The page `/widget`."""
    return widget_view(WidgetState)


def _email_trouble(typed: str, words: dict[str, str]) -> str:
    """The sentence for the commonest slips; the real check is the domain's."""
    if not typed:
        return words["email.empty"]
    name, at, host = typed.rpartition("@")
    if name and at and host and "." not in host:
        return words["email.invalid.ending"]
    return "" if name and "." in host.strip(".") else words["email.invalid"]
