"""What a notice says: the envelope of the contract, about an escalation or a test, and letters in plain words."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from handoff_app.config import config
from handoff_app.domain.models import Conversation, Escalation, Message, Visitor, new_id, now, stamp
from handoff_app.domain.prepared import Prepared

MOST_MESSAGES: Final = 100


@dataclass(frozen=True)
class Letter:
    """A mail in plain words: a subject, paragraphs, one button, and the messages below it."""

    subject: str
    lines: tuple[str, ...]
    button: str = ""
    url: str = ""
    foot: str = ""
    locale: str = "en"
    messages: tuple[dict[str, str], ...] = ()


def of(
    session: Session, event: str, escalation: Escalation, conversation: Conversation, visitor: Visitor
) -> dict[str, Any]:
    """The notice as the contract fixes it, but for `delivery_id`, which each row adds."""
    return {
        "event": event,
        "delivery_id": "",
        "timestamp": stamp(now()),
        "escalation": {
            "id": escalation.id,
            "reason": escalation.reason,
            "created_at": stamp(escalation.created_at),
            "assigned_to": escalation.assigned_to,
        },
        "conversation": {
            "id": conversation.id,
            "url": f"{config().base_url}/inbox/{conversation.id}",
            "status": conversation.status,
            "locale": conversation.locale,
            "page_url": conversation.page_url,
            "started_at": stamp(conversation.created_at),
        },
        "visitor": {"id": visitor.id, "email": visitor.email or None, "name": visitor.name or None, "verified": False},
        "messages": _transcript(session, conversation.id),
    }


def test() -> dict[str, Any]:
    """A notice about nobody, of the same shape."""
    moment, id = stamp(now()), new_id()
    said = "This is a test from Handoff. Nobody is waiting."
    return {
        "event": "test",
        "delivery_id": "",
        "timestamp": moment,
        "escalation": {"id": id, "reason": "asked_for_human", "created_at": moment, "assigned_to": None},
        "conversation": {
            "id": id,
            "url": f"{config().base_url}/inbox",
            "status": "waiting",
            "locale": "en",
            "page_url": config().base_url,
            "started_at": moment,
        },
        "visitor": {"id": id, "email": "vera@example.com", "name": "Vera (test)", "verified": False},
        "messages": [{"id": id, "author": "visitor", "text": said, "created_at": moment}],
    }


def letter(event: str, said: Letter, conversation_id: str | None = None) -> dict[str, Any]:
    """A mail that is no notice about an escalation, in the same frame."""
    about = {"conversation": {"id": conversation_id}} if conversation_id else {}
    return {"event": event, "delivery_id": "", "timestamp": stamp(now()), "letter": asdict(said)} | about


def _transcript(session: Session, conversation_id: str) -> list[dict[str, str]]:
    rows = _LATEST.all(session, of=conversation_id)
    return [{"id": m.id, "author": m.author, "text": m.text, "created_at": stamp(m.created_at)} for m in rows[::-1]]


# Built once: it runs for every escalation.
_LATEST: Final = Prepared(
    select(Message.id, Message.author, Message.text, Message.created_at)
    .where(Message.conversation_id == bindparam("of"), col(Message.suggestion).is_(False))
    .order_by(col(Message.seq).desc())
    .limit(MOST_MESSAGES)
)
