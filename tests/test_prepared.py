"""Statements that go straight to the driver give what SQLAlchemy would."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select, update

from handoff_app.domain.models import Author, Conversation, Message
from handoff_app.domain.prepared import Prepared
from tests.conftest import World

OF_CHAT = (
    select(*Message.__table__.columns).where(Message.conversation_id == bindparam("id")).order_by(col(Message.seq))
)
AT = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


def test_rows_are_those_of_sqlalchemy(world: World) -> None:
    chat = world.chat("Hello", "Is anybody\x00 there? 👋")
    prepared = Prepared(OF_CHAT)

    def both(session: Session) -> None:
        expected = session.connection().execute(OF_CHAT, {"id": chat}).all()
        found = prepared.all(session, id=chat)
        assert [row._asdict() for row in found] == [dict(row._mapping) for row in expected]
        assert prepared.first(session, id=chat).created_at.tzinfo is UTC
        assert prepared.first(session, id="nobody") is None

    world.do(both)


def test_what_is_written_has_its_types(world: World) -> None:
    chat = world.chat("Hello")
    made = Prepared(insert(Message.__table__), Message.__table__.columns.keys())
    values = {
        "id": "m" * 32,
        "conversation_id": chat,
        "seq": 9,
        "author": Author.AI,
        "text": "Yes.",
        "name": "",
        "key": "",
    }
    more = {
        "agent_id": None,
        "client_id": None,
        "confidence": 0.5,
        "suggestion": False,
        "wrong": True,
        "created_at": AT,
    }
    assert world.do(made.all, **values, **more, sources=[{"title": "Ü"}]) == []
    kept = world.do(lambda session: session.get_one(Message, "m" * 32))
    assert (kept.sources, kept.confidence, kept.wrong, kept.created_at) == ([{"title": "Ü"}], 0.5, True, AT)


def test_an_update_returns_its_row(world: World) -> None:
    chat = world.chat("Hello")
    it = col(Conversation.id) == bindparam("it")
    later = (
        update(Conversation.__table__)
        .where(it)
        .values(updated_at=bindparam("at"))
        .returning(col(Conversation.updated_at))
    )
    (row,) = world.do(Prepared(later).all, it=chat, at=AT + timedelta(days=1))
    assert row.updated_at == AT + timedelta(days=1)


def test_a_value_that_is_missing_raises(world: World) -> None:
    with pytest.raises(KeyError):
        world.do(Prepared(OF_CHAT).all)
