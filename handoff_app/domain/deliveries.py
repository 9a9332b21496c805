"""What the page of deliveries shows: every notice, its tries, and what waits or failed."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from sqlmodel import Session, and_, col, func, select

from handoff_app.domain import inbox, search
from handoff_app.domain.models import Attempt, Conversation, Delivery, Sent, Visitor, now, stamp

WINDOW: Final = 30
_LINKS: Final = re.compile(r"(/claim/|#back=)[\w.~-]+")  # whoever reads a body needs no way into a conversation
FILTERS: Final = ("all", "failed", "retrying", "sent")
EVENTS: Final = {
    "escalation.created": "Escalation created",
    "escalation.claimed": "Escalation claimed",
    "escalation.unanswered": "Escalation unanswered",
    "conversation.resolved": "Conversation resolved",
    "conversation.message": "Visitor wrote again",
    "reply.unseen": "Reply to the visitor",
    "endpoint.disabled": "Webhook switched off",
    "test": "Test",
}


@dataclass(frozen=True)
class Shown:
    """One delivery in the table."""

    id: str
    state: str
    event: str
    channel: str
    where: str
    conversation: str
    visitor: str
    tries: int
    answer: str
    at: str
    action: str


@dataclass(frozen=True)
class Try:
    """One attempt."""

    at: str
    ok: bool
    answer: str
    excerpt: str
    took: str


@dataclass(frozen=True)
class Detail:
    """What opens below a row: the tries, and the body as it was frozen."""

    id: str
    tries: list[Try]
    body: str


def rows(session: Session, chosen: str, sought: str, skip: int = 0) -> list[Shown]:
    """A window of deliveries, the newest first."""
    query = (
        select(Delivery, Conversation, Visitor)
        .join(Conversation, col(Delivery.conversation_id) == Conversation.id, isouter=True)
        .join(Visitor, col(Conversation.visitor_id) == Visitor.id, isouter=True)
        .where(*_filter(chosen), *_search(sought))
        .order_by(col(Delivery.created_at).desc(), col(Delivery.id))
    )
    return [_shown(*row) for row in session.exec(query.offset(skip).limit(WINDOW))]


def counts(session: Session) -> dict[str, int]:
    """How many deliveries each filter holds."""
    return {
        name: session.exec(select(func.count()).select_from(Delivery).where(*_filter(name))).one() for name in FILTERS
    }


def detail(session: Session, id: str) -> Detail:
    """The tries of one delivery, oldest first, and its body."""
    row = session.get_one(Delivery, id)
    tries = session.exec(select(Attempt).where(Attempt.delivery_id == id).order_by(col(Attempt.id)).limit(50))
    return Detail(id, [_try(one) for one in tries], _LINKS.sub(r"\1…", row.body.decode())[:4000])


def oldest_pending(session: Session) -> float:
    """Seconds since the oldest notice that has not arrived was written; 0 if all have."""
    query = select(func.min(Delivery.created_at)).where(Delivery.status == Sent.PENDING)
    found: datetime | str | None = session.exec(query).one()
    if found is None:
        return 0.0
    moment = datetime.fromisoformat(found) if isinstance(found, str) else found
    return max(0.0, (now() - (moment if moment.tzinfo else moment.replace(tzinfo=now().tzinfo))).total_seconds())


def age(seconds: float) -> str:
    """In words that fit a tile: 40 s, 12 min, 3 h, 2 d."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _filter(chosen: str) -> list[Any]:
    retrying = and_(col(Delivery.status) == Sent.PENDING, col(Delivery.attempts) > 0)
    wanted = {"failed": Delivery.status == Sent.FAILED, "sent": Delivery.status == Sent.SENT, "retrying": retrying}
    return [wanted[chosen]] if chosen in wanted else []


def _search(typed: str) -> list[Any]:
    if not typed.strip():
        return []
    return [search.holding(typed, Delivery.target, Delivery.id, Visitor.email, Visitor.name)]


def _shown(row: Delivery, conversation: Conversation | None, visitor: Visitor | None) -> Shown:
    state = {Sent.SENT: "Sent", Sent.FAILED: "Failed"}.get(row.status, "Retrying" if row.attempts else "Sending")
    moment = row.done_at or row.created_at
    at = stamp(moment)
    if state == "Retrying" and row.due_at:
        at = f"next {stamp(row.due_at)}"
    took = f", {_took(row.seconds)}" if row.seconds is not None and row.attempts else ""
    return Shown(
        id=row.id,
        state=state,
        event=EVENTS.get(row.event, row.event),
        channel=row.channel,
        where=(urlsplit(row.target).hostname or row.target) if row.channel == "webhook" else row.target,
        conversation=conversation.id if conversation else "",
        visitor=inbox.visitor_name(visitor) if visitor else "",
        tries=row.attempts,
        answer=row.answer + took if row.answer else "",
        at=at,
        action={"Failed": "Replay", "Retrying": "Try now"}.get(state, ""),
    )


def _try(one: Attempt) -> Try:
    return Try(stamp(one.at), one.ok, one.answer, one.excerpt, _took(one.seconds))


def _took(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
