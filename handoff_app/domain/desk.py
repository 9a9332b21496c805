"""What an agent does with a conversation: take it, reply, hand it back, resolve it."""

from typing import Any, Protocol

from sqlalchemy import Row
from sqlmodel import Session, col, update

from handoff_app import i18n, live
from handoff_app.domain import conversations, escalations, gaps
from handoff_app.domain.models import Agent, Author, Conversation, Status


class Person(Protocol):
    """Who acts: an agent's row, or who is signed in."""

    @property
    def id(self) -> str:
        """The agent's id."""

    @property
    def name(self) -> str:
        """The name that the visitor reads."""


class AlreadyTaken(RuntimeError):
    """Another agent has the conversation; `by` is that agent's name."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has this conversation")
        self.by = by


def agent_says(session: Session, conversation_id: str, agent: Person, text: str, client_id: str) -> None:
    """Write the agent's reply; takes the conversation over if nobody has it. Raises `AlreadyTaken`, `BadMessage`."""
    conversation = conversations.glance(session, conversation_id, client_id)
    if conversation.said is not None:
        return
    conversations.check(text)
    if not _has(conversation, agent):
        take_over(session, conversation_id, agent)
        session.flush()
    said = conversations.clean(text)
    extra = {"client_id": client_id, "agent_id": agent.id, "name": agent.name}
    conversations.write(session, conversation_id, Author.AGENT, said, **extra)
    gaps.answered(session, conversation_id)


def take_over(session: Session, conversation_id: str, agent: Person) -> Conversation:
    """Make this agent the owner: one gets it, the other hears `AlreadyTaken`. Taking what is mine changes nothing."""
    conversation = conversations.locked(session, conversation_id)
    if _has(conversation, agent):
        return conversation
    taken = session.exec(
        update(Conversation)
        .where(col(Conversation.id) == conversation_id, col(Conversation.owner_id).is_(None))
        .values(owner_id=agent.id, owner_epoch=Conversation.owner_epoch + 1, status=Status.WITH_AGENT)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:
        raise AlreadyTaken(_name(session, conversation.owner_id))
    session.refresh(conversation)
    escalations.claimed(session, conversation, agent.name)
    conversations.quiet(conversation)
    conversations.system_line(session, conversation, i18n.key("agent.joined"), name=agent.name)
    return conversation


def reassign(session: Session, conversation_id: str, agent: Person, owner_id: str) -> Conversation:
    """Take it from the colleague who was seen to have it, `owner_id`. `AlreadyTaken` if another has it by now."""
    conversation = conversations.locked(session, conversation_id)
    if conversation.owner_id in (None, agent.id):
        return take_over(session, conversation_id, agent)
    if conversation.owner_id != owner_id:
        raise AlreadyTaken(_name(session, conversation.owner_id))
    conversation.owner_id, conversation.owner_epoch = agent.id, conversation.owner_epoch + 1
    conversations.system_line(session, conversation, i18n.key("agent.joined"), name=agent.name)
    return conversation


def hand_back(session: Session, conversation_id: str, agent: Person) -> Conversation:
    """Give the conversation back to the AI. Raises `AlreadyTaken` if it is another agent's."""
    conversation = _mine(session, conversation_id, agent)
    conversations.hand_over(session, conversation, Status.WITH_AI)
    conversations.system_line(session, conversation, i18n.key("agent.left"), name=agent.name)
    return conversation


def resolve(session: Session, conversation_id: str, agent: Person) -> Conversation:
    """Close the conversation; the visitor's next message opens it again, with the AI."""
    conversation = _mine(session, conversation_id, agent)
    if conversation.status != Status.RESOLVED:
        conversations.hand_over(session, conversation, Status.RESOLVED)
        conversations.system_line(session, conversation, i18n.key("conversation.resolved"), name=agent.name)
        escalations.told(session, conversation, "conversation.resolved")
    return conversation


def agent_read(session: Session, conversation_id: str) -> None:
    """Note that an agent has seen everything."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is not None and conversation.unread:
        conversation.unread = 0
        live.announce(live.INBOX)


def _has(conversation: Conversation | Row[Any], agent: Person) -> bool:
    return conversation.owner_id == agent.id and conversation.status == Status.WITH_AGENT


def _mine(session: Session, conversation_id: str, agent: Person) -> Conversation:
    conversation = conversations.locked(session, conversation_id)
    if conversation.owner_id not in (None, agent.id):
        raise AlreadyTaken(_name(session, conversation.owner_id))
    return conversation


def _name(session: Session, agent_id: str | None) -> str:
    agent = session.get(Agent, agent_id) if agent_id else None
    return agent.name if agent else "Somebody"
