"""The inbox list: a window of conversations with what an agent must know before opening one."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam
from sqlmodel import Session, col, func, or_, select

from handoff_app import i18n
from handoff_app.domain import search
from handoff_app.domain.models import (
    Agent,
    Author,
    Conversation,
    Delivery,
    Escalation,
    Message,
    Prompt,
    Reason,
    Sent,
    Status,
    Visitor,
    stamp,
)
from handoff_app.domain.prepared import Prepared

WINDOW: Final = 50
Tally = dict[tuple[str, str], int]
FILTERS: Final = ("waiting", "mine", "ai", "resolved", "all")
REASONS: Final = {
    Reason.ASKED_FOR_HUMAN: "Asked for a human",
    Reason.LOW_CONFIDENCE: "AI was not sure",
    Reason.REQUESTED_BY_BUTTON: "Pressed the button",
    Reason.AI_FAILED: "AI failed",
    Reason.AGENT_TOOK_OVER: "Agent took over",
}
ASKING: Final = "Wants a human, no address yet"
_GROUPS: Final = {
    Status.WAITING: "Waiting, longest first",
    Status.WITH_AGENT: "Live",
    Status.WITH_AI: "With the AI",
    Status.RESOLVED: "Resolved",
}


@dataclass(frozen=True)
class Row:
    """One conversation in the list. `wait_level` is 0 (fine), 1 (from 5 minutes) or 2 (from 15)."""

    id: str
    name: str
    initial: str
    preview: str
    time: str
    status: str
    reason: str
    owner: str
    owner_initial: str
    unread: int
    wait: str = ""
    wait_level: int = 0
    group: str = ""
    group_count: int = 0


@dataclass(frozen=True)
class Card:
    """Who the visitor is and why a human: the panel beside the thread."""

    name: str
    initial: str
    email: str
    page: str
    language: str
    since: str
    reason: str
    assigned: str
    why: str
    owner: str
    status: str
    unread: int
    notices: list[dict[str, str]]
    earlier: list[dict[str, str]]
    deleted: bool = False  # by the visitor, who does not see it any more


def rows(session: Session, chosen: str, search: str, owner_id: str, now: datetime) -> list[Row]:
    """The conversations of a filter: waiting ones longest first, then the newest. `owner_id` is for `mine`."""
    made: list[Row] = []
    for status in _BY_FILTER[chosen]:
        if len(made) >= WINDOW:
            break
        query = _WINDOWS[status].where(*_search(search)) if search.strip() else _WINDOWS[status]
        if chosen == "mine":
            query = query.where(Conversation.owner_id == owner_id)
        found = session.connection().execute(query).all()[: WINDOW - len(made)]
        made += [_row(row, now, at_head=n == 0) for n, row in enumerate(found)]
    return _counted(made)


def tally(session: Session) -> Tally:
    """How many conversations there are of each status and owner (empty: nobody's)."""
    return {(row.status, row.owner_id or ""): row.number for row in session.connection().execute(_TALLY)}


def newest(session: Session) -> str:
    """When the last of the requests came that nobody has taken yet; empty if there is none."""
    found = _NEWEST.first(session)
    return found.created_at.isoformat() if found else ""


def counts(tally: Tally, agent_id: str) -> dict[str, int]:
    """How many conversations each filter holds for this agent."""
    by_status: Counter[str] = Counter()
    for (status, _), number in tally.items():
        by_status[status] += number
    return {
        "waiting": by_status[Status.WAITING],
        "mine": tally.get((Status.WITH_AGENT, agent_id), 0),
        "ai": by_status[Status.WITH_AI],
        "resolved": by_status[Status.RESOLVED],
        "all": by_status.total(),
    }


def card(session: Session, conversation_id: str) -> Card:
    """The panel beside the thread. Raises `NoResultFound`."""
    of, connection = {"of": conversation_id}, session.connection()
    row = connection.execute(_CARD, of).one()
    name = row.name or row.email or _nameless(row.visitor_id)
    return Card(
        name=name,
        initial=name[0].upper(),
        email=row.email,
        page=row.page_url,
        language=i18n.language(row.locale),
        since=stamp(row.created_at),
        reason=REASONS[row.reason] if row.reason else "",
        assigned=row.assigned_to or "",
        why=row.assigned_why or "",
        owner=row.owner or "",
        status=row.status,
        unread=row.unread,
        notices=[_notice(d) for d in connection.execute(_NOTICES, of)],
        earlier=[
            {"id": c.id, "text": c.last_text, "at": stamp(c.updated_at)}
            for c in connection.execute(_EARLIER, of | {"visitor": row.visitor_id})
        ],
        deleted=row.hidden_from_visitor,
    )


def visitor_name(visitor: Visitor) -> str:
    """Name, else address, else the start of the id."""
    return visitor.name or visitor.email or _nameless(visitor.id)


def _nameless(visitor_id: str) -> str:
    return f"Visitor {visitor_id[:4].upper()}"


def _search(typed: str) -> list[Any]:
    if not typed.strip():
        return []
    said = select(Message.conversation_id).where(search.holding(typed, Message.text))
    return [or_(search.holding(typed, Visitor.email, Visitor.name), col(Conversation.id).in_(said))]


_OPEN: Final = and_(col(Escalation.conversation_id) == Conversation.id, col(Escalation.closed_at).is_(None))


# Columns, and built once: the panel is read at most bells of its conversation.
_CARD: Final = (
    select(  # type: ignore[call-overload]
        Conversation.visitor_id,
        Conversation.page_url,
        Conversation.locale,
        Conversation.status,
        Conversation.unread,
        Conversation.hidden_from_visitor,
        Visitor.name,
        Visitor.email,
        Visitor.created_at,
        col(Agent.name).label("owner"),
        Escalation.reason,
        Escalation.assigned_to,
        Escalation.assigned_why,
    )
    .join(Visitor, col(Conversation.visitor_id) == Visitor.id)
    .join(Agent, col(Conversation.owner_id) == Agent.id, isouter=True)
    .join(Escalation, _OPEN, isouter=True)
    .where(Conversation.id == bindparam("of"))
)
_NOTICES: Final = (
    select(Delivery.channel, Delivery.target, Delivery.status, Delivery.attempts)
    .where(Delivery.conversation_id == bindparam("of"))
    .order_by(col(Delivery.created_at))
    .limit(20)
)
_EARLIER: Final = (
    select(Conversation.id, Conversation.last_text, Conversation.updated_at)
    .where(
        Conversation.visitor_id == bindparam("visitor"), Conversation.id != bindparam("of"), Conversation.last_seq > 0
    )
    .order_by(col(Conversation.updated_at).desc())
    .limit(5)
)


def _window(status: Status) -> Any:
    """One status, newest first; those who wait, longest first. Columns, not rows: the list is read at every bell."""
    query = (
        select(  # type: ignore[call-overload]
            Conversation.id,
            Conversation.status,
            Conversation.prompt,
            Conversation.unread,
            Conversation.last_text,
            Conversation.last_author,
            Conversation.updated_at,
            col(Visitor.id).label("visitor_id"),
            col(Visitor.name).label("visitor_name"),
            col(Visitor.email).label("visitor_email"),
            col(Agent.name).label("owner"),
            col(Escalation.reason).label("reason"),
            col(Escalation.created_at).label("asked_at"),
        )
        .join(Visitor, col(Conversation.visitor_id) == Visitor.id)
        .join(Agent, col(Conversation.owner_id) == Agent.id, isouter=True)
        .join(Escalation, _OPEN, isouter=True)
        .where(Conversation.status == status, Conversation.last_seq > 0)
        .limit(WINDOW)
    )
    newest = col(Conversation.updated_at).desc()
    return query.order_by(col(Escalation.created_at), newest) if status is Status.WAITING else query.order_by(newest)


_WINDOWS: Final = {status: _window(status) for status in Status}
_NEWEST: Final = Prepared(
    select(Escalation.created_at)
    .where(col(Escalation.closed_at).is_(None), col(Escalation.claimed_at).is_(None))
    .order_by(col(Escalation.created_at).desc())
    .limit(1)
)
_TALLY: Final = (
    select(Conversation.status, Conversation.owner_id, func.count().label("number"))
    .where(Conversation.last_seq > 0)
    .group_by(Conversation.status, col(Conversation.owner_id))
)
_BY_FILTER: Final = {
    "waiting": (Status.WAITING,),
    "mine": (Status.WITH_AGENT,),
    "ai": (Status.WITH_AI,),
    "resolved": (Status.RESOLVED,),
    "all": (Status.WAITING, Status.WITH_AGENT, Status.WITH_AI, Status.RESOLVED),
}


def _is_asking(row: Any) -> bool:
    """Wants a human, and is asked for an address first: the team is told in a moment, and may come before that."""
    return row.prompt == Prompt.EMAIL and row.status in (Status.WITH_AI, Status.RESOLVED)


def _row(row: Any, now: datetime, at_head: bool) -> Row:
    waiting = row.status == Status.WAITING and row.asked_at is not None
    minutes = int((now - row.asked_at).total_seconds() // 60) if waiting else 0
    name = row.visitor_name or row.visitor_email or _nameless(row.visitor_id)
    whose = f"{row.owner or 'Team'}: " if row.last_author == Author.AGENT else ""
    return Row(
        id=row.id,
        name=name,
        initial=name[0].upper(),
        preview=whose + row.last_text[:120],
        time=stamp(row.updated_at),
        status=row.status,
        reason=REASONS[row.reason] if waiting else ASKING if _is_asking(row) else "",
        owner=row.owner or "",
        owner_initial=(row.owner or "")[:1].upper(),
        unread=row.unread if row.status != Status.WITH_AI else 0,
        wait=f"{minutes} min" if waiting else "",
        wait_level=0 if minutes < 5 else 1 if minutes < 15 else 2,
        group=_GROUPS[row.status] if at_head else "",
    )


def _counted(made: list[Row]) -> list[Row]:
    """The first row of each group carries how many are shown."""
    shown = Counter(row.status for row in made)
    return [replace(row, group_count=shown[row.status]) if row.group else row for row in made]


def _notice(d: Any) -> dict[str, str]:
    state = {Sent.SENT: "Sent", Sent.FAILED: "Failed"}.get(d.status, "Sending" if not d.attempts else "Retrying")
    where = f"{d.channel.title()}, {d.target}" if d.channel != "webhook" else d.target.split("/")[2]
    return {
        "channel": d.channel,
        "where": where,
        "state": state,
        "tone": {"Sent": "ok", "Failed": "bad"}.get(state, "warn"),
    }
