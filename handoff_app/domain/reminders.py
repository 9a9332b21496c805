"""The visitor is not forgotten: a reply that stays unseen goes to their address, with a way back."""

import secrets
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, delete, func, select, update

from handoff_app import i18n, vault
from handoff_app.config import config
from handoff_app.domain import conversations, outbox, settings, shop, texts
from handoff_app.domain.envelope import Letter
from handoff_app.domain.models import Author, Conversation, Delivery, Message, ReturnLink, Visitor, now

LINK_LASTS: Final = timedelta(days=7)
MOST_REPLIES: Final = 20
EVENT: Final = "reply.unseen"
MOST_AN_HOUR: Final = 3
"""Mails to one address, which anybody may have typed."""


def remind(session: Session, limit: int = 20) -> int:
    """Write to visitors whose reply is unseen for the time that is set, once for all that came. Returns how many.

    Who has had enough mails for this hour is looked at again after the same time.
    """
    minutes = settings.escalations(session).remind_minutes
    if not minutes:  # nobody is to be written to, later neither
        unseen = update(Conversation).where(col(Conversation.unseen_since).is_not(None))
        session.exec(unseen.values(unseen_since=None).execution_options(synchronize_session=False))
        return 0
    due = select(Conversation).where(col(Conversation.unseen_since) <= now() - timedelta(minutes=minutes))
    rows = session.exec(
        due.order_by(col(Conversation.unseen_since)).limit(limit).with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        visitor = session.get_one(Visitor, row.visitor_id)
        enough = bool(visitor.email) and _written(session, visitor.email) >= MOST_AN_HOUR
        if visitor.email and not enough:
            _write(session, row, visitor)
        row.unseen_since = now() if enough else None
    return len(rows)


def come_back(session: Session, visitor_id: str, secret: str) -> str:
    """Open the link's conversation for this browser, if it is the first to use it. Raises `NotFound`."""
    link = session.get(ReturnLink, vault.fingerprint(secret), with_for_update=True)
    if link is None or link.expires_at < now() or link.visitor_id not in (None, visitor_id):
        raise conversations.NotFound(secret[:8])
    link.visitor_id = visitor_id
    session.add(link)
    session.flush()
    conversations.visitor_read(session, visitor_id, link.conversation_id)
    return link.conversation_id


def tidy(session: Session) -> None:
    """Links that nobody used in time. A used one stays: it is what opens the conversation for that browser."""
    unused = col(ReturnLink.visitor_id).is_(None)
    session.exec(delete(ReturnLink).where(unused, col(ReturnLink.expires_at) < now()))


def _written(session: Session, address: str) -> int:
    """How many mails went to this address within the hour."""
    recent = select(func.count()).where(Delivery.event == EVENT, Delivery.created_at > now() - timedelta(hours=1))
    return session.exec(recent.where(func.lower(Delivery.target) == address.lower())).one()


def _write(session: Session, conversation: Conversation, visitor: Visitor) -> None:
    locale = conversation.locale
    words = {**texts.edited(session, locale)}
    unseen = _unseen(session, conversation)
    who = unseen[-1].name if unseen else ""
    name = shop.known(session).name or i18n.text("widget.title", locale, words)
    letter = Letter(
        subject=i18n.text("mail.reply.subject", locale, words, name=who, shop=name),
        lines=tuple(message.text for message in unseen),
        button=i18n.text("mail.reply.button", locale, words),
        url=f"{config().base_url}/widget?layout=page#back={_new_link(session, conversation)}",
        foot=i18n.text("mail.reply.foot", locale, words),
        locale=locale,
    )
    outbox.write_letter(session, EVENT, [visitor.email], letter, conversation)


def _unseen(session: Session, conversation: Conversation) -> list[Message]:
    query = select(Message).where(Message.conversation_id == conversation.id, Message.author == Author.AGENT)
    number = min(max(conversation.visitor_unread, 1), MOST_REPLIES)
    return list(session.exec(query.order_by(col(Message.seq).desc()).limit(number)).all()[::-1])


def _new_link(session: Session, conversation: Conversation) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(
        ReturnLink(id=vault.fingerprint(secret), conversation_id=conversation.id, expires_at=now() + LINK_LASTS)
    )
    return secret
