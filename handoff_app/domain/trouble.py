"""What the team must know of the channels: notices that do not arrive, until an admin has read it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from handoff_app import live
from handoff_app.domain import outbox, settings
from handoff_app.domain.models import Delivery, Sent, now
from handoff_app.domain.prepared import Prepared


@dataclass(frozen=True)
class Trouble:
    """Notices that failed for good and that no admin has dismissed, or else that are tried again and again: how many,
    and what came of the last."""

    failed: int = 0
    retrying: int = 0
    last: str = ""


def of(session: Session) -> Trouble:
    """What the team must know of. A test that fails says so where it was sent."""
    since = settings.get(session, "failures_dismissed")
    found = _FAILED.first(session, since=datetime.fromisoformat(since) if since else datetime.fromtimestamp(0, UTC))
    if found:
        return Trouble(failed=found.number, last=_by_channel(found))
    waiting = _RETRYING.first(session)
    return Trouble(retrying=waiting.number, last=_by_channel(waiting)) if waiting else Trouble()


def _by_channel(row: Any) -> str:
    name = row.channel.title()
    return str(row.answer) if row.answer.startswith(name) else f"{name}: {row.answer}"


def dismiss(session: Session) -> None:
    """An admin knows of every failure so far; they stay in the list, and can be sent again."""
    settings.put(session, "failures_dismissed", now().isoformat())
    live.announce(outbox.TOPIC)


_NUMBERED: Final = select(func.count().over().label("number"), Delivery.channel, Delivery.answer).where(
    Delivery.event != "test"
)
_FAILED: Final = Prepared(
    _NUMBERED.where(Delivery.status == Sent.FAILED, col(Delivery.done_at) > bindparam("since"))
    .order_by(col(Delivery.done_at).desc())
    .limit(1)
)
_RETRYING: Final = Prepared(  # the first retry comes after seconds; what fails then too is worth a word
    _NUMBERED.where(Delivery.status == Sent.PENDING, Delivery.attempts > 1)
    .order_by(col(Delivery.set_at).desc())
    .limit(1)
)
