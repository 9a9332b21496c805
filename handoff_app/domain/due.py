"""A `due_at` column is a queue: claim the earliest due rows under a lease; settle only what is still mine."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, exists
from sqlmodel import Session, SQLModel, col, or_, select

from handoff_app.domain.models import Conversation, Delivery, Escalation, SlackEvent, Source, now
from handoff_app.domain.prepared import Prepared

LEASE: Final = timedelta(seconds=30)
"""Longer than any deadline of the work itself: 10 s for a request, 20 s for an answer."""

UNSEEN: Final = timedelta(minutes=1)
"""The shortest time that can be set after which a reply counts as unseen."""
NOTHING: Final[Mapping[str, int]] = {}

Row = TypeVar("Row", bound=SQLModel)


def queues(session: Session) -> frozenset[str]:
    """Which queues hold something due, by the names of the worker's loops: one look at the heads of them all."""
    (found,) = _HEADS.all(session, at=now(), unseen=now() - UNSEEN)
    return frozenset(name for name, is_due in found._asdict().items() if is_due)


@dataclass(frozen=True)
class Claimed:
    """Deliveries that are now held, and whether others are due that had to be left."""

    rows: list[Delivery]
    left: bool


def deliveries(
    session: Session, owner: str, limit: int = 20, under_way: Mapping[str, int] = NOTHING, most: int = 8
) -> Claimed:
    """Due deliveries, now held by `owner` for a lease; no target gets more than `most` at once with those under way."""
    full = [target for target, number in under_way.items() if number >= most]
    found = session.execute(_DELIVERIES, {"at": now(), "full": full, "most": 2 * limit}).scalars().all()
    room, rows = Counter(under_way), list[Delivery]()
    for row in found:
        if room[row.target] < most and len(rows) < limit:
            room[row.target] += 1
            row.owner, row.due_at, row.set_at = owner, now() + LEASE, now()
            rows.append(row)
    return Claimed(rows, left=bool(full) or len(rows) < len(found))


def answers(session: Session, owner: str, limit: int = 8, patience: timedelta = timedelta(0)) -> Sequence[Conversation]:
    """Conversations whose visitor waits for the AI, now held by `owner` for a lease and `patience` with a model."""
    rows = _claim(session, Conversation, Conversation.answer_due_at, limit)
    for row in rows:
        row.answer_owner, row.answer_due_at = owner, now() + LEASE + patience
        row.answer_attempts += 1
    return rows


def prompts(session: Session, limit: int = 20) -> Sequence[Conversation]:
    """Conversations in which nobody left an address in time."""
    return _claim(session, Conversation, Conversation.prompt_due_at, limit)


def reroutes(session: Session, limit: int = 20) -> Sequence[Escalation]:
    """Escalations that nobody took in time."""
    return _claim(session, Escalation, Escalation.reroute_due_at, limit)


def replies(session: Session, limit: int = 10) -> Sequence[SlackEvent]:
    """Replies from Slack to bring in, held for a lease."""
    rows = _claim(session, SlackEvent, SlackEvent.due_at, limit)
    for row in rows:
        row.attempts, row.due_at = row.attempts + 1, now() + LEASE
    return rows


def late(session: Session, limit: int = 20) -> Sequence[Escalation]:
    """Escalations that nobody took for so long that the visitor should not wait any more."""
    return _claim(session, Escalation, Escalation.late_due_at, limit)


def settle_answer(session: Session, conversation_id: str, leased_until: datetime) -> None:
    """Done with this answer, unless the visitor has written again meanwhile: then the next one is due."""
    row = session.get_one(Conversation, conversation_id)
    if row.answer_due_at == leased_until:
        row.answer_due_at, row.answer_owner = None, ""


def _claim(session: Session, table: type[Row], due: Any, limit: int) -> Sequence[Row]:
    """The earliest due rows. SQLite's transaction holds the write lock; PostgreSQL skips what others have locked."""
    query = select(table).where(col(due) <= now()).order_by(col(due)).limit(limit)
    return session.exec(query.with_for_update(skip_locked=True)).all()


def _due(column: Any, at: str = "at") -> Any:
    return exists().where(col(column) <= bindparam(at))


_DELIVERIES: Final = (
    select(Delivery)
    .where(col(Delivery.due_at) <= bindparam("at"), col(Delivery.target).not_in(bindparam("full", expanding=True)))
    .order_by(col(Delivery.due_at))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_HEADS: Final = Prepared(
    select(  # type: ignore[call-overload]
        _due(Delivery.due_at).label("deliver"),
        _due(Conversation.answer_due_at).label("answer"),
        or_(
            _due(Conversation.prompt_due_at),
            _due(Conversation.unseen_since, "unseen"),
            _due(Escalation.reroute_due_at),
            _due(Escalation.late_due_at),
        ).label("wait"),
        _due(SlackEvent.due_at).label("reply"),
        _due(Source.due_at).label("read"),
    )
)
