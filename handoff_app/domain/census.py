"""How many conversations, requests and notices stand where, and how far the worker is behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col, func

from handoff_app.domain import due
from handoff_app.domain.models import CHANNELS, Conversation, Delivery, Escalation, Reason, Sent, Status


@dataclass(frozen=True)
class Census:
    """Numbers only, nothing of what anybody wrote. What has never been is 0. Notices that arrived go after 30 days."""

    conversations: dict[str, int]  # by status
    messages: int
    escalations: dict[str, int]  # by reason
    notices: dict[tuple[str, str], int]  # by channel and status
    behind: dict[str, float]  # by queue, in seconds


def taken(session: Session) -> Census:
    """As it is now."""
    return Census(
        conversations=_numbered(session, Status, Conversation.status),
        messages=session.scalar(select(func.sum(col(Conversation.last_seq)))) or 0,
        escalations=_numbered(session, Reason, Escalation.reason),
        notices=_numbered(session, product(CHANNELS, Sent), Delivery.channel, Delivery.status),
        behind=due.behind(session),
    )


def _numbered(session: Session, kinds: Iterable[Any], *by: Any) -> dict[Any, int]:
    found = session.execute(select(*by, func.count()).group_by(*by)).all()
    return dict.fromkeys(kinds, 0) | {tuple(kind) if kind[1:] else kind[0]: number for *kind, number in found}
