"""A process that dies at a named step, as a power cut would have it.

The steps are made to kill from outside, by wrapping the product's own functions; the product knows nothing of it.
"""

import asyncio
import inspect
import os
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

import aiosmtplib
from httpcore import AnyIOBackend

from handoff_app import channels, db
from handoff_app.domain import conversations, due, escalations, outbox, tries
from handoff_app.domain.models import Reason
from handoff_app.worker import Worker, deliveries
from tests import processes

CONNECTS: dict[str, tuple[Any, str]] = {
    "email": (aiosmtplib.SMTP, "connect"),
    "slack": (HTTPConnection, "connect"),
    "webhook": (AnyIOBackend, "connect_tcp"),
}
ASKING = ("before insert", "after insert", "after commit")
"""Steps of the request for a human; all others are the worker's."""
UNSENT = ("claiming", "claimed", "connected")
SENT = ("sent", "before mark", "after mark")
SETTLED = ("settled",)


def die(*_: Any, **__: Any) -> None:
    os._exit(9)


def after(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Let `owner.name` do its work, then die, if `when` says so of its arguments."""
    whole = getattr(owner, name)

    async def later(*args: Any, **kwargs: Any) -> Any:
        done = await whole(*args, **kwargs)
        return die() if when(*args) else done

    def at_once(*args: Any, **kwargs: Any) -> Any:
        done = whole(*args, **kwargs)
        return die() if when(*args) else done

    setattr(owner, name, later if inspect.iscoroutinefunction(whole) else at_once)


def arm(point: str, channel: str) -> None:
    """Make this process die at the step."""
    send = type(channels.CHANNELS[channel])
    {
        "before insert": lambda: setattr(outbox, "write", die),
        "after insert": lambda: after(outbox, "write"),
        "after commit": lambda: after(db, "transact_now"),
        "claiming": lambda: after(due, "deliveries"),
        "claimed": lambda: setattr(send, "send", die),
        "connected": lambda: after(*CONNECTS[channel]),
        "sent": lambda: after(send, "send"),
        "before mark": lambda: setattr(tries, "sent", die),
        "after mark": lambda: after(tries, "sent"),
        "settled": lambda: after(deliveries, "transact", lambda verb, *_: verb is deliveries._settled),
    }[point]()


def ask(chat: str) -> None:
    """The request for a human; asking again changes nothing."""
    db.transact_now(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)


def dies(point: str, channel: str, chat: str) -> bool:
    """Run the step's side in a process of its own; whether it died there."""
    one = processes.start(_live, point, channel, chat)
    one.join(60)
    return one.exitcode == 9


def _live(point: str, channel: str, chat: str) -> None:
    arm(point, channel)
    if point in ASKING:
        ask(chat)
    else:
        asyncio.run(Worker().run())
