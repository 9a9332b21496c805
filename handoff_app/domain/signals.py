"""When a human is offered or brought to a visitor who has not asked: what admins set, and what a refusal puts off."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from handoff_app import i18n
from handoff_app.domain import settings
from handoff_app.domain.models import Author, Message
from handoff_app.domain.settings import BadValue

MOST_TOPICS: Final = 100
LONGEST_TOPIC: Final = 80
QUIET_FOR: Final = 3
"""For so many of a visitor's messages after a refusal nothing is offered, unless they ask."""


class Response(StrEnum):
    """What a signal leads to."""

    OFF = "off"  # nothing of its own
    OFFER = "offer"  # the visitor is asked whether to bring somebody
    ESCALATE = "escalate"  # somebody is brought


@dataclass(frozen=True)
class Signals:
    """The card "When to bring a human". `topics` are words and phrases; `on_topic` holds for all of them."""

    anger: Response = Response.OFFER
    repetition: Response = Response.OFFER
    two_unsure: Response = Response.OFFER
    topics: tuple[str, ...] = ()
    on_topic: Response = Response.OFFER
    show_sources: bool = True

    def response(self, heard: Iterable[str]) -> Response:
        """The strongest that one of these signals leads to. Who seems to want a human is offered one, always."""
        leads = {
            "hint": Response.OFFER,
            "anger": self.anger,
            "repetition": self.repetition,
            "two_unsure": self.two_unsure,
            "topic": self.on_topic,
        }
        found = {leads[signal] for signal in heard}
        return next((each for each in (Response.ESCALATE, Response.OFFER) if each in found), Response.OFF)


def known(session: Session) -> Signals:
    """What is saved, or the defaults."""
    saved: dict[str, Any] = settings.get(session, "signals") or {}
    own: dict[str, Any] = {name: Response(saved[name]) for name in _RESPONSES if name in saved}
    return Signals(**saved | own | {"topics": tuple(saved.get("topics", ()))})


def save(session: Session, wanted: Signals) -> Signals:
    """Save all of it or nothing; empty and repeated topics are left out. Raises `BadValue`."""
    topics = {" ".join(topic.split()).casefold(): " ".join(topic.split()) for topic in wanted.topics if topic.strip()}
    for topic in topics.values():
        if len(topic) > LONGEST_TOPIC:
            raise BadValue("topics", f"“{topic[:30]}…” is longer than {LONGEST_TOPIC} characters.")
        if not any(sign.isalnum() for sign in topic):
            raise BadValue("topics", f"“{topic}” has no letter or digit that could be found in a message.")
    if len(topics) > MOST_TOPICS:
        raise BadValue("topics", f"{MOST_TOPICS} topics are the most; this list has {len(topics)}.")
    settings.put(session, "signals", asdict(wanted) | {"topics": list(topics.values())})
    return known(session)


def declined_lately(session: Session, conversation_id: str) -> bool:
    """Whether the visitor pressed `No, thanks` no more than `QUIET_FOR` messages ago."""
    said: int | None = session.connection().execute(_SAID_SINCE, {"of": conversation_id}).scalar()
    return said is not None and said <= QUIET_FOR


_RESPONSES: Final = ("anger", "repetition", "two_unsure", "on_topic")
_DECLINED: Final = (
    select(func.max(Message.seq))
    .where(Message.conversation_id == bindparam("of"), Message.key == i18n.key("offer.declined"))
    .scalar_subquery()
)
_SAID_SINCE: Final = (
    select(func.count())
    .where(Message.conversation_id == bindparam("of"), Message.author == Author.VISITOR)
    .where(col(Message.seq) > _DECLINED)
    .having(_DECLINED.is_not(None))
)
