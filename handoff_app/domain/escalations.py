"""A visitor asks for a human: once, in one transaction, with its reason, its notices and a line for the visitor."""

from collections.abc import Sequence, Set
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from handoff_app import i18n
from handoff_app.domain import agents, conversations, due, gaps, outbox, settings, slack_team
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
from handoff_app.domain.prepared import Prepared


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
    conversation.prompt_due_at = now() + due.PATIENCE
    session.add(conversation)
    conversations.announce(conversation.id)
    return None


def leave_email(session: Session, conversation: Conversation, typed: str) -> Escalation | None:
    """Keep the address that was asked for, and tell the team. Raises `settings.BadValue`; twice is once.

    It is for the visitor whose conversation this is. Whoever came by a link in a mail has no say in where mails go.
    """
    address = settings.checked_email(typed, "email")
    if conversation.prompt != Prompt.EMAIL:
        return open_one(session, conversation.id)
    visitor = session.get_one(Visitor, conversation.visitor_id)
    visitor.email = address
    session.add(visitor)
    standing = open_one(session, conversation.id)
    if standing is not None:  # the team knows already; this address is for the answer that comes later
        conversations.quiet(conversation)
        conversations.system_line(session, conversation, i18n.key("escalation.confirmation.email"), email=visitor.email)
        return standing
    return escalate(session, conversation, conversation.prompt_reason or Reason.REQUESTED_BY_BUTTON)


def decline(session: Session, conversation: Conversation) -> None:
    """The visitor does not want a human after all."""
    if conversation.prompt == Prompt.NONE:
        return
    conversations.quiet(conversation)
    if conversation.status == Status.WAITING:  # an address was asked for, and the visitor gives none
        conversations.announce(conversation.id)
        return
    declined(session, conversation)


def declined(session: Session, conversation: Conversation) -> None:
    """Tell the visitor that it goes on without a human."""
    conversations.system_line(session, conversation, i18n.key("offer.declined"))


def escalate(session: Session, conversation: Conversation, reason: Reason) -> Escalation:
    """Write the escalation, its deliveries with frozen bodies, and the visitor's line; once while it is open."""
    standing = open_one(session, conversation.id)
    if standing is not None:
        return standing
    visitor = session.get_one(Visitor, conversation.visitor_id)
    wanted = settings.escalations(session)
    escalation = Escalation(
        conversation_id=conversation.id,
        reason=reason,
        question=_last_question(session, conversation.id),
        page_url=conversation.page_url,
    )
    session.add(escalation)
    recipients = _recipients(session, escalation, wanted)
    _set_timers(escalation, wanted)
    conversation.status = Status.WAITING
    conversation.owner_epoch += 1
    conversations.quiet(conversation)
    conversations.system_line(session, conversation, i18n.key("escalation.confirmation"))
    if visitor.email:
        conversations.system_line(session, conversation, i18n.key("escalation.confirmation.email"), email=visitor.email)
    to = outbox.targets(session, "escalation.created", recipients, wanted)
    outbox.write(session, "escalation.created", escalation, conversation, visitor, to)
    gaps.note(session, conversation.id, "escalated", skip=1 if reason == Reason.ASKED_FOR_HUMAN else 0)
    return escalation


def reroute(session: Session, escalation: Escalation) -> None:
    """Nobody took it in time: the next in turn hears of it, and the endpoints that it is unanswered.

    An address that the mail server refuses is passed over at once, which says nothing about the team yet.
    """
    conversation = conversations.locked(session, escalation.conversation_id)
    session.refresh(escalation)
    if escalation.reroute_due_at is None or escalation.reroute_due_at > now():
        return  # another worker was first
    escalation.reroute_due_at = None
    if conversation.status != Status.WAITING or escalation.closed_at is not None:
        return
    wanted = settings.escalations(session)
    visitor = session.get_one(Visitor, conversation.visitor_id)
    refused = escalation.assigned_to is not None and agents.bounced(session, escalation.assigned_to)
    if not refused and not outbox.was_told(session, escalation.id, "escalation.unanswered"):
        to = outbox.targets(session, "escalation.unanswered", [], wanted)
        outbox.write(session, "escalation.unanswered", escalation, conversation, visitor, to)
    if to := _others_in_turn(session, escalation, wanted):
        escalation.told_times += 1
        outbox.write(session, "escalation.created", escalation, conversation, visitor, to)
        if wanted.reroute_minutes:
            escalation.reroute_due_at = now() + timedelta(minutes=wanted.reroute_minutes)
    elif refused and wanted.reroute_minutes:
        escalation.reroute_due_at = now() + timedelta(minutes=wanted.reroute_minutes)
    conversations.announce(conversation.id)


def late(session: Session, escalation: Escalation) -> None:
    """Nobody took it for long: tell the visitor, in their language, that the answer will come by email."""
    conversation = conversations.locked(session, escalation.conversation_id)
    session.refresh(escalation)
    if escalation.late_due_at is None or escalation.late_due_at > now():
        return
    escalation.late_due_at = None
    if conversation.status != Status.WAITING or escalation.closed_at is not None:
        return
    visitor = session.get_one(Visitor, conversation.visitor_id)
    if visitor.email:
        conversations.system_line(session, conversation, i18n.key("escalation.late.email"), email=visitor.email)
        return
    conversations.system_line(session, conversation, i18n.key("escalation.late"))
    conversation.prompt = Prompt.EMAIL


def claimed(session: Session, conversation: Conversation, by: str) -> None:
    """Note who took it. An agent who is there before anybody was told makes an escalation that nobody is told of."""
    escalation = open_one(session, conversation.id)
    was_told = escalation is not None and escalation.reason != Reason.AGENT_TOOK_OVER
    if escalation is None:
        asked = conversation.prompt == Prompt.EMAIL
        escalation = Escalation(
            conversation_id=conversation.id,
            reason=(asked and conversation.prompt_reason) or Reason.AGENT_TOOK_OVER,
            question=_last_question(session, conversation.id),
            page_url=conversation.page_url,
        )
    if escalation.claimed_at is None:
        escalation.claimed_at, escalation.claimed_by = now(), by
    escalation.reroute_due_at, escalation.late_due_at = None, None
    session.add(escalation)
    session.flush()
    if was_told:
        told(session, conversation, "escalation.claimed")


def follow_up(session: Session, conversation_id: str) -> None:
    """The visitor wrote again: Slack hears of it in its thread while it waits, and later if answers come from there."""
    if not slack_team.notified(session):  # asked for every message of a live chat: one read, no more
        return
    wanted, team = settings.escalations(session), slack_team.known(session)
    escalation = open_one(session, conversation_id)
    if escalation is None or (escalation.claimed_at is not None and not team.two_way):
        return
    conversation = conversations.locked(session, conversation_id)
    visitor = session.get_one(Visitor, conversation.visitor_id)
    to = [outbox.Target("slack", wanted.slack_channel)]
    outbox.write(session, "conversation.message", escalation, conversation, visitor, to, conversation.last_seq)


def told(session: Session, conversation: Conversation, event: str) -> None:
    """Tell the webhook about a later event of the latest escalation, which may be closed: `turn` tells two apart."""
    escalation: Escalation | None = session.execute(_LATEST, {"of": conversation.id}).scalar()
    if escalation is not None:
        visitor = session.get_one(Visitor, conversation.visitor_id)
        to = outbox.targets(session, event, [], settings.escalations(session))
        session.refresh(conversation)
        outbox.write(session, event, escalation, conversation, visitor, to, conversation.last_seq)


def open_one(session: Session, conversation_id: str) -> Escalation | None:
    """The open escalation of a conversation."""
    found: Escalation | None = session.execute(_OPEN, {"of": conversation_id}).scalar()
    return found


def unheard(session: Session, conversation_id: str) -> None:
    """No address came within `due.PATIENCE`: the team is told without one, so that nobody waits in vain."""
    conversation = conversations.locked(session, conversation_id)
    if conversation.prompt == Prompt.EMAIL:
        escalate(session, conversation, conversation.prompt_reason or Reason.REQUESTED_BY_BUTTON)


def nobody_is_told(session: Session) -> bool:
    """Whether visitors may ask for a human while no channel is on: then only an open inbox shows it."""
    wanted = settings.escalations(session)
    addresses = settings.split_addresses(wanted.emails) if wanted.email_on else []
    return wanted.enabled and not outbox.targets(session, "escalation.created", addresses, wanted)


def next_in_turn(session: Session) -> str:
    """Who hears of the next escalation when round robin is on; moves nothing."""
    addresses = settings.split_addresses(settings.escalations(session).emails)
    turn = session.get(Turn, 1) or Turn()
    reachable = _reachable(session, addresses)[0]
    return next((address for address in _from(turn, addresses) if address in reachable), "")


def _recipients(session: Session, escalation: Escalation, wanted: settings.Escalations) -> list[str]:
    """Everyone on the list, or with round robin the next in turn, and why."""
    addresses = settings.split_addresses(wanted.emails) if wanted.email_on else []
    if not wanted.round_robin or not addresses:
        return addresses
    escalation.assigned_to, escalation.assigned_why = _next_in_turn(session, addresses)
    return [escalation.assigned_to]


def _others_in_turn(session: Session, escalation: Escalation, wanted: settings.Escalations) -> list[outbox.Target]:
    """With round robin the next who has not heard of it yet, if there is one."""
    addresses = settings.split_addresses(wanted.emails) if wanted.email_on and wanted.round_robin else []
    told = outbox.told_addresses(session, escalation.id)
    if all(address.lower() in told for address in addresses):
        return []
    escalation.assigned_to, escalation.assigned_why = _next_in_turn(session, addresses, told)
    return [outbox.Target("email", escalation.assigned_to)]


def _set_timers(escalation: Escalation, wanted: settings.Escalations) -> None:
    if wanted.reroute_minutes:
        escalation.reroute_due_at = now() + timedelta(minutes=wanted.reroute_minutes)
    if wanted.late_minutes:
        escalation.late_due_at = now() + timedelta(minutes=wanted.late_minutes)


def _last_question(session: Session, conversation_id: str) -> str:
    found = _QUESTION.first(session, of=conversation_id)
    return found.text if found else ""


_OPEN: Final = select(Escalation).where(
    Escalation.conversation_id == bindparam("of"), col(Escalation.closed_at).is_(None)
)
_LATEST: Final = (
    select(Escalation)
    .where(Escalation.conversation_id == bindparam("of"))
    .order_by(col(Escalation.created_at).desc())
    .limit(1)
)
_QUESTION: Final = Prepared(
    select(Message.text)
    .where(Message.conversation_id == bindparam("of"), Message.author == Author.VISITOR)
    .order_by(col(Message.seq).desc())
    .limit(1)
)


def _next_in_turn(session: Session, addresses: Sequence[str], told: Set[str] = frozenset()) -> tuple[str, str]:
    """One UPDATE moves the rotation, inside the escalation's transaction: it moves once, or not at all.

    Of those who were not `told` yet; away or not, somebody is chosen.
    """
    reachable, skipped = _reachable(session, [address for address in addresses if address.lower() not in told])
    if session.get(Turn, 1) is None:
        _first_turn(session)
    turn = session.get_one(Turn, 1, with_for_update=True)
    chosen, before = next(address for address in _from(turn, addresses) if address in reachable), turn.last
    turn.place, turn.last = list(addresses).index(chosen), chosen
    why = f"next in turn after {before}" if before else "first in turn"
    left_out = ", ".join(f"{address} {reason}" for address, reason in skipped.items())
    return chosen, f"{why} ({left_out})" if left_out else why


def _from(turn: Turn, addresses: Sequence[str]) -> list[str]:
    """The list from where the turn stands: after the last who was told, or at the place that one had."""
    start = addresses.index(turn.last) + 1 if turn.last in addresses else turn.place
    return [addresses[(start + step) % len(addresses)] for step in range(len(addresses))]


def _first_turn(session: Session) -> None:
    """Make the only row; on a database with several writers another may have made it a moment ago."""
    try:
        with session.begin_nested():
            session.add(Turn())
    except IntegrityError:
        return


def _reachable(session: Session, addresses: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The addresses that can be told now, and the others with why; if nobody can, everybody counts."""
    skipped = agents.unreachable(session, addresses)
    found = [address for address in addresses if address.lower() not in skipped]
    return (found, skipped) if found else (list(addresses), {})
