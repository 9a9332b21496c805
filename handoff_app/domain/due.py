"""A `due_at` column is a queue: claim the earliest due rows under a lease; settle only what is still mine."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, case, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, func, or_, select, update

from handoff_app.domain import settings
from handoff_app.domain.llm import LONGEST_TIMEOUT
from handoff_app.domain.models import Conversation, Delivery, Escalation, Sent, SlackEvent, Source, now
from handoff_app.domain.prepared import Prepared

LEASE: Final = timedelta(seconds=30)
"""Longer than any deadline of the work itself: 10 s for a request, 20 s for an answer."""

MOST: Final[Mapping[str, int]] = {"email": 32, "slack": 16}
MOST_PER_ENDPOINT: Final = 16
"""How many notices a far side gets at once. All together stay below `MOST_UNDER_WAY` of the worker."""

PATIENCE: Final = timedelta(minutes=2)
"""How long the widget waits for an email address before the team is told without one."""

CLOCK_SLACK: Final = timedelta(seconds=30)

UNSEEN: Final = timedelta(minutes=1)
"""The shortest time that can be set after which a reply counts as unseen."""
NOTHING: Final[Mapping[str, int]] = {}

Row = TypeVar("Row", bound=SQLModel)


def queues(session: Session) -> frozenset[str]:
    """Which queues hold something due, by the names of the worker's loops: one look at the heads of them all."""
    (found,) = _HEADS.all(session, at=now(), unseen=now() - UNSEEN)
    return frozenset(name for name, is_due in found._asdict().items() if is_due)


def behind(session: Session) -> dict[str, float]:
    """By queue, how many seconds its earliest due row has been due; 0 where nothing is."""
    moment, found = now(), dict[str, float]()
    for name, timers in _TIMERS.items():
        earliest = [session.scalar(select(func.min(timer))) for timer in timers]
        found[name] = max([0.0, *((moment - due).total_seconds() for due in earliest if due is not None)])
    return found


def release(session: Session, owner: str) -> None:
    """A worker stops: what it claimed and did not send is due again at once, in its old place if it was never tried."""
    held = update(Delivery).where(col(Delivery.owner) == owner, col(Delivery.status) == Sent.PENDING)
    due = case((col(Delivery.attempts) == 0, col(Delivery.created_at)), else_=now())
    session.exec(held.values(owner="", due_at=due).execution_options(synchronize_session=False))


@dataclass(frozen=True)
class Claimed:
    """Deliveries that are now held, and whether others are due that had to be left."""

    rows: list[Delivery]
    left: bool


def deliveries(session: Session, owner: str, limit: int = 20, under_way: Mapping[str, int] = NOTHING) -> Claimed:
    """Due deliveries, now held by `owner` for a lease; no far side gets more than its `MOST` with those under way."""
    full = [side for side, number in under_way.items() if number >= MOST.get(side, MOST_PER_ENDPOINT)]
    wanted = {"at": now(), "full_targets": full, "full_channels": [side for side in full if side in MOST]}
    found = session.execute(_DELIVERIES, wanted | {"most": 2 * limit}).scalars().all()
    room, rows = Counter(under_way), list[Delivery]()
    for row in found:
        side = far_side(row)
        if room[side] < MOST.get(side, MOST_PER_ENDPOINT) and len(rows) < limit:
            room[side] += 1
            row.owner, row.due_at, row.set_at = owner, now() + LEASE, now()
            rows.append(row)
    return Claimed(rows, left=bool(full) or len(rows) < len(found))


def far_side(row: Delivery) -> str:
    """Who is spoken to: the one mail server, the one workspace, or an endpoint."""
    return row.channel if row.channel in MOST else row.target


def answers(session: Session, owner: str, limit: int = 8, patience: timedelta = timedelta(0)) -> Sequence[Conversation]:
    """Conversations whose visitor waits for the AI, now held by `owner` for a lease and `patience` with a model."""
    rows = _claim(session, Conversation, Conversation.answer_due_at, limit)
    for row in rows:
        row.answer_owner, row.answer_due_at = owner, now() + LEASE + patience
        row.answer_attempts += 1
    return rows


def answer_again(session: Session, claimed: Conversation, patience: timedelta) -> Conversation | None:
    """A claimed conversation with a lease from now on; None if the claim is over."""
    row = session.get_one(Conversation, claimed.id)
    if row.answer_due_at != claimed.answer_due_at:
        return None
    row.answer_due_at = now() + LEASE + patience
    return row


def prompts(session: Session, limit: int = 20) -> Sequence[Conversation]:
    """Conversations in which nobody left an address in time."""
    return _claim(session, Conversation, Conversation.prompt_due_at, limit)


def reroutes(session: Session, limit: int = 20) -> Sequence[Escalation]:
    """Escalations that nobody took in time. Not locked: whoever acts on one locks its conversation first, as all do."""
    return _look(session, Escalation, Escalation.reroute_due_at, limit)


def replies(session: Session, limit: int = 10) -> Sequence[SlackEvent]:
    """Replies from Slack to bring in, held for a lease; of each thread the earliest, for the others come after it."""
    first = _earliest(SlackEvent, SlackEvent.due_at, limit).where(~_SAID_BEFORE).with_for_update(skip_locked=True)
    rows: Sequence[SlackEvent] = session.exec(first).all()
    for row in rows:
        row.attempts, row.due_at = row.attempts + 1, now() + LEASE
    return rows


def late(session: Session, limit: int = 20) -> Sequence[Escalation]:
    """Escalations that nobody took for so long that the visitor should not wait any more. Not locked either."""
    return _look(session, Escalation, Escalation.late_due_at, limit)


def mend_clock(session: Session) -> None:
    """The clock went back since these timers were set: none may lie further ahead than it can be set."""
    moment, wanted = now(), settings.escalations(session)
    furthest: dict[Any, timedelta] = {
        Conversation.prompt_due_at: PATIENCE,
        Conversation.answer_due_at: LEASE + timedelta(seconds=LONGEST_TIMEOUT),
        Conversation.unseen_since: timedelta(0),
        Escalation.reroute_due_at: timedelta(minutes=wanted.reroute_minutes),
        Escalation.late_due_at: timedelta(minutes=wanted.late_minutes),
        SlackEvent.due_at: LEASE,
    }
    for timer, most in furthest.items():
        ahead = update(timer.class_).where(timer > moment + most + CLOCK_SLACK)
        session.exec(ahead.values({timer.key: moment}).execution_options(synchronize_session=False))


def settle_answer(session: Session, conversation_id: str, leased_until: datetime) -> None:
    """Done with this answer, unless the visitor has written again meanwhile: then the next one is due."""
    row = session.get_one(Conversation, conversation_id)
    if row.answer_due_at == leased_until:
        row.answer_due_at, row.answer_owner = None, ""


def again(session: Session, conversation_id: str, _epoch: int, leased_until: datetime) -> None:
    """This try came to nothing: the next one need not wait until the lease ends."""
    row = session.get_one(Conversation, conversation_id)
    if row.answer_due_at == leased_until:
        row.answer_due_at = now()


def _claim(session: Session, table: type[Row], due: Any, limit: int) -> Sequence[Row]:
    """The earliest due rows. SQLite's transaction holds the write lock; PostgreSQL skips what others have locked."""
    found: Sequence[Row] = session.exec(_earliest(table, due, limit).with_for_update(skip_locked=True)).all()
    return found


def _look(session: Session, table: type[Row], due: Any, limit: int) -> Sequence[Row]:
    found: Sequence[Row] = session.exec(_earliest(table, due, limit)).all()
    return found


def _earliest(table: type[Row], due: Any, limit: int) -> Any:
    return select(table).where(col(due) <= now()).order_by(col(due)).limit(limit)


def _due(column: Any, at: str = "at") -> Any:
    return exists().where(col(column) <= bindparam(at))


_EARLIER_EVENT = aliased(SlackEvent)
_SAID_BEFORE = exists().where(
    col(_EARLIER_EVENT.thread) == SlackEvent.thread,
    col(_EARLIER_EVENT.due_at).is_not(None),
    col(_EARLIER_EVENT.created_at) < SlackEvent.created_at,
)
_EARLIER = aliased(Delivery)
# What a visitor adds waits for the notice whose thread it belongs to, and for what was said before.
_BEFORE_IT = exists().where(
    col(_EARLIER.conversation_id) == Delivery.conversation_id,
    col(_EARLIER.channel) == Delivery.channel,
    col(_EARLIER.status) == Sent.PENDING,
    col(_EARLIER.created_at) < Delivery.created_at,
)
_DELIVERIES: Final = (
    select(Delivery)
    .where(col(Delivery.due_at) <= bindparam("at"))
    .where(col(Delivery.target).not_in(bindparam("full_targets", expanding=True)))
    .where(col(Delivery.channel).not_in(bindparam("full_channels", expanding=True)))
    .where(or_(col(Delivery.event) != "conversation.message", ~_BEFORE_IT))
    .order_by(col(Delivery.due_at))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TIMERS: Final[Mapping[str, Sequence[Any]]] = {
    "deliver": [Delivery.due_at],
    "answer": [Conversation.answer_due_at],
    "wait": [Conversation.prompt_due_at, Escalation.reroute_due_at, Escalation.late_due_at],
    "reply": [SlackEvent.due_at],
    "read": [Source.due_at],
}
_OTHERS: Final = {"wait": [_due(Conversation.unseen_since, "unseen")]}
_HEADS: Final = Prepared(
    select(*(or_(*map(_due, timers), *_OTHERS.get(name, ())).label(name) for name, timers in _TIMERS.items()))
)
