"""Replies that agents write elsewhere: kept first, once per id, then brought into their conversation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session, col, delete, select

from handoff_app import live
from handoff_app.domain import agents, conversations, desk, due, slack_team
from handoff_app.domain.models import Conversation, SlackEvent, now

INSIDE: Final = re.compile(r"^(?:[\W_]|:[\w+-]+:)*note\s*[:：]", re.IGNORECASE | re.MULTILINE)
"""A line that is for the team, whatever formatting or emoji goes before it."""
TRIES: Final = 10
SAID_BY_PEOPLE: Final = (None, "thread_broadcast", "file_share")
"""Subtypes of Slack's messages: a reply, one that is shown in the channel too, and one with files."""


@dataclass(frozen=True)
class Unsent:
    """Why a reply, or a part of it, did not reach the visitor, in a sentence for whoever wrote it."""

    why: str


def keep(session: Session, event: Mapping[str, Any], event_id: str) -> bool:
    """Keep a message event of Slack if it is a person's reply in a thread of ours and two-way is on; once per id.

    The bot hears all that is said in its channels: what is not ours is none of our business.
    """
    if not slack_team.known(session).two_way or not _is_reply(event):
        return False
    if _conversation(session, str(event["thread_ts"])) is None:
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
            files=bool(event.get("files")),
            due_at=now(),
        )
    )
    live.announce(live.WORK)
    return True


def waiting(session: Session, limit: int = 10) -> Sequence[SlackEvent]:
    """Replies to bring in, held for a lease."""
    return due.replies(session, limit)


def give_up(session: Session, id: str) -> None:
    """It cannot be brought in."""
    session.get_one(SlackEvent, id).due_at = None


def bring_in(session: Session, id: str, email: str, text: str) -> Unsent | None:
    """Say it in the conversation as the agent with this address; None if it is there, or is a note and stays inside."""
    row = session.get_one(SlackEvent, id)
    row.due_at = None
    conversation = _conversation(session, row.thread)
    agent = agents.by_email(session, email) if email else None
    if conversation is None:
        return None
    if note := INSIDE.search(text):
        return Unsent("Not sent: one of its lines is a note, so all of it stays inside.") if note.start() else None
    if agent is None or not agent.active:
        return Unsent(f"Not sent: nobody in Handoff has the address {email or 'of this Slack account'}.")
    try:
        desk.agent_says(session, conversation.id, agent, text, f"slack-{row.id}")
    except desk.AlreadyTaken as error:
        return Unsent(f"Not sent: {error.by} has this conversation.")
    except conversations.BadMessage:
        why = "files stay in Slack, and it has no text" if row.files and not text.strip() else _NO_MESSAGE
        return Unsent(f"Not sent: {why}.")
    return Unsent("Sent without its files: they stay in Slack.") if row.files else None


_NO_MESSAGE: Final = "a message needs some text, and has 4,000 characters at most"


def tidy(session: Session) -> None:
    """Slack repeats an event for an hour at most; a week is plenty."""
    session.exec(delete(SlackEvent).where(col(SlackEvent.created_at) < now() - timedelta(days=7)))


def _is_reply(event: Mapping[str, Any]) -> bool:
    said_by_person = event.get("type") == "message" and event.get("user") and not event.get("bot_id")
    in_thread = event.get("thread_ts") not in (None, event.get("ts"))
    return bool(said_by_person and event.get("subtype") in SAID_BY_PEOPLE and in_thread)


def _conversation(session: Session, thread: str) -> Conversation | None:
    return session.exec(select(Conversation).where(Conversation.slack_thread == thread)).first() if thread else None
