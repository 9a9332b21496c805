"""Who says what, and whose turn it is. Every change of hands is a guarded UPDATE."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, insert, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from handoff_app import i18n, live, vault
from handoff_app.domain import settings, texts
from handoff_app.domain.models import (
    Author,
    Conversation,
    Escalation,
    Message,
    Prompt,
    ReturnLink,
    Status,
    Visitor,
    new_id,
    now,
)
from handoff_app.domain.prepared import Prepared

MOST_CHARACTERS = 4000
LONGEST_NAME = 80


class NotFound(LookupError):
    """There is no such conversation, or not for this person: nobody learns which."""


class BadMessage(ValueError):
    """A message that is empty or too long; the message is the key of the sentence to show."""


def visitor(session: Session, secret: str, locale: str = "en") -> Visitor:
    """The visitor who holds this secret of at least 256 bits; a new one if nobody does."""
    found = session.exec(select(Visitor).where(Visitor.secret_hash == vault.fingerprint(secret))).first()
    if found is not None:
        return found
    try:
        with session.begin_nested():
            made = Visitor(secret_hash=vault.fingerprint(secret), locale=locale)
            session.add(made)
    except IntegrityError:  # two tabs of a new browser at once, on a database with more than one writer
        return visitor(session, secret, locale)
    return made


def identify(session: Session, visitor_id: str, email: str, name: str) -> None:
    """What the page around the chat says about its visitor; what cannot be an address or a name is left out."""
    visitor = session.get_one(Visitor, visitor_id)
    said = clean(" ".join(name.split()))[:LONGEST_NAME]
    visitor.name = said or visitor.name
    if email.strip():
        try:
            visitor.email = settings.checked_email(email, "email")
        except settings.BadValue:
            return
    live.announce(live.INBOX)


def current(session: Session, visitor_id: str) -> Conversation | None:
    """The chat that this visitor sees when the widget opens."""
    found: Conversation | None = session.execute(_CURRENT, {"visitor": visitor_id}).scalar()
    return found


def recent(session: Session, visitor_id: str, limit: int = 10) -> Sequence[Conversation]:
    """This visitor's latest chats in which something was said, newest first."""
    query = _OF_VISITOR.where(Conversation.last_seq > 0).order_by(col(Conversation.updated_at).desc()).limit(limit)
    return session.execute(query, {"visitor": visitor_id}).scalars().all()


def of_visitor(session: Session, visitor_id: str, conversation_id: str) -> Conversation:
    """The conversation if it is this visitor's. Raises `NotFound`."""
    found: Conversation | None = session.execute(
        _FRESH_OF_VISITOR, {"visitor": visitor_id, "id": conversation_id}
    ).scalar()
    if found is None:
        raise NotFound(conversation_id)
    return found


def glance_of_visitor(session: Session, visitor_id: str, conversation_id: str, client_id: str = "") -> Any:
    """The same as plain columns, locked all the same, for what every message needs. Raises `NotFound`.

    `said` is the number of the message with this `client_id` if it is kept already.
    """
    return _glance(session, _GLANCE_OF_VISITOR, conversation_id, client_id, visitor=visitor_id)


def glance(session: Session, conversation_id: str, client_id: str = "") -> Any:
    """The conversation's columns, locked, and `said` as above. Raises `NotFound`."""
    return _glance(session, _GLANCE, conversation_id, client_id)


def _glance(session: Session, query: Prepared, conversation_id: str, client_id: str, **more: str) -> Any:
    session.flush()
    if session.get_bind().dialect.name != "sqlite":
        _HELD.all(session, id=conversation_id)  # `said` is of the moment in which a statement begins to wait
    found = query.first(session, id=conversation_id, client_id=client_id, **more)
    if found is None:
        raise NotFound(conversation_id)
    return found


def start(session: Session, visitor_id: str, locale: str, page_url: str = "") -> Conversation:
    """A new chat with the AI, or the one that was started and never used."""
    latest = current(session, visitor_id)
    if latest is not None and latest.last_seq == 0:
        return latest
    started = Conversation(visitor_id=visitor_id, locale=locale, page_url=page_url[:2000])
    session.add(started)
    session.flush()
    return started


def visitor_says(
    session: Session, conversation: Any, text: str, client_id: str, page_url: str, to_answer: bool
) -> bool:
    """Write the visitor's message once per `client_id`, and make its answer due if the AI has the conversation.

    `conversation` is a glance with this `client_id`. Returns whether it is new. Raises `BadMessage`.
    """
    if conversation.said is not None:
        return False
    check(text)
    if conversation.status == Status.RESOLVED:
        hand_over(session, locked(session, conversation.id), Status.WITH_AI)
    if conversation.prompt == Prompt.OFFER:
        quiet(locked(session, conversation.id))
        session.flush()
    write(session, conversation.id, Author.VISITOR, clean(text), client_id=client_id)
    if page_url not in ("", conversation.page_url):
        _PAGE.all(session, it=conversation.id, page=page_url[:2000])
    if to_answer and conversation.status in (Status.WITH_AI, Status.RESOLVED):
        _ANSWER.all(session, it=conversation.id, at=now())
        live.announce(live.WORK)
    return True


def ai_says(
    session: Session,
    conversation_id: str,
    epoch: int,
    text: str,
    confidence: float,
    sources: Sequence[dict[str, str]] = (),
    offer: bool = False,
    key: str = "",
) -> bool:
    """Post the AI's answer if nobody took the conversation meanwhile; else keep it as a suggestion for the agent."""
    conversation = locked(session, conversation_id)
    mine = conversation.owner_epoch == epoch and conversation.status == Status.WITH_AI
    extra: dict[str, Any] = {"confidence": confidence, "sources": list(sources), "suggestion": not mine, "key": key}
    write(session, conversation_id, Author.AI, text, **extra)
    if mine and offer and conversation.prompt != Prompt.EMAIL and settings.escalations(session).enabled:
        conversation.prompt = Prompt.OFFER  # never in the place of a request that waits for an address
    return mine


def hide(session: Session, conversation: Conversation) -> None:
    """Take the chat out of the visitor's sight; the inbox keeps it."""
    conversation.hidden_from_visitor = True
    session.add(conversation)
    announce(conversation.id)


def visitor_read(session: Session, visitor_id: str, conversation_id: str) -> None:
    """Note that the visitor has seen everything."""
    conversation = of_visitor(session, visitor_id, conversation_id)
    if conversation.visitor_unread:
        conversation.visitor_unread, conversation.unseen_since = 0, None
        live.announce(live.conversation(conversation_id))


def messages(session: Session, conversation_id: str, after: int = 0, limit: int = 200) -> Sequence[Message]:
    """The messages with `seq` above `after`, oldest first; of many, the latest `limit`."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > after)
    return session.exec(query.order_by(col(Message.seq).desc()).limit(limit)).all()[::-1]


def messages_before(session: Session, conversation_id: str, before: int, limit: int = 30) -> Sequence[Message]:
    """The `limit` messages just before `seq` = `before`, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq < before)
    return session.exec(query.order_by(col(Message.seq).desc()).limit(limit)).all()[::-1]


def system_line(session: Session, conversation: Conversation, key: str, **values: str) -> int:
    """A line by nobody, in the visitor's language, with the owner's words; the inbox shows it by its key."""
    said = i18n.text(key, conversation.locale, texts.edited(session, conversation.locale), **values)
    return write(session, conversation.id, Author.SYSTEM, said, key=key, name=next(iter(values.values()), ""))


def write(session: Session, conversation_id: str, author: Author, text: str, **extra: Any) -> int:
    """Give the message the next number, announce it and return that number. The one place where messages are made.

    Two statements past the ORM, which costs five times as much as they do, and runs for every message.
    """
    at = now()
    by_people = author in _CHANGES  # lists show what people said last, not what was answered by itself
    counted = {"it": conversation_id, "at": at} | ({"said": text[:200]} if by_people else {})
    (row,) = _COUNT[author if by_people else None].all(session, **counted)
    about = {"id": new_id(), "conversation_id": conversation_id, "seq": row.last_seq, "created_at": at}
    _INSERT.all(session, **_BLANK | extra | about, author=author, text=text)
    announce(conversation_id)
    return int(row.last_seq)


def announce(conversation_id: str) -> None:
    """Ring those who watch this conversation, and the inboxes."""
    live.announce(live.conversation(conversation_id), live.INBOX)


def check(text: str) -> None:
    """Refuse what cannot be sent. Raises `BadMessage`."""
    if not text.strip():
        raise BadMessage(i18n.key("widget.empty"))
    if len(text) > MOST_CHARACTERS:
        raise BadMessage(i18n.key("widget.too_long"))


def clean(text: str) -> str:
    """Text that every database, mail and browser can carry: no NUL, no lone surrogate, no bidi override."""
    safe = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return safe.translate(_OVERRIDES).replace("\r\n", "\n").strip()


def _belongs_to(visitor_id: Any) -> ColumnElement[bool]:
    """The visitor's own conversations, and those that a link in a mail has opened for this browser."""
    opened = select(ReturnLink.conversation_id).where(ReturnLink.visitor_id == visitor_id)
    return or_(col(Conversation.visitor_id) == visitor_id, col(Conversation.id).in_(opened))


# Built once: these run for every message. A row is locked on PostgreSQL; SQLite's transaction holds the write lock.
_THIS: Final = update(Conversation.__table__).where(col(Conversation.id) == bindparam("it"))  # type: ignore[attr-defined]
_ONE: Final = select(Conversation).where(Conversation.id == bindparam("id")).with_for_update()
_SEEN_BY_VISITOR: Final = (_belongs_to(bindparam("visitor")), col(Conversation.hidden_from_visitor).is_(False))
_ONE_OF_VISITOR: Final = _ONE.where(*_SEEN_BY_VISITOR)
_FRESH: Final = _ONE.execution_options(populate_existing=True)  # messages are counted past the ORM
_FRESH_OF_VISITOR: Final = _ONE_OF_VISITOR.execution_options(populate_existing=True)
_OF_VISITOR: Final = select(Conversation).where(*_SEEN_BY_VISITOR)
_CURRENT: Final = _OF_VISITOR.order_by(col(Conversation.created_at).desc(), col(Conversation.id)).limit(1)
_SAID: Final = (
    select(Message.seq)
    .where(Message.conversation_id == Conversation.id, Message.client_id == bindparam("client_id"))
    .scalar_subquery()
    .label("said")
)
_COLUMNS: Final = (*Conversation.__table__.columns, _SAID)  # type: ignore[attr-defined]
_HELD: Final = Prepared(_ONE.with_only_columns(col(Conversation.id)))
_GLANCE: Final = Prepared(_ONE.with_only_columns(*_COLUMNS).with_for_update(of=Conversation))
_GLANCE_OF_VISITOR: Final = Prepared(_ONE_OF_VISITOR.with_only_columns(*_COLUMNS).with_for_update(of=Conversation))
_INSERT: Final = Prepared(insert(Message.__table__), Message.__table__.columns.keys())  # type: ignore[attr-defined]
_PAGE: Final = Prepared(_THIS.values(page_url=bindparam("page")))
_ANSWER: Final = Prepared(_THIS.values(answer_due_at=bindparam("at"), answer_attempts=0))
_NEXT: Final = _THIS.values(last_seq=Conversation.last_seq + 1, updated_at=bindparam("at")).returning(
    col(Conversation.last_seq)
)
_CHANGES: Final[dict[Author, dict[str, Any]]] = {
    Author.VISITOR: {"unread": Conversation.unread + 1},
    Author.AGENT: {
        "unread": 0,
        "visitor_unread": Conversation.visitor_unread + 1,
        "unseen_since": func.coalesce(Conversation.unseen_since, bindparam("at")),
    },
}
_COUNT: Final[dict[Author | None, Prepared]] = {None: Prepared(_NEXT)} | {
    author: Prepared(_NEXT.values(last_text=bindparam("said"), last_author=author, **changes))
    for author, changes in _CHANGES.items()
}
_BLANK: Final[dict[str, Any]] = {
    "name": "",
    "key": "",
    "agent_id": None,
    "client_id": None,
    "confidence": None,
    "sources": [],
    "suggestion": False,
    "wrong": False,
}
_OVERRIDES: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def locked(session: Session, conversation_id: str) -> Conversation:
    """The row, locked on PostgreSQL until the commit; SQLite's transaction holds the only write lock already."""
    found: Conversation | None = session.execute(_FRESH, {"id": conversation_id}).scalar()
    if found is None:
        raise NotFound(conversation_id)
    return found


def hand_over(session: Session, conversation: Conversation, status: Status) -> None:
    """Take the conversation from whoever has it; what they still write under the old epoch is lost."""
    conversation.status, conversation.owner_id = status, None
    conversation.owner_epoch += 1
    quiet(conversation)
    session.exec(
        update(Escalation)
        .where(col(Escalation.conversation_id) == conversation.id, col(Escalation.closed_at).is_(None))
        .values(closed_at=now())
    )
    session.add(conversation)


def quiet(conversation: Conversation) -> None:
    """No answer is due and nothing is asked of the visitor any more."""
    conversation.answer_due_at, conversation.prompt_due_at = None, None
    conversation.prompt, conversation.prompt_reason = Prompt.NONE, None
