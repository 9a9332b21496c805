"""A process dies at each step from the request to the settled notice: it arrives all the same, and twice only if it
had left, with the same id."""

import json
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest

from handoff_app.config import config
from handoff_app.domain import mail_server
from handoff_app.domain.models import Delivery, Sent, now
from tests import dying
from tests.conftest import World
from tests.fake_world import Receiver
from tests.far_sides import Smtp
from tests.test_worker import db_select, only, worked

Ids = Callable[[], list[Any]]


def webhook(world: World, _: pytest.MonkeyPatch) -> Ids:
    receiver = Receiver().start()
    only(world, webhook_on=True, webhook_url=f"{receiver.url}/hook")
    return lambda: [(request.headers["webhook-id"], request.body) for request in receiver.got]


def slack(world: World, monkeypatch: pytest.MonkeyPatch) -> Ids:
    """Slack takes no id of ours: that it is the same notice shows in what it says and where its button leads."""
    receiver = Receiver(lambda _: (200, {"ok": True, "ts": "1.1"})).start()
    monkeypatch.setenv("HANDOFF_SLACK_API_URL", f"{receiver.url}/api/")
    only(world, slack_on=True, slack_channel="#support")
    return lambda: [json.dumps(request.values, sort_keys=True) for request in receiver.got]


def email(world: World, _: pytest.MonkeyPatch) -> Ids:
    server = Smtp()
    world.do(mail_server.save, mail_server.MailServer(server="127.0.0.1", port=server.port, security="none"))
    only(world, email_on=True, emails="grace@acme.example")
    return lambda: [message_from_bytes(mail)["Message-ID"] for mail in server.mails]


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch, database: None) -> None:
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    config.cache_clear()


@pytest.mark.parametrize("far_side", [email, slack, webhook])
@pytest.mark.parametrize("point", [*dying.ASKING, *dying.UNSENT, *dying.SENT, *dying.SETTLED])
async def test_who_dies_here_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, point: str, far_side: Callable[..., Ids]
) -> None:
    arrived = far_side(world, monkeypatch)
    config.cache_clear()
    chat = world.chat("Hello")
    if point not in dying.ASKING:
        dying.ask(chat)
    assert dying.dies(point, far_side.__name__, chat)
    assert len(world.all(Delivery)) == (0 if point in ("before insert", "after insert") else 1)
    assert len(arrived()) == (1 if point in dying.SENT + dying.SETTLED else 0)
    dying.ask(chat)  # the visitor's tab asks again until it is told
    world.do(_end_leases)
    await worked(world, lambda rows: all(row.status == Sent.SENT for row in rows))
    assert len(arrived()) == (2 if point in dying.SENT else 1)
    assert len(set(arrived())) == 1


def _end_leases(session: Any) -> None:
    for row in session.exec(db_select()):
        row.due_at = now() - timedelta(seconds=1)
