"""Who is signed in: the cookie of the handshake, looked up in the database, remembered for at most five seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from time import monotonic
from typing import Final
from urllib.parse import quote

from sqlmodel import Session

from handoff_app.config import config
from handoff_app.db import read
from handoff_app.domain import agents
from handoff_app.domain.models import Role

REMEMBERED_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Person:
    """A signed-in member of the staff."""

    id: str
    name: str
    email: str
    role: Role

    @property
    def is_admin(self) -> bool:
        """Whether settings are theirs to change."""
        return self.role == Role.ADMIN


_known: dict[str, tuple[float, Person | None]] = {}


def cookie_name() -> str:
    """`__Host-` binds the cookie to HTTPS and this host; plain HTTP cannot carry that prefix."""
    return "__Host-handoff" if config().secure else "handoff"


def way_in(path: str) -> str:
    """Where whoever must sign in is sent, and from there back to `path`."""
    return f"/login?next={quote(path)}"


def token_of(headers: Mapping[str, str]) -> str:
    """The session cookie's value in a request's or handshake's headers, or an empty string."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(cookie_name())
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def who(token: str) -> Person | None:
    """The person of this cookie. A person switched off or signed out elsewhere is gone within five seconds."""
    if not token:
        return None
    known = _known.get(token)
    if known is not None and monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    person = await read(_person, token)
    if len(_known) > 1000:
        _known.clear()
    _known[token] = (monotonic(), person)
    return person


def forget(token: str) -> None:
    """Look this cookie up again at its next use."""
    _known.pop(token, None)


def _person(session: Session, token: str) -> Person | None:
    agent = agents.signed_in(session, token)
    return Person(agent.id, agent.name, agent.email, agent.role) if agent else None
