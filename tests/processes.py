"""Processes of their own that are there at once: forked from one that has imported the product and done nothing."""

import multiprocessing
import os
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from typing import Any

from handoff_app import db
from handoff_app.domain import conversations, escalations
from handoff_app.domain.models import Reason

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.processes", "handoff_app.worker", "sqlalchemy.dialects.sqlite"])


def start(work: Callable[..., None], *args: Any) -> BaseProcess:
    """Run `work(*args)` there, under this process's environment of now."""
    process = _CONTEXT.Process(target=_run, args=(dict(os.environ), work, args))
    process.start()
    return process


def escalate(name: str, number: int) -> None:
    """So many visitors of this name ask for a human, one after the other."""
    for one in range(number):

        def once(session: Any, secret: str = f"{name}-{one}".ljust(64, ".")) -> None:
            visitor = conversations.visitor(session, secret)
            chat = conversations.start(session, visitor.id, "en")
            escalations.escalate(session, conversations.locked(session, chat.id), Reason.ASKED_FOR_HUMAN)

        db.transact_now(once)


def _run(environment: Mapping[str, str], work: Callable[..., None], args: tuple[Any, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    work(*args)
