"""Endpoints: the addresses of the owner's systems that hear of events, each with its own secret."""

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from handoff_app import vault
from handoff_app.domain.models import Delivery, Endpoint, Sent, now
from handoff_app.domain.prepared import Prepared
from handoff_app.domain.settings import BOTH_SIGN_FOR, EVENTS, BadValue

MAIN: Final = "main"
MOST: Final = 20
PATIENCE: Final = timedelta(days=5)
"""An endpoint that only failed for so long is switched off (Svix does the same after 120 hours)."""

ATTEMPTS: Final = 3


def every(session: Session) -> Sequence[Endpoint]:
    """All endpoints with an address, the main one first."""
    query = select(Endpoint).where(Endpoint.url != "").order_by(col(Endpoint.id) != MAIN, col(Endpoint.created_at))
    return session.exec(query).all()


_ACTIVE: Final = Prepared(
    select(Endpoint.id, Endpoint.url, Endpoint.events)
    .where(Endpoint.url != "", col(Endpoint.paused).is_(False), col(Endpoint.disabled_at).is_(None))
    .order_by(col(Endpoint.id) != MAIN, col(Endpoint.created_at))
)


def subscribed(session: Session, event: str) -> list[Any]:
    """The `id` and `url` of those that want to hear of an event and are neither paused nor switched off.

    Should two of them have one address, it hears once.
    """
    wanted = [e for e in _ACTIVE.all(session) if event in e.events]
    return list({e.url: e for e in reversed(wanted)}.values())[::-1]


def save(session: Session, id: str, url: str, events: Sequence[str]) -> Endpoint:
    """Add (an unknown id) or change an endpoint. Raises `BadValue`; the page has checked where the address leads."""
    others = [e for e in every(session) if e.id != id]
    if not url.strip():
        raise BadValue("url", "Add the address to call.")
    if any(e.url == url.strip() for e in others):
        raise BadValue("url", "This address is on the list already.")
    if not set(events) & set(EVENTS):
        raise BadValue("events", "Choose at least one event.")
    if len(others) >= MOST:
        raise BadValue("url", f"{MOST} endpoints are the most.")
    endpoint = session.get(Endpoint, id) or Endpoint(id=id)
    if endpoint.url != url.strip():
        recovered(endpoint)
    endpoint.url = url.strip()
    endpoint.events = [event for event in EVENTS if event in events]
    session.add(endpoint)
    return endpoint


def new_secret(session: Session, id: str) -> str:
    """A fresh signing secret, told this once; the one before signs beside it for a day."""
    endpoint, fresh = session.get_one(Endpoint, id), "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    if endpoint.secret:
        endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now() + BOTH_SIGN_FOR
    endpoint.secret = vault.seal(fresh)
    session.add(endpoint)
    return fresh


def keys(session: Session, id: str) -> list[str]:
    """The opened secrets that sign now, the newest first; for the worker alone. None if the endpoint is gone."""
    endpoint = _SECRETS.first(session, id=id)
    if endpoint is None:
        return []
    sealed = [endpoint.secret]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now():
        sealed.append(endpoint.old_secret)
    return [vault.open_sealed(secret) for secret in sealed if secret]


_SECRETS: Final = Prepared(
    select(Endpoint.secret, Endpoint.old_secret, Endpoint.old_secret_until).where(Endpoint.id == bindparam("id"))
)


def resume(session: Session, id: str) -> None:
    """Switch on again what was paused, or switched off for failing."""
    endpoint = session.get_one(Endpoint, id)
    recovered(endpoint)
    endpoint.paused = False
    session.add(endpoint)


def pause(session: Session, id: str) -> None:
    """Nothing new is written for it; what is on its way still goes out."""
    session.get_one(Endpoint, id).paused = True


def remove(session: Session, id: str) -> None:
    """Forget the endpoint; its pending deliveries end as failed and stay to be seen."""
    give_up(session, id, "The endpoint was removed.")
    session.delete(session.get_one(Endpoint, id))


def recovered(endpoint: Endpoint) -> None:
    """It works, or deserves another chance."""
    endpoint.failing_since, endpoint.disabled_at, endpoint.disabled_why = None, None, ""


def struck(session: Session, endpoint: Endpoint, gone: bool, attempts: int) -> bool:
    """A delivery failed. True if that switches the endpoint off: it said 410, or failed for `PATIENCE` on end.

    A notice that was tried less than `ATTEMPTS` times does not decide it: perhaps there was none for days.
    """
    moment = now()
    endpoint.failing_since = endpoint.failing_since or moment
    for_long = moment - endpoint.failing_since >= PATIENCE and attempts >= ATTEMPTS
    if endpoint.disabled_at is not None or not (gone or for_long):
        return False
    endpoint.disabled_at = moment
    endpoint.disabled_why = "It answered 410 Gone." if gone else "It failed for five days."
    give_up(session, endpoint.id, "The endpoint was switched off.")
    return True


def disabled(session: Session) -> list[str]:
    """The addresses that were switched off, for the banner."""
    return [e.url for e in every(session) if e.disabled_at is not None]


def give_up(session: Session, id: str, why: str) -> None:
    """End what is still on its way to it."""
    session.exec(
        update(Delivery)
        .where(col(Delivery.endpoint_id) == id, col(Delivery.status) == Sent.PENDING)
        .values(status=Sent.FAILED, due_at=None, owner="", answer=why, done_at=now())
        .execution_options(synchronize_session="fetch")
    )
