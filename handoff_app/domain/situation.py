"""What an agent steps into: what was said, what is asked now, and what the AI had been about to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, bindparam
from sqlmodel import Session, col, select

from handoff_app.domain import conversations
from handoff_app.domain.models import Author, Conversation, Message, Status

READ: Final = 60  # messages, the latest ones
LONG: Final = (3, 6)  # the visitor's messages, or all of them, from which a summary saves time
MUCH: Final = 400  # characters of the visitor's from which it does, too


@dataclass(frozen=True)
class Said:
    """One message, by whom."""

    seq: int
    author: str
    text: str


@dataclass(frozen=True)
class Situation:
    """`asked` is what the visitor said last if nobody has answered it, `unsent` what the AI has to say to that."""

    id: str
    live: bool
    locale: str
    said: list[Said]
    asked: Said | None
    unsent: str

    @property
    def of_visitor(self) -> list[Said]:
        """What the visitor said."""
        return [one for one in self.said if one.author == Author.VISITOR]

    @property
    def last_asked(self) -> int:
        """The number of what the visitor said last, 0 if nothing."""
        return self.of_visitor[-1].seq if self.of_visitor else 0

    @property
    def is_long(self) -> bool:
        """Whether it takes a while to read."""
        much = sum(len(one.text) for one in self.of_visitor) >= MUCH
        return much or len(self.of_visitor) >= LONG[0] or len(self.said) >= LONG[1]


def of(session: Session, conversation_id: str) -> Situation:
    """How it stands now. Raises `conversations.NotFound`."""
    connection = session.connection()
    row = connection.execute(_HEAD, {"of": conversation_id}).first()
    if row is None:
        raise conversations.NotFound(conversation_id)
    read = connection.execute(_LATEST, {"of": conversation_id}).all()[::-1]
    said = [Said(m.seq, m.author, m.text) for m in read if not m.suggestion]
    asked = said[-1] if said and said[-1].author == Author.VISITOR else None
    return Situation(
        id=row.id,
        live=row.status in (Status.WAITING, Status.WITH_AGENT),
        locale=row.locale,
        said=said,
        asked=asked,
        unsent=_unsent(read, asked.seq) if asked else "",
    )


# Columns, and built once: read at every bell of a conversation that an agent has open.
_HEAD: Final = select(Conversation.id, Conversation.status, Conversation.locale).where(
    Conversation.id == bindparam("of")
)
_LATEST: Final = (
    select(  # type: ignore[call-overload]
        Message.seq, Message.author, Message.text, Message.suggestion, Message.sources
    )
    .where(Message.conversation_id == bindparam("of"), Message.author != Author.SYSTEM)
    .order_by(col(Message.seq).desc())
    .limit(READ)
)


def _unsent(read: Sequence[Row[Any]], asked: int) -> str:
    """The answer that came after a human had taken over."""
    return next((str(m.text) for m in reversed(read) if m.suggestion and m.sources and m.seq > asked), "")
