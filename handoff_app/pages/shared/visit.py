"""What a visitor does in the chat, each deed in one transaction; what may not be seen is not found."""

from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from handoff_app import i18n
from handoff_app.answering import intent
from handoff_app.db import transact
from handoff_app.domain import conversations, escalations, gaps, reminders, settings, shop, texts, transcript
from handoff_app.domain.models import Conversation, Reason, Status, stamp
from handoff_app.domain.transcript import Line
from handoff_app.pages.shared.said import Said
from handoff_app.pages.shared.widget_view import WORDS, Recent


@dataclass(frozen=True)
class Opened:
    """What a tab learns when it opens."""

    visitor_id: str
    enabled: bool
    shop: shop.Shop
    words: dict[str, str]
    chat: transcript.Chat


async def begin(about: dict[str, Any]) -> Opened:
    """Who this is, by what the tab says of itself, and the chat to show."""
    told = {"secret": 200, "languages": 200, "page": 2000}
    opened = await transact(_open, *(str(about.get(name, ""))[:most] for name, most in told.items()))
    if isinstance(about.get("visitor"), dict):
        await transact(conversations.identify, opened.visitor_id, **identity(about["visitor"]))
    back = str(about.get("back", ""))[:100]
    return await transact(_come_back, opened, back) if back else opened


def _open(session: Session, secret: str, languages: str, page_url: str) -> Opened:
    locale = i18n.pick(languages)
    visitor = conversations.visitor(session, secret, locale)
    chat = current(session, visitor.id, locale, page_of(page_url))
    return Opened(
        visitor_id=visitor.id,
        enabled=settings.escalations(session).enabled,
        shop=shop.known(session),
        words=texts.words(session, chat.locale, WORDS),
        chat=chat,
    )


def _come_back(session: Session, opened: Opened, secret: str) -> Opened:
    """The conversation that a link in a mail leads to; a link that is used up or too old changes nothing."""
    try:
        conversation = reminders.come_back(session, opened.visitor_id, secret)
    except conversations.NotFound:
        return opened
    chat = transcript.read(session, conversation, 0)
    return replace(opened, chat=chat, words=texts.words(session, chat.locale, WORDS))


def current(session: Session, visitor_id: str, locale: str, page_url: str = "") -> transcript.Chat:
    """The visitor's latest chat, or a new one."""
    found = conversations.current(session, visitor_id) or conversations.start(session, visitor_id, locale, page_url)
    return transcript.read(session, found.id, 0)


def send(session: Session, visitor_id: str, conversation_id: str, said: Said, seen: int) -> transcript.Chat:
    """Keep the message; a request for a human escalates in the same transaction. Returns what the tab has not seen."""
    chat = conversations.glance_of_visitor(session, visitor_id, conversation_id, said.client_id)
    said = replace(said, prompt=chat.prompt)
    reason = said.wants_human() if chat.status != Status.WITH_AGENT else None
    answer = said.wants_answer() and not (reason and settings.escalations(session).enabled)
    if conversations.visitor_says(session, chat, said.text, said.client_id, said.page_url, answer):
        _follow(session, chat, said, reason)
    return transcript.read(session, conversation_id, seen)


def _follow(session: Session, chat: Any, said: Said, reason: Reason | None) -> None:
    """What a new message brings about, besides an answer; `chat` is a glance at its conversation."""
    if reason:
        escalations.ask(session, conversations.locked(session, chat.id), reason)
        if reason == Reason.ASKED_FOR_HUMAN and (asked := intent.besides(said.text)):
            gaps.note_beside(session, chat.id, asked)
    if said.takes_back():
        conversation = conversations.locked(session, chat.id)
        due = conversation.answer_due_at
        escalations.decline(session, conversation)
        conversation.answer_due_at = due  # what was asked besides is answered all the same
    elif said.declines():
        escalations.declined(session, conversations.locked(session, chat.id))
    if chat.status in (Status.WAITING, Status.WITH_AGENT):
        escalations.follow_up(session, chat.id)


def wrong(session: Session, visitor_id: str, conversation_id: str, seq: int) -> None:
    """`This did not help`, of one answer."""
    gaps.wrong(session, conversations.glance_of_visitor(session, visitor_id, conversation_id).id, seq)


def ask(session: Session, visitor_id: str, conversation_id: str, reason: Reason) -> None:
    """A human is wanted."""
    escalations.ask(session, conversations.of_visitor(session, visitor_id, conversation_id), reason)


def decline(session: Session, visitor_id: str, conversation_id: str) -> None:
    """The offer is turned down."""
    escalations.decline(session, conversations.of_visitor(session, visitor_id, conversation_id))


def leave_email(session: Session, visitor_id: str, conversation_id: str, email: str) -> None:
    """Where the answer goes; only in one's own chat, not in one that a mail's link leads to. Raises `BadValue`."""
    conversation = conversations.of_visitor(session, visitor_id, conversation_id)
    if conversation.visitor_id == visitor_id:
        escalations.leave_email(session, conversation, email)


def start(session: Session, visitor_id: str, locale: str) -> transcript.Chat:
    """A new chat."""
    return transcript.read(session, conversations.start(session, visitor_id, locale).id, 0)


def show(session: Session, visitor_id: str, conversation_id: str) -> transcript.Chat:
    """An earlier chat."""
    return transcript.read(session, conversations.of_visitor(session, visitor_id, conversation_id).id, 0)


def delete(session: Session, visitor_id: str, conversation_id: str, locale: str) -> transcript.Chat:
    """Out of the visitor's sight; returns the new chat that takes its place."""
    conversations.hide(session, conversations.of_visitor(session, visitor_id, conversation_id))
    session.flush()
    return start(session, visitor_id, locale)


def earlier(session: Session, visitor_id: str, conversation_id: str, before: int) -> list[Line]:
    """Messages before the one with this number."""
    conversation = conversations.of_visitor(session, visitor_id, conversation_id)
    return transcript.earlier(session, conversation.id, before)


def recent(session: Session, visitor_id: str) -> list[Recent]:
    """The visitor's latest chats."""
    found: list[Conversation] = list(conversations.recent(session, visitor_id))
    return [Recent(c.id, c.last_text[:60] or "…", stamp(c.updated_at)) for c in found]


def identity(about: dict[str, Any]) -> dict[str, str]:
    """Who the page around the chat says this is."""
    return {"email": str(about.get("email", ""))[:320], "name": str(about.get("name", ""))[:200]}


def page_of(url: str) -> str:
    """Where the chat stands; nothing if it is no address of a website."""
    return url[:2000] if url.startswith(("http://", "https://")) else ""
