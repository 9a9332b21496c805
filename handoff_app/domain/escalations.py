"""A visitor asks for a human: once, in one transaction, with its reason, its notices and a line for the visitor."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from handoff_app import i18n
from handoff_app.domain import conversations, outbox, settings
from handoff_app.domain.models import (
    Author,
    Conversation,
    Escalation,
    Message,
    Prompt,
    Reason,
    Status,
    Turn,
    Visitor,
    now,
)

PATIENCE = timedelta(minutes=2)
"""How long the widget waits for an email address before the team is told without one."""


def ask(session: Session, conversation: Conversation, reason: Reason) -> Escalation | None:
    """The visitor wants a human: ask for the address first, unless it is known. Asking again changes nothing."""
    if conversation.status in (Status.WAITING, Status.WITH_AGENT):
        return open_one(session, conversation.id)
    if not settings.escalations(session).enabled:
        conversations.system_line(session, conversation, i18n.key("escalation.disabled"))
        return None
    if conversation.prompt == Prompt.EMAIL:
        return None
    visitor = session.get_one(Visitor, conversation.visitor_id)
    if visitor.email:
        return escalate(session, conversation, reason)
    conversation.owner_epoch += 1  # an answer that is still being made would come after the request
    conversations.quiet(conversation)
    conversation.prompt, conversation.prompt_reason = Prompt.EMAIL, reason
    conversation.prompt_due_at = now() + PATIENCE
    session.add(conversation)
    conversations.announce(conversation.id)
    return None


def leave_email(session: Session, conversation: Conversation, typed: str) -> Escalation | None:
    """Keep the address and tell the team. Raises `settings.BadValue`; a second call changes nothing."""
    visitor = session.get_one(Visitor, conversation.visitor_id)
    visitor.email = settings.checked_email(typed, "email")
    session.add(visitor)
    if conversation.prompt != Prompt.EMAIL:
        return open_one(session, conversation.id)
    return escalate(session, conversation, conversation.prompt_reason or Reason.REQUESTED_BY_BUTTON)


def decline(session: Session, conversation: Conversation) -> None:
    """The visitor does not want a human after all."""
    if conversation.prompt == Prompt.NONE:
        return
    conversations.quiet(conversation)
    conversations.system_line(session, conversation, i18n.key("offer.declined"))


def escalate(session: Session, conversation: Conversation, reason: Reason) -> Escalation:
    """Write the escalation, its deliveries with frozen bodies, and the visitor's line; once while it is open."""
    standing = open_one(session, conversation.id)
    if standing is not None:
        return standing
    visitor = session.get_one(Visitor, conversation.visitor_id)
    wanted = settings.escalations(session)
    addresses = settings.split_addresses(wanted.emails) if wanted.email_on else []
    escalation = Escalation(
        conversation_id=conversation.id,
        reason=reason,
        question=_last_question(session, conversation.id),
        page_url=conversation.page_url,
        assigned_to=_next_in_turn(session, addresses) if wanted.round_robin else None,
    )
    session.add(escalation)
    conversation.status = Status.WAITING
    conversation.owner_epoch += 1
    conversations.quiet(conversation)
    conversations.system_line(session, conversation, i18n.key("escalation.confirmation"))
    if visitor.email:
        conversations.system_line(session, conversation, i18n.key("escalation.confirmation.email"), email=visitor.email)
    recipients = [escalation.assigned_to] if escalation.assigned_to else addresses
    outbox.write(session, "escalation.created", escalation, conversation, visitor, recipients, wanted)
    return escalation


def claimed(session: Session, conversation: Conversation, by: str) -> None:
    """Note who took it; an agent who steps in unasked makes an escalation of its own, told to nobody."""
    escalation = open_one(session, conversation.id)
    if escalation is None:
        escalation = Escalation(
            conversation_id=conversation.id,
            reason=Reason.AGENT_TOOK_OVER,
            question=_last_question(session, conversation.id),
            page_url=conversation.page_url,
        )
    if escalation.claimed_at is None:
        escalation.claimed_at, escalation.claimed_by = now(), by
    session.add(escalation)
    session.flush()
    if escalation.reason != Reason.AGENT_TOOK_OVER:
        told(session, conversation, "escalation.claimed")


def told(session: Session, conversation: Conversation, event: str) -> None:
    """Tell the webhook about a later event of the open escalation."""
    escalation = open_one(session, conversation.id)
    if escalation is not None and escalation.reason != Reason.AGENT_TOOK_OVER:
        visitor = session.get_one(Visitor, conversation.visitor_id)
        outbox.write(session, event, escalation, conversation, visitor, [], settings.escalations(session))


def open_one(session: Session, conversation_id: str) -> Escalation | None:
    """The open escalation of a conversation."""
    query = select(Escalation).where(Escalation.conversation_id == conversation_id, col(Escalation.closed_at).is_(None))
    return session.exec(query).first()


def unheard(session: Session, conversation_id: str) -> None:
    """No address came within `PATIENCE`: the team is told without one, so that nobody waits in vain."""
    conversation = conversations.locked(session, conversation_id)
    if conversation.prompt == Prompt.EMAIL:
        escalate(session, conversation, conversation.prompt_reason or Reason.REQUESTED_BY_BUTTON)


def next_in_turn(session: Session) -> str:
    """Who hears of the next escalation when round robin is on; moves nothing."""
    wanted = settings.escalations(session)
    addresses = settings.split_addresses(wanted.emails)
    turn = session.get(Turn, 1)
    return addresses[(turn.count if turn else 0) % len(addresses)] if addresses else ""


def _last_question(session: Session, conversation_id: str) -> str:
    query = select(Message.text).where(Message.conversation_id == conversation_id, Message.author == Author.VISITOR)
    return session.exec(query.order_by(col(Message.seq).desc()).limit(1)).first() or ""


def _next_in_turn(session: Session, addresses: Sequence[str]) -> str | None:
    """One UPDATE moves the rotation, inside the escalation's transaction: it moves once, or not at all."""
    if not addresses:
        return None
    if session.get(Turn, 1) is None:
        session.add(Turn())
        session.flush()
    turn = session.get_one(Turn, 1, with_for_update=True)
    turn.count += 1
    session.add(turn)
    return addresses[(turn.count - 1) % len(addresses)]
