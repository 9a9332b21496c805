"""The inbox list: a window of conversations with what an agent must know before opening one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import case
from sqlmodel import Session, col, func, or_, select

from handoff_app.domain import escalations, outbox
from handoff_app.domain.models import (
    Agent,
    Author,
    Conversation,
    Delivery,
    Escalation,
    Message,
    Reason,
    Sent,
    Status,
    Visitor,
)

WINDOW: Final = 50
FILTERS: Final = ("waiting", "mine", "ai", "resolved", "all")
REASONS: Final = {
    Reason.ASKED_FOR_HUMAN: "Asked for a human",
    Reason.LOW_CONFIDENCE: "AI was not sure",
    Reason.REQUESTED_BY_BUTTON: "Pressed the button",
    Reason.AI_FAILED: "AI failed",
    Reason.AGENT_TOOK_OVER: "Agent took over",
}
_GROUPS: Final = {
    Status.WAITING: (0, "Waiting, longest first"),
    Status.WITH_AGENT: (1, "Live"),
    Status.WITH_AI: (2, "With the AI"),
    Status.RESOLVED: (3, "Resolved"),
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
    owner: str
    status: str
    notices: list[dict[str, str]]
    earlier: list[dict[str, str]]


def rows(session: Session, agent_id: str, chosen: str, search: str, now: datetime) -> list[Row]:
    """The conversations of a filter: waiting ones first and longest first, then the newest."""
    query = select(Conversation, Visitor, Agent.name).join(Visitor, col(Conversation.visitor_id) == Visitor.id)
    query = query.join(Agent, col(Conversation.owner_id) == Agent.id, isouter=True).where(Conversation.last_seq > 0)
    query = query.where(*_filter(agent_id, chosen), *_search(search))
    found = session.exec(query.order_by(_rank(), col(Conversation.updated_at).desc()).limit(WINDOW)).all()
    opened = _open_escalations(session, [c.id for c, _, _ in found])
    made = [_row(c, v, owner, opened.get(c.id), now) for c, v, owner in found]
    made.sort(key=lambda row: _GROUPS[Status(row.status)][0])
    waiting = sorted((r for r in made if r.status == Status.WAITING), key=lambda r: -_minutes(r.wait))
    return _grouped(waiting + [r for r in made if r.status != Status.WAITING])


def counts(session: Session, agent_id: str) -> dict[str, int]:
    """How many conversations each filter holds."""
    query = select(Conversation.status, func.count()).where(Conversation.last_seq > 0).group_by(Conversation.status)
    by_status: dict[str, int] = {str(status): number for status, number in session.exec(query)}
    mine = select(func.count()).select_from(Conversation).where(*_filter(agent_id, "mine"))
    return {
        "waiting": by_status.get(Status.WAITING, 0),
        "mine": session.exec(mine).one(),
        "ai": by_status.get(Status.WITH_AI, 0),
        "resolved": by_status.get(Status.RESOLVED, 0),
        "all": sum(by_status.values()),
    }


def card(session: Session, conversation_id: str) -> Card:
    """The panel beside the thread."""
    row = session.get_one(Conversation, conversation_id)
    visitor = session.get_one(Visitor, row.visitor_id)
    owner = session.get(Agent, row.owner_id) if row.owner_id else None
    escalation = escalations.open_one(session, row.id)
    past = select(Conversation).where(
        Conversation.visitor_id == row.visitor_id, Conversation.id != row.id, Conversation.last_seq > 0
    )
    return Card(
        name=visitor_name(visitor),
        initial=visitor_name(visitor)[0].upper(),
        email=visitor.email,
        page=row.page_url,
        language=row.locale,
        since=visitor.created_at.strftime("%d %b %Y"),
        reason=REASONS[escalation.reason] if escalation else "",
        assigned=(escalation.assigned_to or "") if escalation else "",
        owner=owner.name if owner else "",
        status=row.status,
        notices=[_notice(d) for d in outbox.of_conversation(session, row.id)],
        earlier=[
            {"id": c.id, "text": c.last_text, "at": c.updated_at.strftime("%d %b")}
            for c in session.exec(past.order_by(col(Conversation.updated_at).desc()).limit(5))
        ],
    )


def visitor_name(visitor: Visitor) -> str:
    """Name, else address, else the start of the id."""
    return visitor.name or visitor.email or f"Visitor {visitor.id[:4].upper()}"


def _filter(agent_id: str, chosen: str) -> list[Any]:
    by_status = {"waiting": Status.WAITING, "ai": Status.WITH_AI, "resolved": Status.RESOLVED}
    if chosen == "mine":
        return [Conversation.owner_id == agent_id, Conversation.status == Status.WITH_AGENT]
    return [Conversation.status == by_status[chosen]] if chosen in by_status else []


def _search(typed: str) -> list[Any]:
    if not typed.strip():
        return []
    sought = typed.strip()[:100].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{sought}%"
    said = select(Message.conversation_id).where(col(Message.text).ilike(like, escape="\\"))
    named = col(Visitor.email).ilike(like, escape="\\") | col(Visitor.name).ilike(like, escape="\\")
    return [or_(named, col(Conversation.id).in_(said))]


def _rank() -> Any:
    order = {status: place for status, (place, _) in _GROUPS.items()}
    return case(order, value=Conversation.status, else_=9)


def _open_escalations(session: Session, ids: list[str]) -> dict[str, Escalation]:
    query = select(Escalation).where(col(Escalation.conversation_id).in_(ids), col(Escalation.closed_at).is_(None))
    return {e.conversation_id: e for e in session.exec(query)}


def _row(c: Conversation, v: Visitor, owner: str | None, escalation: Escalation | None, now: datetime) -> Row:
    waiting = c.status == Status.WAITING and escalation is not None
    minutes = int((now - escalation.created_at).total_seconds() // 60) if waiting and escalation else 0
    whose = {Author.AGENT: f"{owner or 'Team'}: ", Author.AI: "AI: "}.get(Author(c.last_author), "")
    return Row(
        id=c.id,
        name=visitor_name(v),
        initial=visitor_name(v)[0].upper(),
        preview=whose + c.last_text[:120],
        time=c.updated_at.strftime("%H:%M") if c.updated_at.date() == now.date() else c.updated_at.strftime("%d %b"),
        status=c.status,
        reason=REASONS[escalation.reason] if waiting and escalation else "",
        owner=owner or "",
        owner_initial=(owner or " ")[0].upper().strip(),
        unread=c.unread if c.status != Status.WITH_AI else 0,
        wait=f"{minutes} min" if waiting else "",
        wait_level=0 if minutes < 5 else 1 if minutes < 15 else 2,
    )


def _minutes(wait: str) -> int:
    return int(wait.partition(" ")[0] or 0)


def _grouped(made: list[Row]) -> list[Row]:
    """The first row of each group carries its heading."""
    seen: set[str] = set()
    result = []
    for row in made:
        if row.status not in seen:
            seen.add(row.status)
            number = sum(1 for other in made if other.status == row.status)
            row = replace(row, group=_GROUPS[Status(row.status)][1], group_count=number)
        result.append(row)
    return result


def _notice(d: Delivery) -> dict[str, str]:
    state = {Sent.SENT: "Sent", Sent.FAILED: "Failed"}.get(d.status, "Sending" if not d.attempts else "Retrying")
    where = f"{d.channel.title()}, {d.target}" if d.channel != "webhook" else d.target.split("/")[2]
    return {
        "channel": d.channel,
        "where": where,
        "state": state,
        "tone": {"Sent": "ok", "Failed": "bad"}.get(state, "warn"),
    }
