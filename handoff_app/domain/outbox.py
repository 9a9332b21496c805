"""Deliveries: one row per notice and target, its body frozen in the transaction that made it happen."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, func, select

from handoff_app import live
from handoff_app.config import config
from handoff_app.domain.models import Conversation, Delivery, Escalation, Message, Sent, Visitor, new_id, now
from handoff_app.domain.settings import Escalations, split_addresses

TOPIC: Final = "deliveries"
MOST_MESSAGES: Final = 100

# Standard Webhooks' schedule (spec, "Retries"): seconds until the next try, about three days in all.
SCHEDULE: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
JITTER: Final = 0.2


def write(
    session: Session,
    event: str,
    escalation: Escalation,
    conversation: Conversation,
    visitor: Visitor,
    emails: Sequence[str],
    wanted: Escalations,
) -> list[Delivery]:
    """One delivery per enabled channel and recipient, due at once. Later events than the first go to the webhook."""
    session.flush()
    targets = [("email", address) for address in emails]
    if wanted.slack_on and event == "escalation.created":
        targets.append(("slack", wanted.slack_channel))
    if wanted.webhook_on:
        targets.append(("webhook", wanted.webhook_url))
    body = envelope(session, event, escalation, conversation, visitor)
    return [_row(session, event, channel, target, body, escalation, conversation) for channel, target in targets]


def write_test(session: Session, channel: str, wanted: Escalations) -> list[Delivery]:
    """A test notice to the saved target of a channel, sent like every other. Empty if there is no target."""
    saved = {
        "email": split_addresses(wanted.emails),
        "slack": [wanted.slack_channel] if wanted.has_slack_token and wanted.slack_channel else [],
        "webhook": [wanted.webhook_url] if wanted.webhook_url else [],
    }
    return [_row(session, "test", channel, target, _test_envelope()) for target in saved[channel]]


def envelope(
    session: Session, event: str, escalation: Escalation, conversation: Conversation, visitor: Visitor
) -> dict[str, Any]:
    """The notice as the contract fixes it, but for `delivery_id`, which each row adds."""
    return {
        "event": event,
        "delivery_id": "",
        "timestamp": stamp(now()),
        "escalation": {
            "id": escalation.id,
            "reason": escalation.reason,
            "created_at": stamp(escalation.created_at),
            "assigned_to": escalation.assigned_to,
        },
        "conversation": {
            "id": conversation.id,
            "url": f"{config().base_url}/inbox/{conversation.id}",
            "status": conversation.status,
            "locale": conversation.locale,
            "page_url": conversation.page_url,
            "started_at": stamp(conversation.created_at),
        },
        "visitor": {"id": visitor.id, "email": visitor.email or None, "name": visitor.name or None, "verified": False},
        "messages": _transcript(session, conversation.id),
    }


def retry_at(moment: datetime, attempts: int, seed: float | None = None) -> datetime | None:
    """When to try again after `attempts` failures, with ±20 % jitter; None when the schedule is used up."""
    if attempts > len(SCHEDULE):
        return None
    spread = 1 + JITTER * (2 * (random.random() if seed is None else seed) - 1)
    return moment + timedelta(seconds=SCHEDULE[attempts - 1] * spread)


def sent(session: Session, id: str, owner: str, answer: str, seconds: float, thread: str = "") -> bool:
    """The other side said yes. False if another worker has the row meanwhile."""
    row = _held(session, id, owner)
    if row is None:
        return False
    row.status, row.due_at, row.owner, row.done_at = Sent.SENT, None, "", now()
    row.attempts, row.answer, row.seconds = row.attempts + 1, answer[:200], seconds
    conversation = session.get(Conversation, row.conversation_id) if thread and row.conversation_id else None
    if conversation is not None and not conversation.slack_thread:
        conversation.slack_thread = thread
    live.announce(TOPIC)
    return True


def missed(
    session: Session, id: str, owner: str, answer: str, permanent: bool = False, wait: float | None = None
) -> bool:
    """It did not arrive: due again by the schedule (at the earliest after `wait` seconds), or failed for good."""
    row = _held(session, id, owner)
    if row is None:
        return False
    row.attempts, row.answer, row.owner = row.attempts + 1, answer[:200], ""
    moment = now()
    again = None if permanent or row.event == "test" else retry_at(moment, row.attempts)
    if again is not None and wait is not None:
        again = max(again, moment + timedelta(seconds=min(wait, SCHEDULE[-1])))
    row.due_at = again
    if again is None:
        row.status, row.done_at = Sent.FAILED, moment
    live.announce(TOPIC)
    return True


def replay(session: Session, id: str) -> None:
    """Send a failed or finished delivery again, with the same id and body."""
    row = session.get_one(Delivery, id)
    row.status, row.due_at, row.attempts, row.done_at = Sent.PENDING, now(), 0, None
    live.announce(live.WORK, TOPIC)


def latest(session: Session, limit: int = 50) -> Sequence[Delivery]:
    """The newest deliveries."""
    return session.exec(select(Delivery).order_by(col(Delivery.created_at).desc()).limit(limit)).all()


def last_of(session: Session, channel: str) -> Delivery | None:
    """The newest delivery of a channel."""
    query = select(Delivery).where(Delivery.channel == channel).order_by(col(Delivery.created_at).desc()).limit(1)
    return session.exec(query).first()


def of_conversation(session: Session, conversation_id: str) -> Sequence[Delivery]:
    """The notices about one conversation, oldest first."""
    query = select(Delivery).where(Delivery.conversation_id == conversation_id)
    return session.exec(query.order_by(col(Delivery.created_at)).limit(20)).all()


def failures(session: Session) -> int:
    """How many deliveries have failed for good."""
    query = select(func.count()).select_from(Delivery).where(Delivery.status == Sent.FAILED)
    return int(session.exec(query).one())


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(
    session: Session,
    event: str,
    channel: str,
    target: str,
    body: dict[str, Any],
    escalation: Escalation | None = None,
    conversation: Conversation | None = None,
) -> Delivery:
    id = new_id()
    row = Delivery(
        id=id,
        escalation_id=escalation.id if escalation else None,
        conversation_id=conversation.id if conversation else None,
        event=event,
        channel=channel,
        target=target,
        body=json.dumps(body | {"delivery_id": id}, ensure_ascii=False).encode(),
        due_at=now(),
    )
    session.add(row)
    live.announce(live.WORK, TOPIC)
    return row


def _transcript(session: Session, conversation_id: str) -> list[dict[str, str]]:
    query = select(Message).where(Message.conversation_id == conversation_id, col(Message.suggestion).is_(False))
    rows = session.exec(query.order_by(col(Message.seq).desc()).limit(MOST_MESSAGES)).all()
    return [{"id": m.id, "author": m.author, "text": m.text, "created_at": stamp(m.created_at)} for m in rows[::-1]]


def _test_envelope() -> dict[str, Any]:
    moment, id = stamp(now()), new_id()
    said = "This is a test from Handoff. Nobody is waiting."
    return {
        "event": "test",
        "delivery_id": "",
        "timestamp": moment,
        "escalation": {"id": id, "reason": "asked_for_human", "created_at": moment, "assigned_to": None},
        "conversation": {
            "id": id,
            "url": f"{config().base_url}/inbox",
            "status": "waiting",
            "locale": "en",
            "page_url": config().base_url,
            "started_at": moment,
        },
        "visitor": {"id": id, "email": "vera@example.com", "name": "Vera (test)", "verified": False},
        "messages": [{"id": id, "author": "visitor", "text": said, "created_at": moment}],
    }


def _held(session: Session, id: str, owner: str) -> Delivery | None:
    return session.exec(select(Delivery).where(Delivery.id == id, Delivery.owner == owner)).first()
