"""What comes of a try: the delivery is sent, due again by the schedule, or failed for good."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, delete, select, update

from handoff_app import live
from handoff_app.config import config
from handoff_app.domain import agents, endpoints, outbox, settings
from handoff_app.domain.envelope import Letter
from handoff_app.domain.models import Attempt, Bounce, Conversation, Delivery, Endpoint, Escalation, Sent, now
from handoff_app.domain.prepared import Prepared

# Standard Webhooks' schedule (spec, "Retries"): seconds until the next try, about three days in all.
SCHEDULE: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
JITTER: Final = 0.2


@dataclass(frozen=True)
class Tried:
    """What one try came to. `wait` is in seconds, as the other side asked; `gone` is its 410; `bounced` its no."""

    answer: str
    seconds: float = 0.0
    excerpt: str = ""
    thread: str = ""
    wait: float | None = None
    permanent: bool = False
    gone: bool = False
    bounced: bool = False


def retry_at(moment: datetime, attempts: int, seed: float | None = None) -> datetime | None:
    """When to try again after `attempts` failures, with ±20 % jitter; None when the schedule is used up."""
    if attempts > len(SCHEDULE):
        return None
    spread = 1 + JITTER * (2 * (random.random() if seed is None else seed) - 1)
    return moment + timedelta(seconds=SCHEDULE[attempts - 1] * spread)


def sent(session: Session, row: Delivery, owner: str, tried: Tried) -> bool:
    """The other side said yes. False if another worker has the row meanwhile.

    Past the ORM like `conversations.write`, for the same reason: this runs for every notice.
    """
    said = {"now": now(), "said": tried.answer[:200], "took": tried.seconds}
    if _SENT.first(session, it=row.id, mine=owner, **said) is None:
        return False
    _ATTEMPT.all(session, **_attempt(row.id, tried, ok=True))
    if tried.thread and row.conversation_id:
        _THREAD.all(session, it=row.conversation_id, ts=tried.thread)
    if row.endpoint_id:
        _RECOVERED.all(session, it=row.endpoint_id)
    if row.channel == "slack" and settings.get(session, "slack_held_until"):
        settings.put(session, "slack_held_until", None)
    if row.channel == "email":
        _ARRIVES.all(session, it=row.target.lower())
    live.announce(outbox.TOPIC)
    return True


def missed(session: Session, claimed: Delivery, owner: str, tried: Tried) -> bool:
    """It did not arrive: due again by the schedule (at the earliest after `wait` seconds), or failed for good."""
    row = _held(session, claimed.id, owner)
    if row is None:
        return False
    moment = now()
    _note(session, row, tried)
    row.owner, row.due_at, row.set_at = "", _again(session, row, tried, moment), moment
    if row.due_at is None:
        row.status, row.done_at = Sent.FAILED, moment
    if tried.bounced and row.channel == "email":
        session.merge(Bounce(address=row.target.lower(), said=tried.answer[:200]))
        _PASSED_ON.all(session, it=row.escalation_id, to=row.target, at=moment)
    if row.endpoint_id and row.event != "test":
        _strike(session, row, tried)
    return True


def _again(session: Session, row: Delivery, tried: Tried, moment: datetime) -> datetime | None:
    """When it is due again, if it is."""
    if tried.permanent or row.event == "test":
        return None
    by_schedule = retry_at(moment, row.attempts)
    if by_schedule is None or tried.wait is None:
        return by_schedule
    asked = moment + timedelta(seconds=min(tried.wait, SCHEDULE[-1]))
    if row.channel == "slack":  # its limits are the workspace's: the others would only be told the same
        _hold(session, "slack", asked)
    return max(by_schedule, asked)


def _strike(session: Session, row: Delivery, tried: Tried) -> None:
    """One more failure of an endpoint; the admins hear when it is switched off for it."""
    endpoint = session.get(Endpoint, row.endpoint_id)
    if endpoint is not None and endpoints.struck(session, endpoint, tried.gone, row.attempts):
        outbox.write_letter(session, "endpoint.disabled", agents.admin_addresses(session), _switched_off(endpoint))


def _hold(session: Session, channel: str, until: datetime) -> None:
    """Nothing by this channel before then, and nothing that comes meanwhile; what is under way keeps its lease."""
    settings.put(session, f"{channel}_held_until", until.isoformat())
    session.exec(
        update(Delivery)
        .where(col(Delivery.channel) == channel, col(Delivery.status) == Sent.PENDING, col(Delivery.owner) == "")
        .where(col(Delivery.due_at) < until)
        .values(due_at=until, set_at=now())
        .execution_options(synchronize_session=False)
    )


def _held(session: Session, id: str, owner: str) -> Delivery | None:
    return session.exec(select(Delivery).where(Delivery.id == id, Delivery.owner == owner)).first()


def _note(session: Session, row: Delivery, tried: Tried) -> None:
    """Keep what a try in vain came to, on the row and as a line of its own."""
    row.attempts, row.answer, row.seconds = row.attempts + 1, tried.answer[:200], tried.seconds
    _ATTEMPT.all(session, **_attempt(row.id, tried, ok=False))
    live.announce(outbox.TOPIC)


def _attempt(id: str, tried: Tried, ok: bool) -> dict[str, Any]:
    said = {"answer": tried.answer[:200], "excerpt": tried.excerpt[:200], "seconds": tried.seconds}
    return said | {"delivery_id": id, "ok": ok, "at": now()}


def _switched_off(endpoint: Endpoint) -> Letter:
    host = urlsplit(endpoint.url).hostname or endpoint.url
    return Letter(
        subject=f"Webhook {host} is switched off",
        lines=(
            f"{endpoint.disabled_why} Nothing more is sent to {endpoint.url}.",
            "What could not be delivered is kept. Mend the endpoint, switch it on again, then replay.",
        ),
        button="Open notifications",
        url=f"{config().base_url}/settings/notifications",
    )


# Built once. Each is guarded by what it expects to find.
_SENT: Final = Prepared(
    update(Delivery.__table__)  # type: ignore[attr-defined]
    .where(col(Delivery.id) == bindparam("it"), col(Delivery.owner) == bindparam("mine"))
    .values(
        status=Sent.SENT,
        due_at=None,
        owner="",
        done_at=bindparam("now"),
        attempts=Delivery.attempts + 1,
        answer=bindparam("said"),
        seconds=bindparam("took"),
    )
    .returning(col(Delivery.id))
)
_ATTEMPT: Final = Prepared(
    insert(Attempt.__table__),  # type: ignore[attr-defined]
    ["delivery_id", "ok", "answer", "excerpt", "seconds", "at"],
)
_THREAD: Final = Prepared(
    update(Conversation.__table__)  # type: ignore[attr-defined]
    .where(col(Conversation.id) == bindparam("it"), col(Conversation.slack_thread) == "")
    .values(slack_thread=bindparam("ts"))
)
_RECOVERED: Final = Prepared(
    update(Endpoint.__table__)  # type: ignore[attr-defined]
    .where(col(Endpoint.id) == bindparam("it"), col(Endpoint.failing_since).is_not(None))
    .values(failing_since=None, disabled_at=None, disabled_why="")
)
_PASSED_ON: Final = Prepared(  # whose turn it was cannot be reached: the next one hears of it now
    update(Escalation.__table__)  # type: ignore[attr-defined]
    .where(col(Escalation.id) == bindparam("it"), col(Escalation.assigned_to) == bindparam("to"))
    .where(col(Escalation.claimed_at).is_(None), col(Escalation.closed_at).is_(None))
    .values(reroute_due_at=bindparam("at"))
)
_ARRIVES: Final = Prepared(
    delete(Bounce.__table__).where(col(Bounce.address) == bindparam("it"))  # type: ignore[attr-defined]
)
