"""Why visitors escalate: the latest escalations and the counts of their reasons."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from sqlalchemy import Text, cast, exists
from sqlmodel import Session, col, func, select

from handoff_app.domain.inbox import REASONS, visitor_name
from handoff_app.domain.models import Author, Conversation, Escalation, Message, Reason, Visitor, stamp


@dataclass(frozen=True)
class Bar:
    """One reason of the chart; `percent` is its share of the largest."""

    label: str
    count: int
    percent: int
    bad: bool


@dataclass(frozen=True)
class Asked:
    """One escalation in the list."""

    conversation_id: str
    reason: str
    question: str
    page: str
    visitor: str
    at: str
    answered: str
    by: str


@dataclass(frozen=True)
class Insights:
    """The page `/insights`."""

    conversations: int
    escalations: int
    by_ai: str
    median_wait: str
    bars: list[Bar]
    asked: list[Asked]


def read(session: Session, now: datetime, days: int = 30) -> Insights:
    """The last `days` days."""
    since = now - timedelta(days=days)
    rows = session.exec(
        select(Escalation, Visitor)
        .join(Conversation, col(Escalation.conversation_id) == Conversation.id)
        .join(Visitor, col(Conversation.visitor_id) == Visitor.id)
        .where(Escalation.created_at >= since)
        .order_by(col(Escalation.created_at).desc())
    ).all()
    since_then = (Conversation.created_at >= since, Conversation.last_seq > 0)
    chats = session.exec(select(func.count()).select_from(Conversation).where(*since_then)).one()
    alone = session.exec(
        select(func.count()).select_from(Conversation).where(*since_then, _ANSWERED, ~_ESCALATED)
    ).one()
    wanted = [e for e, _ in rows if e.reason != Reason.AGENT_TOOK_OVER]  # nobody waited for who came unasked
    waits = [(e.claimed_at - e.created_at).total_seconds() for e in wanted if e.claimed_at]
    return Insights(
        conversations=chats,
        escalations=len(wanted),
        by_ai=f"{100 * alone / chats:.0f} %" if chats else "–",
        median_wait=span(median(waits)) if waits else "–",
        bars=_bars([e for e, _ in rows]),
        asked=[_asked(session, e, v) for e, v in rows[:50]],
    )


# The AI said what stands in an article. "I could not find anything" is no answer, though nobody was asked for.
_ANSWERED: Final = exists().where(
    col(Message.conversation_id) == Conversation.id,
    col(Message.author) == Author.AI,
    col(Message.suggestion).is_(False),
    cast(col(Message.sources), Text) != "[]",
)
_ESCALATED: Final = exists().where(col(Escalation.conversation_id) == Conversation.id)


def span(seconds: float) -> str:
    """A duration as people say it."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} m"
    return f"{minutes} m {rest} s" if minutes else f"{rest} s"


def _bars(escalations: list[Escalation]) -> list[Bar]:
    counted = {reason: sum(1 for e in escalations if e.reason == reason) for reason in REASONS}
    most = max(counted.values(), default=0) or 1
    ordered = sorted(counted.items(), key=lambda pair: -pair[1])
    return [Bar(REASONS[r], n, round(100 * n / most), r == "ai_failed") for r, n in ordered]


def _asked(session: Session, e: Escalation, v: Visitor) -> Asked:
    first_answer = session.exec(
        select(Message.created_at)
        .where(
            Message.conversation_id == e.conversation_id, Message.author == "agent", Message.created_at >= e.created_at
        )
        .order_by(Message.seq)  # type: ignore[arg-type]
        .limit(1)
    ).first()
    return Asked(
        conversation_id=e.conversation_id,
        reason=REASONS[e.reason],
        question=e.question[:160] or "No question yet",
        page=e.page_url,
        visitor=visitor_name(v),
        at=stamp(e.created_at),
        answered=span((first_answer - e.created_at).total_seconds()) if first_answer else "",
        by=e.claimed_by or "",
    )
