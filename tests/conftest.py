"""The cast and its places: Ada (admin), Grace and Linus (agents), Vera (visitor), and a database for each test."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

os.environ.setdefault("HANDOFF_DATA_DIR", tempfile.mkdtemp(prefix="handoff-tests-"))

from sqlmodel import Session, SQLModel

from handoff_app import db, vault
from handoff_app.answering import library
from handoff_app.config import config
from handoff_app.domain import agents, conversations, settings
from handoff_app.domain.models import Agent, Conversation, Role


@pytest.fixture
def database(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real SQLite file of this test's own."""
    for name in [name for name in os.environ if name.startswith("HANDOFF_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HANDOFF_DATA_DIR", str(tmp_path))
    _forget()
    SQLModel.metadata.create_all(db.engine())
    yield
    db.engine().dispose()
    _forget()


def _forget() -> None:
    for remembered in (config, db.engine, db._reading, db._threads, db._readers, vault._keys, library.library):
        remembered.cache_clear()


def say(session: Session, chat: str, text: str, client_id: str) -> bool:
    """A visitor's message, to be answered."""
    glance = conversations.glance(session, chat, client_id)
    return conversations.visitor_says(session, glance, text, client_id, "", True)


@dataclass
class World:
    """One shop with its people; `do` runs a verb in a transaction, as the pages do."""

    ada: Agent
    grace: Agent
    linus: Agent
    vera: str

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return db.transact_now(verb, *args, **kwargs)[0]

    def chat(self, *said: str) -> str:
        """A conversation of Vera's in which she has said this; returns its id."""

        def begin(session: Session) -> str:
            visitor = conversations.visitor(session, self.vera)
            chat = conversations.start(session, visitor.id, "en", "https://acme.example/cart")
            for number, text in enumerate(said):
                say(session, chat.id, text, f"c{number}")
            return chat.id

        return self.do(begin)

    def says(self, chat: str, text: str, client_id: str = "c9") -> bool:
        """Vera says more; whether it is new."""
        return bool(self.do(say, chat, text, client_id))

    def row(self, conversation: str) -> Conversation:
        return self.do(lambda session: session.get_one(Conversation, conversation))

    def all(self, table: type[Any]) -> list[Any]:
        from sqlmodel import select

        return self.do(lambda session: list(session.exec(select(table)).all()))


@pytest.fixture
def world(database: None) -> World:
    """Acme with all channels on: two addresses, a Slack channel and a webhook."""

    def begin(session: Session) -> World:
        people = [
            agents.add(session, f"{name.lower()}@acme.example", name, role, "unused")
            for name, role in (("Ada", Role.ADMIN), ("Grace", Role.AGENT), ("Linus", Role.AGENT))
        ]
        wanted = settings.Escalations(
            email_on=True,
            emails="grace@acme.example; linus@acme.example",
            slack_on=True,
            slack_channel="#support",
            webhook_on=True,
            webhook_url="https://crm.acme.example/hook",
        )
        settings.save_escalations(session, wanted, slack_token="xoxb-1", webhook_secret="s3cret")
        return World(*people, vera="v" * 64)

    return db.transact_now(begin)[0]
