"""Deliveries: one row per notice and target, its body frozen in the transaction that made it happen."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import bindparam, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, func, select, update

from handoff_app import live, vault
from handoff_app.config import config
from handoff_app.domain import agents, endpoints, envelope, settings
from handoff_app.domain.envelope import Letter
from handoff_app.domain.models import (
    Attempt,
    Bounce,
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

# Standard Webhooks' schedule (spec, "Retries"): seconds until the next try, about three days in all.
SCHEDULE: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
JITTER: Final = 0.2
CLAIM: Final = "take over"
CLAIM_SECONDS: Final = 3600
CLOCK_SLACK: Final = timedelta(seconds=30)


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
    live.announce(TOPIC)
    return True


def missed(session: Session, claimed: Delivery, owner: str, tried: Tried) -> bool:
    """It did not arrive: due again by the schedule (at the earliest after `wait` seconds), or failed for good."""
    row = _held(session, claimed.id, owner)
    if row is None:
        return False
    moment, row.owner = now(), ""
    _note(session, row, tried)
    again = None if tried.permanent or row.event == "test" else retry_at(moment, row.attempts)
    if again is not None and tried.wait is not None:
        again = max(again, moment + timedelta(seconds=min(tried.wait, SCHEDULE[-1])))
        if row.channel == "slack":  # its limits are the workspace's: the others would only be told the same
            _hold(session, "slack", moment + timedelta(seconds=min(tried.wait, SCHEDULE[-1])))
    row.due_at, row.set_at = again, moment
    if again is None:
        row.status, row.done_at = Sent.FAILED, moment
    if tried.bounced and row.channel == "email":
        session.merge(Bounce(address=row.target.lower(), said=tried.answer[:200]))
        _PASSED_ON.all(session, it=row.escalation_id, to=row.target, at=moment)
    endpoint = session.get(Endpoint, row.endpoint_id) if row.endpoint_id else None
    if endpoint is not None and row.event != "test" and endpoints.struck(session, endpoint, tried.gone, row.attempts):
        write_letter(session, "endpoint.disabled", agents.admin_addresses(session), _switched_off(endpoint))
    return True


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


@dataclass(frozen=True)
class Trouble:
    """Notices that failed for good and that no admin has dismissed, or else that are tried again and again: how many,
    and what came of the last."""

    failed: int = 0
    retrying: int = 0
    last: str = ""


def trouble(session: Session) -> Trouble:
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
    live.announce(TOPIC)


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


def _note(session: Session, row: Delivery, tried: Tried) -> None:
    """Keep what a try in vain came to, on the row and as a line of its own."""
    row.attempts, row.answer, row.seconds = row.attempts + 1, tried.answer[:200], tried.seconds
    _ATTEMPT.all(session, **_attempt(row.id, tried, ok=False))
    live.announce(TOPIC)


def _attempt(id: str, tried: Tried, ok: bool) -> dict[str, Any]:
    said = {"answer": tried.answer[:200], "excerpt": tried.excerpt[:200], "seconds": tried.seconds}
    return said | {"delivery_id": id, "ok": ok, "at": now()}


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
# Built once. Each is guarded by what it expects to find.
_INSERT: Final = Prepared(insert(Delivery.__table__), Delivery.__table__.columns.keys())  # type: ignore[attr-defined]
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


def _held(session: Session, id: str, owner: str) -> Delivery | None:
    return session.exec(select(Delivery).where(Delivery.id == id, Delivery.owner == owner)).first()
