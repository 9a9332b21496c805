"""The people of the staff and their signed-in browsers. Passwords arrive here already hashed."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, select

from handoff_app import live, vault
from handoff_app.domain.models import Agent, Bounce, Role, SignIn, now
from handoff_app.domain.prepared import Prepared
from handoff_app.domain.settings import BadValue, checked_email

PREFERENCES: Final = ("away", "notify", "sound")
SIGNED_IN_FOR = timedelta(days=14)


def add(session: Session, email: str, name: str, role: Role, password_hash: str) -> Agent:
    """A new agent or admin. Raises `BadValue` if the address is taken or is none."""
    address = checked_email(email, "email").lower()
    if by_email(session, address):
        raise BadValue("email", f"{address} has an account already.")
    agent = Agent(email=address, name=name.strip() or _name_from(address), role=role, password_hash=password_hash)
    session.add(agent)
    session.flush()
    return agent


def by_email(session: Session, email: str) -> Agent | None:
    """The person with this address, whatever its case."""
    return session.exec(select(Agent).where(Agent.email == email.strip().lower())).first()


def ids(session: Session, addresses: Sequence[str]) -> dict[str, str]:
    """The ids of the active agents among these addresses, by address in lower case."""
    found = (_ACTIVE.first(session, email=address.lower()) for address in addresses)
    return {row.email: row.id for row in found if row is not None}


_ACTIVE: Final = Prepared(
    select(Agent.email, Agent.id).where(Agent.email == bindparam("email"), col(Agent.active).is_(True))
)


def any_admin(session: Session) -> bool:
    """Whether somebody can change the settings."""
    query = select(func.count()).select_from(Agent).where(Agent.role == Role.ADMIN, col(Agent.active).is_(True))
    return session.exec(query).one() > 0


def sign_in(session: Session, agent_id: str) -> str:
    """A new signed-in browser; the cookie's value is returned and only its fingerprint kept."""
    token = secrets.token_urlsafe(32)
    session.exec(delete(SignIn).where(col(SignIn.expires_at) < now()))
    session.add(SignIn(id=vault.fingerprint(token), agent_id=agent_id, expires_at=now() + SIGNED_IN_FOR))
    return token


def signed_in(session: Session, token: str) -> Agent | None:
    """Who this cookie is, if it is valid and its person is active."""
    query = select(Agent).join(SignIn, col(SignIn.agent_id) == Agent.id)
    query = query.where(SignIn.id == vault.fingerprint(token), SignIn.expires_at > now(), col(Agent.active).is_(True))
    return session.exec(query).first()


def admin_addresses(session: Session) -> list[str]:
    """Where the admins are reached."""
    query = select(Agent.email).where(Agent.role == Role.ADMIN, col(Agent.active).is_(True)).order_by(Agent.email)
    return list(session.exec(query).all())


def unreachable(session: Session, addresses: Sequence[str]) -> dict[str, str]:
    """Of these addresses, those that a notice would not reach now, each with why."""
    wanted = [address.lower() for address in addresses]
    bounced = session.exec(select(Bounce.address).where(col(Bounce.address).in_(wanted))).all()
    away = select(Agent.email).where(col(Agent.email).in_(wanted), col(Agent.away) | ~col(Agent.active))
    return dict.fromkeys(bounced, "bounced") | dict.fromkeys(session.exec(away).all(), "is away")


def bounced(session: Session, address: str) -> bool:
    """Whether a mail server has refused this address for good."""
    return session.get(Bounce, address.lower()) is not None


def prefer(session: Session, agent_id: str, name: str, on: bool) -> None:
    """One of the agent's own switches: `away`, `notify` (in the browser), `sound`."""
    if name in PREFERENCES:
        setattr(session.get_one(Agent, agent_id), name, on)


def preferences(session: Session, agent_id: str) -> dict[str, bool]:
    """The agent's own switches."""
    agent = session.get_one(Agent, agent_id)
    return {name: getattr(agent, name) for name in PREFERENCES}


def sign_out(session: Session, token: str) -> None:
    """Forget this browser."""
    session.exec(delete(SignIn).where(col(SignIn.id) == vault.fingerprint(token)))
    live.announce(live.STAFF)


def rehash(session: Session, agent_id: str, password_hash: str) -> None:
    """Keep a fresher hash of the same password."""
    session.get_one(Agent, agent_id).password_hash = password_hash


def _name_from(address: str) -> str:
    return address.partition("@")[0].replace(".", " ").title()
