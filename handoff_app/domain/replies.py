"""Replies that agents write elsewhere: kept first, once per id, then brought into their conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session, col, delete, select

from handoff_app import live
from handoff_app.domain import agents, conversations, desk, due, slack_team
from handoff_app.domain.models import Conversation, SlackEvent, now

INSIDE: Final = "note:"
TRIES: Final = 10


@dataclass(frozen=True)
class Unsent:
    """Why a reply did not reach the visitor, in a sentence for whoever wrote it."""

    why: str


def keep(session: Session, event: Mapping[str, Any], event_id: str) -> bool:
    """Keep a message event of Slack if it is a person's reply in a thread and two-way is on; once per id."""
    if not slack_team.known(session).two_way or not _is_reply(event):
        return False
    if session.get(SlackEvent, event_id[:100]) is not None:
        return False
    session.add(
        SlackEvent(
            id=event_id[:100],
            user=str(event["user"])[:50],
            channel=str(event.get("channel") or "")[:50],
            thread=str(event["thread_ts"])[:50],
            text=str(event.get("text") or "")[:8000],
            due_at=now(),
        )
    )
    live.announce(live.WORK)
    return True


def waiting(session: Session, limit: int = 10) -> Sequence[SlackEvent]:
    """Replies to bring in, held for a lease. What is not ours (another thread, a note) ends here."""
    rows = due.replies(session, limit)
    for row in rows:
        if row.text.strip().lower().startswith(INSIDE) or _conversation(session, row) is None or row.attempts > TRIES:
            row.due_at = None
    return [row for row in rows if row.due_at is not None]


def bring_in(session: Session, id: str, email: str, text: str) -> Unsent | None:
    """Say it in the conversation as the agent with this address; None if it is there."""
    row = session.get_one(SlackEvent, id)
    row.due_at = None
    conversation = _conversation(session, row)
    agent = agents.by_email(session, email) if email else None
    if conversation is None:
        return None
    if agent is None or not agent.active:
        return Unsent(f"Not sent: nobody in Handoff has the address {email or 'of this Slack account'}.")
    try:
        desk.agent_says(session, conversation.id, agent, text, f"slack-{row.id}")
    except desk.AlreadyTaken as error:
        return Unsent(f"Not sent: {error.by} has this conversation.")
    except conversations.BadMessage:
        return Unsent("Not sent: a message needs some text, and has 4,000 characters at most.")
    return None


def tidy(session: Session) -> None:
    """Slack repeats an event for an hour at most; a week is plenty."""
    session.exec(delete(SlackEvent).where(col(SlackEvent.created_at) < now() - timedelta(days=7)))


def _is_reply(event: Mapping[str, Any]) -> bool:
    said_by_person = event.get("type") == "message" and event.get("user") and not event.get("bot_id")
    return bool(said_by_person and not event.get("subtype") and event.get("thread_ts") not in (None, event.get("ts")))


def _conversation(session: Session, row: SlackEvent) -> Conversation | None:
    return session.exec(select(Conversation).where(Conversation.slack_thread == row.thread)).first()
