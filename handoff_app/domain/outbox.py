"""Deliveries: one row per notice and target, its body frozen in the transaction that made it happen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from handoff_app import live, vault
from handoff_app.config import config
from handoff_app.domain import agents, endpoints, envelope, settings
from handoff_app.domain.envelope import Letter
from handoff_app.domain.models import (
    Attempt,
    Conversation,
    Delivery,
    Endpoint,
    Escalation,
    Sent,
    Visitor,
    new_id,
    now,
)
from handoff_app.domain.prepared import Prepared
from handoff_app.domain.settings import Escalations, split_addresses

TOPIC: Final = "deliveries"
CLAIM: Final = "take over"
CLAIM_SECONDS: Final = 3600
CLOCK_SLACK: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Target:
    """Where a notice goes."""

    channel: str
    address: str
    endpoint_id: str | None = None


def targets(session: Session, event: str, emails: Sequence[str], wanted: Escalations) -> list[Target]:
    """Every enabled channel and recipient of an event; Slack hears of the escalation alone."""
    found = [Target("email", address) for address in emails]
    if wanted.slack_on and event == "escalation.created":
        found.append(Target("slack", wanted.slack_channel))
    return found + [Target("webhook", e.url, e.id) for e in endpoints.subscribed(session, event)]


def write(
    session: Session,
    event: str,
    escalation: Escalation,
    conversation: Conversation,
    visitor: Visitor,
    to: Sequence[Target],
    turn: int | None = None,
) -> int:
    """One delivery per target, due at once, its body frozen. `turn` tells apart what may be told several times."""
    session.flush()
    if not to:
        return 0
    body = envelope.of(session, event, escalation, conversation, visitor)
    ids = agents.ids(session, [target.address for target in to if target.channel == "email"])
    bodies = [_for(ids.get(target.address.lower()), body, conversation) for target in to]
    about = {"escalation_id": escalation.id, "conversation_id": conversation.id}
    return _write(session, to, bodies, about | {"turn": escalation.told_times if turn is None else turn})


def was_told(session: Session, escalation_id: str, event: str) -> bool:
    """Whether notices of this event were written for it."""
    return session.exec(_told(escalation_id, event).limit(1)).first() is not None


def told_addresses(session: Session, escalation_id: str) -> frozenset[str]:
    """Who was written to about it, in lower case."""
    rows = session.exec(_told(escalation_id, "escalation.created").where(Delivery.channel == "email"))
    return frozenset(address.lower() for address in rows)


def _told(escalation_id: str, event: str) -> Any:
    return select(Delivery.target).where(Delivery.escalation_id == escalation_id, Delivery.event == event)


def write_test(session: Session, channel: str, wanted: Escalations, endpoint_id: str = endpoints.MAIN) -> int:
    """A test notice to the saved target of a channel, sent like every other. 0 if there is no target."""
    endpoint = session.get(Endpoint, endpoint_id)
    saved = {
        "email": [Target("email", address) for address in split_addresses(wanted.emails)],
        "slack": [Target("slack", wanted.slack_channel)] if wanted.has_slack_token and wanted.slack_channel else [],
        "webhook": [Target("webhook", endpoint.url, endpoint.id)] if endpoint and endpoint.url else [],
    }
    to = saved[channel]
    return _write(session, to, [envelope.test() for _ in to])


def write_letter(
    session: Session, event: str, to: Sequence[str], letter: Letter, conversation: Conversation | None = None
) -> int:
    """A mail that is no escalation notice: what it says is made here, and frozen like every notice."""
    about = {"conversation_id": conversation.id if conversation else None}
    body = envelope.letter(event, letter, about["conversation_id"])
    return _write(session, [Target("email", address) for address in to], [body] * len(to), about)


def replay(session: Session, id: str) -> bool:
    """Send a delivery again, with the same id and body, to where its endpoint is now.

    One that was switched off is tried all the same: an admin asks for it, and a success switches it on. False if the
    endpoint was removed, or if the address that it has now was told by another.
    """
    row = session.get_one(Delivery, id)
    endpoint = session.get(Endpoint, row.endpoint_id) if row.endpoint_id else None
    if row.endpoint_id and endpoint is None:
        return False
    if endpoint is not None and endpoint.url != row.target and not _moved(session, row, endpoint.url):
        return False
    row.status, row.due_at, row.set_at, row.attempts, row.done_at = Sent.PENDING, now(), now(), 0, None
    live.announce(live.WORK, TOPIC)
    return True


def _moved(session: Session, row: Delivery, url: str) -> bool:
    """Whether the notice can go to another address: not if that has been told the same already."""
    try:
        with session.begin_nested():
            row.target = url
            session.add(row)
    except IntegrityError:
        return False
    return True


def replay_failed(session: Session) -> int:
    """Replay every failed delivery whose endpoint is still there; returns how many."""
    rows = session.exec(select(Delivery).where(Delivery.status == Sent.FAILED, Delivery.event != "test")).all()
    return sum(replay(session, row.id) for row in rows)


def tidy(session: Session, before: datetime) -> int:
    """Delete what was sent before a moment, with its attempts; what failed stays. Returns how many."""
    old = select(Delivery.id).where(Delivery.status == Sent.SENT, col(Delivery.done_at) < before).limit(1000)
    ids = list(session.exec(old).all())
    session.exec(delete(Attempt).where(col(Attempt.delivery_id).in_(ids)))
    session.exec(delete(Delivery).where(col(Delivery.id).in_(ids)))
    return len(ids)


def mend_clock(session: Session) -> int:
    """The clock went back since these rows were set: keep their pause, counted from now. Returns how many."""
    moment = now()
    query = select(Delivery).where(Delivery.status == Sent.PENDING, col(Delivery.set_at) > moment + CLOCK_SLACK)
    rows = session.exec(query).all()
    for row in rows:
        pause = (row.due_at - row.set_at) if row.due_at else timedelta()
        row.due_at, row.set_at = moment + max(pause, timedelta()), moment
    return len(rows)


def last_of(session: Session, channel: str) -> Delivery | None:
    """The newest delivery of a channel."""
    query = select(Delivery).where(Delivery.channel == channel).order_by(col(Delivery.created_at).desc()).limit(1)
    return session.exec(query).first()


def last_to(session: Session, endpoint_id: str) -> Delivery | None:
    """The newest delivery to an endpoint."""
    query = select(Delivery).where(Delivery.endpoint_id == endpoint_id)
    return session.exec(query.order_by(col(Delivery.created_at).desc()).limit(1)).first()


def _write(
    session: Session, to: Sequence[Target], bodies: Sequence[dict[str, Any]], about: dict[str, Any] | None = None
) -> int:
    """The rows past the ORM, like `conversations.write`: an escalation makes several at once."""
    for target, body in zip(to, bodies, strict=True):
        _INSERT.all(session, **_row(target, body) | {"due_at": _at_the_earliest(session, target)} | (about or {}))
    if to:
        live.announce(live.WORK, TOPIC)
    return len(to)


def _row(target: Target, body: dict[str, Any]) -> dict[str, Any]:
    id, moment = new_id(), now()
    return _BLANK | {
        "id": id,
        "event": body["event"],
        "channel": target.channel,
        "target": target.address,
        "endpoint_id": target.endpoint_id,
        "body": json.dumps(body | {"delivery_id": id}, ensure_ascii=False).encode(),
        "set_at": moment,
        "created_at": moment,
    }


def _at_the_earliest(session: Session, target: Target) -> datetime:
    """At once, but for a channel that has asked for patience."""
    held = settings.get(session, f"{target.channel}_held_until")
    return max(now(), datetime.fromisoformat(held)) if held else now()


def _for(agent_id: str | None, body: dict[str, Any], conversation: Conversation) -> dict[str, Any]:
    """A mail to an agent carries a link that takes the conversation over; nobody else's notice does."""
    if agent_id is None:
        return body
    url = f"{config().base_url}/claim/{vault.signed(CLAIM, [conversation.id, agent_id, body['escalation']['id']])}"
    return body | {"conversation": body["conversation"] | {"take_over_url": url}}


_BLANK: Final[dict[str, Any]] = {
    "escalation_id": None,
    "conversation_id": None,
    "turn": 0,
    "status": Sent.PENDING,
    "attempts": 0,
    "owner": "",
    "answer": "",
    "seconds": None,
    "done_at": None,
}
_INSERT: Final = Prepared(insert(Delivery.__table__), Delivery.__table__.columns.keys())  # type: ignore[attr-defined]
