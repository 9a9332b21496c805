"""What agents have answered before, to be suggested again: only what holds nothing that belongs to one visitor."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, func, select

from handoff_app.domain.models import Agent, Author, Conversation, Escalation, Message, Visitor

MOST: Final = 500  # replies, and conversations in which they are sought
SHORTEST: Final = 20  # characters of a reply that can help again
ASKED: Final = 3  # of the visitor's messages before it, for the last one may only ask for a human

_PERSONAL: Final = re.compile(
    r"""
    \w@\w                                            # an email address
    | \+?\d(?:[\s()/.-]*\d){6,}                      # a phone number, an account, a date
    | \#\s*\w*\d{3}                                  # an order number, by its sign
    | \d{5}                                          # or by its length, and a postal code
    | \b(?=[\w-]{0,40}[^\W\d_])(?=(?:[\w-]{0,40}?\d){3}) # letters and three digits: a code
    | https?://\S*[?=\#]                             # an address made for one reader
    """,
    re.VERBOSE,
)
# A name that was never given as one: "Hi Vera," and "Thanks, Vera." by the shape, in most languages; "Dear Ms Lind" by
# the word; "See you, Vera!" at the end. That "Vielen Dank," goes with them does no harm.
_GREETED: Final = re.compile(
    r"""
    ^[^\w\n]*\w+,?\s+(?P<short>\w)\w*\s*(?:[,!.:–-]|$)
    | ^[^\w\n]*(?i:hi|hello|hey|dear|good\s\w+|hallo|liebe[rs]?|guten\s\w+|sehr\sgeehrte[rs]?|bonjour|cher|chère|hola
        |querid[oa]|estimad[oa]|ciao|salve|car[oa]|gentile|olá|prezad[oa]|beste|geachte|cześć|drog[ia]|hej|kära|kjære|kære)
      ,?\s+(?P<greeted>\w)
    | ,\s+(?P<last>\w)\w*[^\w\n]*$
    """,
    re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True)
class Reply:
    """What an agent (`by`) answered to what a visitor had `asked`: the messages before it, the latest first."""

    conversation: str
    asked: tuple[str, ...]
    text: str
    by: str
    at: datetime

    @property
    def source(self) -> str:
        """Who said it and when: "Grace, 3 Nov"."""
        return f"{self.by}, {self.at.day} {self.at:%b}"


def replies(session: Session) -> list[Reply]:
    """The newest replies that may be shown to others, newest first, each with what was asked before it."""
    rows = session.exec(_query()).all()
    every = frozenset(word for row in rows for word in _words(row.visitor_name))
    return [
        Reply(row.conversation_id, tuple(filter(None, row[:ASKED])), row.text, row.name, row.created_at)
        for row in rows
        if row[0] and not personal(row.text, every | names("", row.visitor_email))
    ]


def names(name: str, email: str) -> frozenset[str]:
    """The words that stand for a person: of the name, and of the address before its @."""
    return _words(name) | _words(email.partition("@")[0])


def personal(text: str, names: Iterable[str] = ()) -> bool:
    """Whether the text holds an address, a number or a name that may belong to one visitor. Rather too often."""
    greeted = any(found[found.lastgroup or 0].isupper() for found in _GREETED.finditer(text))
    return greeted or _PERSONAL.search(text) is not None or not _words(text).isdisjoint(names)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[^\W\d_]{2,}", text.casefold()))


def _query() -> Any:
    """By way of the conversations that agents have taken: so the table of messages is never read as a whole."""
    newest = col(Escalation.created_at).desc()
    taken = select(Escalation.conversation_id).where(col(Escalation.claimed_at).is_not(None)).order_by(newest)
    before = (
        select(Message.text)
        .where(Message.conversation_id == _REPLY.c.conversation_id, Message.seq < _REPLY.c.seq)
        .where(Message.author == Author.VISITOR)
        .order_by(col(Message.seq).desc())
        .limit(1)
    )
    columns: Sequence[Any] = (
        *(before.offset(place).scalar_subquery() for place in range(ASKED)),
        *(_REPLY.c[name] for name in ("conversation_id", "text", "name", "created_at")),
        col(Visitor.name).label("visitor_name"),
        col(Visitor.email).label("visitor_email"),
    )
    return (
        select(*columns)
        .select_from(_REPLY)
        .join(Conversation, col(Conversation.id) == _REPLY.c.conversation_id)
        .join(Visitor, col(Visitor.id) == Conversation.visitor_id)
        .join(Agent, col(Agent.id) == _REPLY.c.agent_id)
        .where(_REPLY.c.author == Author.AGENT, func.length(_REPLY.c.text) >= SHORTEST)
        .where(_REPLY.c.conversation_id.in_(taken.limit(MOST)), col(Conversation.hidden_from_visitor).is_(False))
        .order_by(_REPLY.c.created_at.desc())
        .limit(MOST)
    )


_REPLY: Final = Message.__table__.alias("reply")  # type: ignore[attr-defined]
