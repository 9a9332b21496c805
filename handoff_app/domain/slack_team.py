"""The connected Slack workspace: its token, its channel, and whether answers come from there."""

from dataclasses import asdict, dataclass, replace
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from handoff_app import vault
from handoff_app.domain import settings
from handoff_app.domain.models import Conversation
from handoff_app.domain.prepared import Prepared


@dataclass(frozen=True)
class SlackTeam:
    """The connected workspace. `two_way`: replies in a thread reach the visitor as the agent who wrote them."""

    team: str = ""
    bot_id: str = ""
    channel_id: str = ""
    joined: bool = True
    two_way: bool = False


def known(session: Session) -> SlackTeam:
    """What is known of the connected workspace."""
    return SlackTeam(**(settings.get(session, "slack") or {}))


def notified(session: Session) -> bool:
    """Whether notices go to Slack."""
    return bool((settings.get(session, "escalations") or {}).get("slack_on"))


def thread(session: Session, conversation_id: str | None) -> str:
    """Where the notices of a conversation stand together, once the first of them has arrived."""
    found = _THREAD.first(session, id=conversation_id) if conversation_id else None
    return found.slack_thread if found else ""


_THREAD: Final = Prepared(select(Conversation.slack_thread).where(Conversation.id == bindparam("id")))


def connect(session: Session, token: str, team: str, bot_id: str) -> None:
    """Keep a bot token that Slack has accepted."""
    settings.put(session, "slack_token", vault.seal(token))
    rename(session, team, bot_id)


def rename(session: Session, team: str, bot_id: str) -> None:
    """Another workspace's token is kept now: nothing that was known of the last one holds."""
    settings.put(session, "slack", asdict(SlackTeam(team=team, bot_id=bot_id)))
    forget_threads(session)


def disconnect(session: Session) -> None:
    """Forget the workspace; its notices are switched off."""
    settings.put(session, "slack_token", "")
    rename(session, "", "")
    settings.put(session, "escalations", (settings.get(session, "escalations") or {}) | {"slack_on": False})


def choose_channel(session: Session, id: str, name: str, joined: bool) -> None:
    """Where notices are posted."""
    if id != known(session).channel_id:
        forget_threads(session)
    settings.put(session, "slack", asdict(replace(known(session), channel_id=id, joined=joined)))
    settings.put(session, "escalations", (settings.get(session, "escalations") or {}) | {"slack_channel": f"#{name}"})


def forget_threads(session: Session) -> None:
    """A thread lives in one channel: in another each conversation begins a new one."""
    threaded = update(Conversation).where(col(Conversation.slack_thread) != "")
    session.exec(threaded.values(slack_thread="").execution_options(synchronize_session=False))


def answer_from_slack(session: Session, on: bool) -> None:
    """Switch two-way on or off."""
    settings.put(session, "slack", asdict(replace(known(session), two_way=on)))


def token(session: Session) -> str:
    """The opened bot token, for the worker and the doctor alone."""
    return vault.open_sealed(settings.get(session, "slack_token") or "")
