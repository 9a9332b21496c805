"""The chat that visitors see, in the widget's frame or as a full page. Its words all come from the catalog."""

import asyncio
import secrets
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx
from sqlmodel import Session

from handoff_app import i18n, live
from handoff_app.access import limits
from handoff_app.access.guard import socket_of
from handoff_app.answering import intent
from handoff_app.answering.consent import consents
from handoff_app.answering.signals import refuses_human
from handoff_app.db import NotSaved, read, transact
from handoff_app.domain import conversations, escalations, gaps, reminders, settings, shop, texts, transcript
from handoff_app.domain.models import Conversation, Prompt, Reason, Status, stamp
from handoff_app.domain.transcript import Line
from handoff_app.pages.shared.tabs import tabs
from handoff_app.pages.shared.thread import DRAFT_SECONDS, Thread
from handoff_app.pages.shared.widget_view import WORDS, Recent, widget_view

WHO = "new Promise(function look(tell) { self.handoffVisitor ? tell(handoffVisitor()) : setTimeout(look, 50, tell) })"
"""Asks chat.js, which may arrive after the page has connected."""
AGAIN_SECONDS = 3  # between two tries to open a chat while the database takes nothing


@dataclass(frozen=True)
class Opened:
    """What a tab learns when it opens."""

    visitor_id: str
    enabled: bool
    shop: shop.Shop
    words: dict[str, str]
    chat: transcript.Chat


@dataclass(frozen=True)
class Said:
    """A message as it comes from the browser."""

    text: str
    client_id: str
    page_url: str
    address: str = ""
    prompt: Prompt = Prompt.NONE  # what the visitor who says this was asked last

    def wants_human(self) -> Reason | None:
        """Why it brings a human, if it does: it says yes to an offer, or asks for one in words.

        Raises `BadMessage` if too many did so from this network: then it goes back into the composer, and says why.
        """
        reason = self._reason()
        if reason and not limits.may_ask(self.address):
            raise conversations.BadMessage("widget.too_fast")
        return reason

    def _reason(self) -> Reason | None:
        if self.prompt == Prompt.OFFER and consents(self.text):
            return Reason.LOW_CONFIDENCE
        asks = intent.decide(self.text[: conversations.MOST_CHARACTERS]) is intent.Decision.ESCALATE
        return Reason.ASKED_FOR_HUMAN if asks else None

    def declines(self) -> bool:
        """Whether it says no, and nothing else, to what was asked."""
        return self.prompt != Prompt.NONE and consents(self.text) is False

    def takes_back(self) -> bool:
        """Whether a human was asked for, and is not wanted any more."""
        return self.prompt == Prompt.EMAIL and (self.declines() or refuses_human(self.text))


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
            opened = await _opened(about)
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
        """Keep what the visitor wrote, once per id. A refusal goes back into the composer with its reason."""
        client_id, text = str(form.get("client_id", ""))[:64], str(form.get("text", ""))
        if not self._visitor or not client_id:
            return
        try:
            said = Said(text, client_id, _checked_page(str(form.get("page_url", ""))), self._address())
            with tabs.looking(self):
                self._take(await transact(_send, self._visitor, self.conversation, said, self._seen))
        except conversations.BadMessage as error:
            self.refused, self.refused_text = client_id, self.words[str(error)]

    @rx.event
    async def seen(self, _: dict[str, Any]) -> None:
        """The replies stand before the visitor's eyes: no mail is needed."""
        if self._visitor and self.conversation:
            try:
                await transact(conversations.visitor_read, self._visitor, self.conversation)
            except conversations.NotFound:
                return

    @rx.event
    async def wrong(self, seq: int) -> None:
        """The answer did not help: the owner will see it among the open questions."""
        if self._visitor:
            await transact(_wrong, self._visitor, self.conversation, int(seq))
            self.unhelpful = [*self.unhelpful, int(seq)][-100:]

    @rx.event
    async def identify(self, form: dict[str, Any]) -> None:
        """The page around the chat knows who this is: then nobody has to type it."""
        if not self._visitor:
            return
        who = _identity(form)
        await transact(conversations.identify, self._visitor, **who)
        if self.prompt == Prompt.EMAIL and not _email_trouble(who["email"], self.words):
            await self._leave(who["email"])

    @rx.event
    async def ask(self) -> None:
        """`Talk to a human`."""
        await self._request(Reason.REQUESTED_BY_BUTTON)

    @rx.event
    async def accept(self) -> None:
        """`Yes, connect me`."""
        await self._request(Reason.LOW_CONFIDENCE)

    @rx.event
    async def decline(self) -> None:
        """`No, thanks`."""
        if self._visitor:
            await transact(_decline, self._visitor, self.conversation)

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
            self._begin(await transact(_start, self._visitor, self.locale))

    @rx.event
    async def list_recent(self) -> None:
        """`Recent chats`."""
        if self._visitor:
            self.recent = await transact(_recent, self._visitor)

    @rx.event
    async def show(self, conversation: str) -> None:
        """One of `Recent chats`; only one's own can be found."""
        try:
            self._begin(await transact(_show, self._visitor, str(conversation)))
        except conversations.NotFound:
            return

    @rx.event
    async def delete(self) -> None:
        """`Delete chat`: gone from the visitor's sight, and a new one begins."""
        if self._visitor:
            self._begin(await transact(_delete, self._visitor, self.conversation, self.locale))

    @rx.event
    async def earlier(self) -> None:
        """Thirty messages more of a long chat."""
        self._prepend(await read(_earlier, self._visitor, self.conversation, self._first()))

    async def _request(self, reason: Reason) -> None:
        """What cannot be done is said below the composer, as it would be of a message."""
        if not self._visitor:
            return
        if not limits.may_ask(self._address()):
            self._refuse("widget.too_fast")
            return
        try:
            await transact(_ask, self._visitor, self.conversation, reason)
        except NotSaved:
            self._refuse("widget.not_saved")

    def _refuse(self, key: str) -> None:
        self.refused, self.refused_text = secrets.token_hex(6), self.words[key]

    def _address(self) -> str:
        return str(socket_of(self).client_ip)

    async def _leave(self, email: str) -> None:
        try:
            await transact(_leave_email, self._visitor, self.conversation, email)
        except settings.BadValue:
            self.email_error = self.words["email.invalid"]
        except NotSaved:
            self.email_error = self.words["widget.not_saved"]

    async def _look(self) -> None:
        """A bell rang: read what is newer than this tab has seen."""
        chat = await read(transcript.read, self.conversation, self._seen)
        self._take(chat)

    async def _look_draft(self) -> None:
        """The AI's answer grows."""
        self._grow(self.conversation, self.typing)

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


async def _opened(about: dict[str, Any]) -> Opened:
    """Who this is, by what the tab says of itself, and the chat to show."""
    told = {"secret": 200, "languages": 200, "page": 2000}
    opened = await transact(_open, *(str(about.get(name, ""))[:most] for name, most in told.items()))
    if isinstance(about.get("visitor"), dict):
        await transact(conversations.identify, opened.visitor_id, **_identity(about["visitor"]))
    back = str(about.get("back", ""))[:100]
    return await transact(_come_back, opened, back) if back else opened


def _open(session: Session, secret: str, languages: str, page_url: str) -> Opened:
    locale = i18n.pick(languages)
    visitor = conversations.visitor(session, secret, locale)
    chat = conversations.current(session, visitor.id)
    if chat is None:
        chat = conversations.start(session, visitor.id, locale, _checked_page(page_url))
    return Opened(
        visitor_id=visitor.id,
        enabled=settings.escalations(session).enabled,
        shop=shop.known(session),
        words=texts.words(session, chat.locale, WORDS),
        chat=transcript.read(session, chat.id, 0),
    )


def _come_back(session: Session, opened: Opened, secret: str) -> Opened:
    """The conversation that a link in a mail leads to; a link that is used up or too old changes nothing."""
    try:
        conversation = reminders.come_back(session, opened.visitor_id, secret)
    except conversations.NotFound:
        return opened
    chat = transcript.read(session, conversation, 0)
    return replace(opened, chat=chat, words=texts.words(session, chat.locale, WORDS))


def _send(session: Session, visitor_id: str, conversation_id: str, said: Said, seen: int) -> transcript.Chat:
    """Keep the message; a request for a human escalates in the same transaction. Returns what the tab has not seen."""
    chat = conversations.glance_of_visitor(session, visitor_id, conversation_id, said.client_id)
    said = replace(said, prompt=chat.prompt)
    reason = said.wants_human() if chat.status != Status.WITH_AGENT else None
    asks_more = not said.takes_back() or "?" in said.text
    answer = asks_more and not said.declines() and not (reason and settings.escalations(session).enabled)
    new = conversations.visitor_says(session, chat, said.text, said.client_id, said.page_url, answer)
    if new and reason:
        escalations.ask(session, conversations.locked(session, conversation_id), reason)
        if reason == Reason.ASKED_FOR_HUMAN and (asked := intent.besides(said.text)):
            gaps.note_beside(session, conversation_id, asked)
    if new and said.takes_back():
        conversation = conversations.locked(session, conversation_id)
        due = conversation.answer_due_at
        escalations.decline(session, conversation)
        conversation.answer_due_at = due
    elif new and said.declines():
        escalations.declined(session, conversations.locked(session, conversation_id))
    if new and chat.status in (Status.WAITING, Status.WITH_AGENT):
        escalations.follow_up(session, conversation_id)
    return transcript.read(session, conversation_id, seen)


def _wrong(session: Session, visitor_id: str, conversation_id: str, seq: int) -> None:
    gaps.wrong(session, conversations.glance_of_visitor(session, visitor_id, conversation_id).id, seq)


def _ask(session: Session, visitor_id: str, conversation_id: str, reason: Reason) -> None:
    escalations.ask(session, conversations.of_visitor(session, visitor_id, conversation_id), reason)


def _decline(session: Session, visitor_id: str, conversation_id: str) -> None:
    escalations.decline(session, conversations.of_visitor(session, visitor_id, conversation_id))


def _leave_email(session: Session, visitor_id: str, conversation_id: str, email: str) -> None:
    conversation = conversations.of_visitor(session, visitor_id, conversation_id)
    if conversation.visitor_id == visitor_id:
        escalations.leave_email(session, conversation, email)


def _start(session: Session, visitor_id: str, locale: str) -> transcript.Chat:
    return transcript.read(session, conversations.start(session, visitor_id, locale).id, 0)


def _show(session: Session, visitor_id: str, conversation_id: str) -> transcript.Chat:
    return transcript.read(session, conversations.of_visitor(session, visitor_id, conversation_id).id, 0)


def _delete(session: Session, visitor_id: str, conversation_id: str, locale: str) -> transcript.Chat:
    conversations.hide(session, conversations.of_visitor(session, visitor_id, conversation_id))
    session.flush()
    return _start(session, visitor_id, locale)


def _earlier(session: Session, visitor_id: str, conversation_id: str, before: int) -> list[Line]:
    conversation = conversations.of_visitor(session, visitor_id, conversation_id)
    return transcript.earlier(session, conversation.id, before)


def _recent(session: Session, visitor_id: str) -> list[Recent]:
    found: list[Conversation] = list(conversations.recent(session, visitor_id))
    return [Recent(c.id, c.last_text[:60] or "…", stamp(c.updated_at)) for c in found]


def _identity(about: dict[str, Any]) -> dict[str, str]:
    return {"email": str(about.get("email", ""))[:320], "name": str(about.get("name", ""))[:200]}


def _checked_page(url: str) -> str:
    return url[:2000] if url.startswith(("http://", "https://")) else ""


def _email_trouble(typed: str, words: dict[str, str]) -> str:
    """The sentence for the commonest slips; the real check is the domain's."""
    if not typed:
        return words["email.empty"]
    name, at, host = typed.rpartition("@")
    if name and at and host and "." not in host:
        return words["email.invalid.ending"]
    return "" if name and "." in host.strip(".") else words["email.invalid"]
