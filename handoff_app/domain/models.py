"""Every table. Ids are random; times are aware UTC; a `due_at` column is a queue."""

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, Column, DateTime, Index, Text, TypeDecorator, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Author(StrEnum):
    """Who wrote a message."""

    VISITOR = "visitor"
    AI = "ai"
    AGENT = "agent"
    SYSTEM = "system"


class Status(StrEnum):
    """Where a conversation stands."""

    WITH_AI = "with_ai"  # the AI answers
    WAITING = "waiting"  # escalated, nobody has taken it
    WITH_AGENT = "with_agent"  # live chat; the AI is silent
    RESOLVED = "resolved"  # done, until the visitor writes again


class Reason(StrEnum):
    """Why a conversation was escalated."""

    ASKED_FOR_HUMAN = "asked_for_human"  # said so in a message
    LOW_CONFIDENCE = "low_confidence"  # the AI offered and the visitor accepted, or a signal brought somebody
    REQUESTED_BY_BUTTON = "requested_by_button"  # pressed `Talk to a human`
    AI_FAILED = "ai_failed"  # the answerer broke
    AGENT_TOOK_OVER = "agent_took_over"  # an agent stepped in unasked


class Prompt(StrEnum):
    """What the widget asks of the visitor below the last message."""

    NONE = ""
    OFFER = "offer"  # shall I connect you?
    EMAIL = "email"  # where can we reach you?


class Role(StrEnum):
    """What a person of the staff may do."""

    AGENT = "agent"  # inbox and insights
    ADMIN = "admin"  # everything


CHANNELS: Final = ("email", "slack", "webhook")
"""The ways by which a notice leaves."""


class Sent(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # due at `due_at`
    SENT = "sent"  # the other side said yes
    FAILED = "failed"  # given up; kept, can be replayed


class UtcDateTime(TypeDecorator[datetime]):
    """SQLite keeps no zone: what goes in is UTC, and what comes out says so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second: for programs, and for browsers that know where their reader is."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """A random id that nobody can guess."""
    return uuid.uuid4().hex


def _time(**extra: Any) -> Any:
    return Field(default_factory=now, sa_type=UtcDateTime, **extra)


def _maybe_time(**extra: Any) -> Any:
    return Field(default=None, sa_type=UtcDateTime, nullable=True, **extra)


class Agent(SQLModel, table=True):
    """A person of the staff."""

    id: str = Field(default_factory=new_id, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=Text)
    password_hash: str
    active: bool = True
    away: bool = False
    notify: bool = True
    sound: bool = True
    created_at: datetime = _time()


class SignIn(SQLModel, table=True):
    """A signed-in browser; `id` is the fingerprint of its cookie."""

    id: str = Field(primary_key=True)
    agent_id: str = Field(foreign_key="agent.id", index=True)
    created_at: datetime = _time()
    expires_at: datetime = _time()


class Visitor(SQLModel, table=True):
    """A browser on a website; `secret_hash` is the fingerprint of the secret that it keeps."""

    id: str = Field(default_factory=new_id, primary_key=True)
    secret_hash: str = Field(unique=True)
    email: str = ""
    name: str = ""
    locale: str = "en"
    created_at: datetime = _time()


class Conversation(SQLModel, table=True):
    """One chat. `owner_epoch` grows at every change of hands: who writes under an old one has lost."""

    __table_args__ = (
        Index("ix_conversation_visitor", "visitor_id", "updated_at"),
        Index("ix_conversation_status", "status", "updated_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    visitor_id: str = Field(foreign_key="visitor.id")
    status: Status = Field(default=Status.WITH_AI, sa_type=Text)
    prompt: Prompt = Field(default=Prompt.NONE, sa_type=Text)
    prompt_reason: Reason | None = Field(default=None, sa_type=Text)
    prompt_due_at: datetime | None = _maybe_time(index=True)
    owner_id: str | None = Field(default=None, foreign_key="agent.id")
    owner_epoch: int = 0
    last_seq: int = 0
    last_text: str = ""
    last_author: Author = Field(default=Author.AI, sa_type=Text)
    unread: int = 0
    visitor_unread: int = 0
    unseen_since: datetime | None = _maybe_time(index=True)  # the first reply that the visitor has not seen
    locale: str = "en"
    page_url: str = ""
    hidden_from_visitor: bool = False
    slack_thread: str = Field(default="", index=True)
    answer_due_at: datetime | None = _maybe_time(index=True)
    answer_owner: str = ""
    answer_attempts: int = 0
    created_at: datetime = _time()
    updated_at: datetime = _time(index=True)


class Message(SQLModel, table=True):
    """One line of a conversation; a system line keeps its `key` so that each side reads it in its own language."""

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    seq: int
    author: Author = Field(sa_type=Text)
    text: str
    name: str = ""
    key: str = ""
    agent_id: str | None = None
    client_id: str | None = None
    confidence: float | None = None
    sources: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON))
    suggestion: bool = False
    wrong: bool = False  # the visitor says so
    created_at: datetime = _time()


class Escalation(SQLModel, table=True):
    """A visitor's request for a human. At most one per conversation is open (`closed_at` is null)."""

    __table_args__ = (
        Index(
            "ix_escalation_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    reason: Reason = Field(sa_type=Text)
    question: str = ""
    page_url: str = ""
    assigned_to: str | None = None
    assigned_why: str = ""
    told_times: int = 0
    reroute_due_at: datetime | None = _maybe_time(index=True)
    late_due_at: datetime | None = _maybe_time(index=True)
    created_at: datetime = _time(index=True)
    claimed_at: datetime | None = _maybe_time()
    claimed_by: str | None = None
    closed_at: datetime | None = _maybe_time()


class Delivery(SQLModel, table=True):
    """One notice to one target on one channel. `body` is frozen when it is written; the id is stable over retries."""

    __table_args__ = (
        UniqueConstraint("escalation_id", "event", "channel", "target", "turn", name="uq_delivery_notice"),
        Index("ix_delivery_status", "status", "created_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    escalation_id: str | None = Field(default=None, foreign_key="escalation.id", index=True)
    conversation_id: str | None = Field(default=None, index=True)
    event: str
    channel: str
    target: str
    turn: int = 0  # how often the rotation had told somebody before
    endpoint_id: str | None = Field(default=None, index=True)
    body: bytes
    status: Sent = Field(default=Sent.PENDING, sa_type=Text)
    attempts: int = 0
    due_at: datetime | None = _maybe_time(index=True)
    set_at: datetime = _time()  # when `due_at` was set: a clock that has gone back since shows in it
    owner: str = ""
    answer: str = ""
    seconds: float | None = None
    created_at: datetime = _time(index=True)
    done_at: datetime | None = _maybe_time()


class Attempt(SQLModel, table=True):
    """One try of a delivery: what the other side answered, how long it took, and the start of what it said."""

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: str = Field(foreign_key="delivery.id", index=True)
    ok: bool
    answer: str
    excerpt: str = ""
    seconds: float
    at: datetime = _time()


class Endpoint(SQLModel, table=True):
    """An address of the owner's systems that hears of events; the one called `main` stands with the escalations.

    While a secret is being changed the old one signs too. An endpoint that only failed for five days is `disabled_at`.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    url: str = ""
    events: list[str] = Field(default_factory=list, sa_column=Column(JSON))
    secret: str = ""
    old_secret: str = ""
    old_secret_until: datetime | None = _maybe_time()
    paused: bool = False
    failing_since: datetime | None = _maybe_time()
    disabled_at: datetime | None = _maybe_time()
    disabled_why: str = ""
    created_at: datetime = _time()


class SlackEvent(SQLModel, table=True):
    """A message from Slack on its way into a conversation; Slack repeats events, so its id is kept."""

    id: str = Field(primary_key=True)
    user: str
    channel: str
    thread: str
    text: str
    files: bool = False  # there were some, which stay in Slack
    attempts: int = 0
    due_at: datetime | None = _maybe_time(index=True)
    created_at: datetime = _time(index=True)


class ReturnLink(SQLModel, table=True):
    """The way back into one conversation from a mail; the first browser that uses it is the only one."""

    id: str = Field(primary_key=True)  # the fingerprint of what stands in the link
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    visitor_id: str | None = Field(default=None, index=True)  # whose browser has used it
    expires_at: datetime = _time()


class Bounce(SQLModel, table=True):
    """An address that a mail server refused for good; it is skipped in the rotation until a mail arrives there."""

    address: str = Field(primary_key=True)
    said: str = ""
    at: datetime = _time()


class Article(SQLModel, table=True):
    """Something the AI may know: a title, the answer, and other ways in which visitors ask for it."""

    id: str = Field(default_factory=new_id, primary_key=True)
    title: str
    text: str
    phrasings: list[str] = Field(default_factory=list, sa_column=Column(JSON))
    url: str = ""
    locale: str = "en"
    enabled: bool = True
    demo: bool = False
    source_id: str | None = Field(default=None, foreign_key="source.id", index=True)  # read from there
    edited: bool = False  # by hand since it was read: no later reading changes or removes it
    file: str = ""  # uploaded under this name
    answers: int = 0  # how often the AI has answered from it
    created_at: datetime = _time()
    updated_at: datetime = _time()


class Reading(StrEnum):
    """Where the reading of a website stands."""

    WAITING = "waiting"  # due at `due_at`
    READING = "reading"  # a worker is at it
    DONE = "done"  # read; again at `due_at`, if it has one
    FAILED = "failed"  # nothing could be read; `said` tells why


class Source(SQLModel, table=True):
    """A page, a sitemap or a whole site of the owner's, read into articles and, with `every_hours`, again and again."""

    id: str = Field(default_factory=new_id, primary_key=True)
    url: str
    kind: str  # page, sitemap, site
    every_hours: int = 0
    state: Reading = Field(default=Reading.WAITING, sa_type=Text)
    found: int = 0
    read: int = 0
    failed: int = 0
    said: str = ""
    left_out: list[str] = Field(default_factory=list, sa_type=JSON)  # addresses whose articles were deleted by hand
    due_at: datetime | None = _maybe_time(index=True)
    owner: str = ""
    created_at: datetime = _time()
    read_at: datetime | None = _maybe_time()


class Gap(SQLModel, table=True):
    """A question that the AI could not answer, or answered wrongly; closed once an article answers it."""

    id: str = Field(default_factory=new_id, primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    seq: int  # of the message that asks
    text: str
    why: str  # unsure, escalated, wrong
    created_at: datetime = _time(index=True)
    closed_at: datetime | None = _maybe_time(index=True)


class Setting(SQLModel, table=True):
    """One named setting as JSON; secrets are sealed before they come here."""

    name: str = Field(primary_key=True)
    value: Any = Field(default=None, sa_column=Column(JSON))


class EditedText(SQLModel, table=True):
    """The owner's own words for one text in one locale."""

    locale: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    text: str


class Turn(SQLModel, table=True):
    """Where the rotation stands: who was told last, and their place in the list then. Its only row has id 1."""

    id: int = Field(default=1, primary_key=True)
    place: int = 0
    last: str = ""
