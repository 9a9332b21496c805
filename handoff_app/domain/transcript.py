"""Messages as a page shows them, and the state of the chat around them: what the widget and the thread re-read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import and_, bindparam
from sqlmodel import Session, col, select

from handoff_app import i18n
from handoff_app.domain import conversations, signals
from handoff_app.domain.models import Agent, Author, Conversation, Message, stamp
from handoff_app.domain.prepared import Prepared


@dataclass(frozen=True)
class SourceLink:
    """One source below an answer."""

    number: str
    title: str
    url: str


@dataclass(frozen=True)
class Line:
    """One message, ready to be shown; `first` begins a run of the same author."""

    seq: int
    author: str
    name: str
    text: str
    at: str
    client_id: str = ""
    confidence: str = ""
    low: bool = False
    suggestion: bool = False
    first: bool = True
    can_judge: bool = False
    sources: list[SourceLink] = field(default_factory=list)


@dataclass(frozen=True)
class Chat:
    """What changed in a chat since `after`, and how it stands."""

    id: str
    status: str
    prompt: str
    locale: str
    typing: bool
    agent: str
    agent_id: str
    hidden: bool
    unseen: int
    lines: list[Line]


def read(session: Session, conversation_id: str, after: int, for_team: bool = False) -> Chat:
    """The messages newer than `after`, and how the chat stands. Raises `conversations.NotFound`."""
    session.flush()
    found = _CHAT.all(session, id=conversation_id, after=after)
    if not found:
        raise conversations.NotFound(conversation_id)
    chat, newer = found[0], [row for row in reversed(found) if row.seq is not None]
    return Chat(
        id=conversation_id,
        status=chat.status,
        prompt=chat.prompt,
        locale=chat.locale,
        typing=chat.answer_due_at is not None,
        agent=chat.owner or "",
        agent_id=chat.owner_id or "",
        hidden=chat.hidden_from_visitor,
        unseen=chat.visitor_unread,
        lines=_for_whom(session, lines(newer, for_team), for_team),
    )


def lines(messages: Sequence[Any], for_team: bool = False) -> list[Line]:
    """Messages as lines; suggestions are for the team alone, and the team reads system lines in English."""
    shown = [m for m in messages if for_team or not m.suggestion]
    return [_line(m, before, for_team) for m, before in zip(shown, [None, *shown], strict=False)]


def earlier(session: Session, conversation_id: str, before: int, for_team: bool = False) -> list[Line]:
    """The thirty messages before `before`."""
    found = lines(conversations.messages_before(session, conversation_id, before), for_team)
    return _for_whom(session, found, for_team)


def _for_whom(session: Session, found: list[Line], for_team: bool) -> list[Line]:
    """Visitors see the sources of an answer unless an admin hides them; who may judge an answer stays as it is."""
    if for_team or not any(line.sources for line in found) or signals.known(session).show_sources:
        return found
    return [replace(line, sources=[]) for line in found]


# Columns, and built once: read at every bell by every tab. A chat without news is one row without a message.
_CHAT: Final = Prepared(
    select(  # type: ignore[call-overload]
        Conversation.status,
        Conversation.prompt,
        Conversation.locale,
        Conversation.answer_due_at,
        Conversation.owner_id,
        Conversation.hidden_from_visitor,
        Conversation.visitor_unread,
        col(Agent.name).label("owner"),
        Message.seq,
        Message.author,
        Message.name,
        Message.text,
        Message.key,
        Message.client_id,
        Message.confidence,
        Message.suggestion,
        Message.sources,
        Message.wrong,
        Message.created_at,
    )
    .join(Agent, col(Conversation.owner_id) == Agent.id, isouter=True)
    .join(
        Message,
        and_(col(Message.conversation_id) == Conversation.id, col(Message.seq) > bindparam("after")),
        isouter=True,
    )
    .where(Conversation.id == bindparam("id"))
    .order_by(col(Message.seq).desc())
    .limit(200)
)


def _line(m: Any, before: Any, for_team: bool) -> Line:
    values = {"name": m.name, "email": m.name}
    return Line(
        seq=m.seq,
        author=m.author,
        name=m.name,
        text=i18n.text(m.key, i18n.DEFAULT, **values) if m.key and for_team and m.author == Author.SYSTEM else m.text,
        at=stamp(m.created_at),
        client_id=m.client_id or "",
        confidence=f"{m.confidence:.2f}" if for_team and m.author == Author.AI and m.confidence is not None else "",
        low=(m.confidence or 0) < 0.5,
        suggestion=m.suggestion,
        first=before is None or before.author != m.author or before.name != m.name,
        can_judge=m.author == Author.AI and bool(m.sources) and not m.wrong,
        sources=[SourceLink(str(i), s["title"], s["url"]) for i, s in enumerate(m.sources, 1)],
    )
