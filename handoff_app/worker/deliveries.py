"""Notices on their way: claimed, sent each in its own task, settled together."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from sqlmodel import Session

from handoff_app import channels, net, vault
from handoff_app.channels.base import Notice, PermanentError, RetryLater
from handoff_app.db import NotSaved, transact
from handoff_app.domain import due, endpoints, mail_server, slack_team, tries
from handoff_app.domain.models import Delivery
from handoff_app.worker import tasks

log = logging.getLogger(__name__)

MOST_UNDER_WAY: Final = 400
"""More than all far sides get together, so that those that hang leave room for the others."""

Credentials = dict[str, str] | vault.Unreadable
Sending = tuple[Delivery, Credentials, str]
Ended = tuple[Delivery, tries.Tried, bool]


class Deliveries:
    """What this worker has under way. `wake` is called when one ends while others had to be left."""

    def __init__(self, owner: str, wake: Callable[[], None]) -> None:
        self._owner, self._wake = owner, wake
        self._under_way: Counter[str] = Counter()
        self._left = False
        self._ended: list[Ended] = []
        self._settling = asyncio.Lock()

    async def due(self) -> int:
        """Claim what is due and send it. What had to be left is claimed as others end: never more at once."""
        if self._under_way.total() >= MOST_UNDER_WAY:
            self._left = True
            return 0
        claimed, self._left = await transact(_claimed, self._owner, dict(self._under_way))
        for row, _, _ in claimed:
            self._under_way[due.far_side(row)] += 1
        tasks.start(self._deliver(*each) for each in claimed)
        return 0

    async def _deliver(self, row: Delivery, credentials: Credentials, thread: str) -> None:
        try:
            notice = Notice(row.id, row.event, row.target, row.body, thread)
            await self._settle((row, *await _tried(notice, row.channel, credentials)))
        finally:
            self._make_room(due.far_side(row))

    def _make_room(self, side: str) -> None:
        self._under_way[side] -= 1
        if self._under_way[side] <= 0:
            del self._under_way[side]
        if self._left:
            self._wake()

    async def _settle(self, ended: Ended) -> None:
        """Keep what came of it; those that end while a commit is under way share the next one."""
        self._ended.append(ended)
        async with self._settling:
            together, self._ended = self._ended, []
            if together:
                await self._keep(together)

    async def _keep(self, ended: list[Ended]) -> None:
        """One that cannot be kept takes none of the others with it."""
        try:
            await transact(_settled, self._owner, ended)
        except NotSaved:
            raise
        except Exception:
            if len(ended) == 1:
                raise
            for one in ended:
                await self._keep_alone(one)

    async def _keep_alone(self, ended: Ended) -> None:
        try:
            await transact(_settled, self._owner, [ended])
        except Exception:
            log.exception("what came of delivery %s could not be kept", ended[0].id)


async def _tried(notice: Notice, channel: str, credentials: Credentials) -> tuple[tries.Tried, bool]:
    """Send once; what it came to, and whether it arrived. Never raises."""
    started = monotonic()
    if isinstance(credentials, vault.Unreadable):
        return tries.Tried(str(credentials), permanent=True), False
    try:
        receipt = await channels.CHANNELS[channel].send(notice, credentials)
    except PermanentError as error:
        tried = tries.Tried(str(error), monotonic() - started, error.excerpt, permanent=True)
        return replace(tried, gone=error.gone, bounced=error.bounced), False
    except RetryLater as error:
        return tries.Tried(str(error), monotonic() - started, error.excerpt, wait=error.seconds), False
    except Exception as error:
        log.warning("delivery %s by %s did not arrive: %s", notice.id, channel, type(error).__name__)
        return tries.Tried(net.trouble(error), monotonic() - started), False
    return tries.Tried(receipt.answer, monotonic() - started, receipt.excerpt, receipt.thread), True


def _claimed(session: Session, owner: str, under_way: Mapping[str, int]) -> tuple[list[Sending], bool]:
    """Due deliveries with what their channels need: credentials, and the Slack thread that the conversation has."""
    found = []
    claimed = due.deliveries(session, owner, under_way=under_way)
    for row in claimed.rows:
        found.append((row, _credentials(session, row), slack_team.thread(session, row.conversation_id)))
    return found, claimed.left


def _settled(session: Session, owner: str, ended: Sequence[Ended]) -> None:
    for row, tried, arrived in ended:
        settle = tries.sent if arrived else tries.missed
        settle(session, row, owner, tried)


def _credentials(session: Session, row: Delivery) -> Credentials:
    """What the row's channel needs. A secret that cannot be read fails this row, and none of the others."""
    try:
        return _opened(session, row)
    except vault.Unreadable as error:
        return error


def _opened(session: Session, row: Delivery) -> dict[str, str]:
    if row.channel == "slack":
        return {"slack_token": slack_team.token(session), "slack_channel_id": slack_team.known(session).channel_id}
    if row.channel == "email":
        return mail_server.credentials(session)
    return {"webhook_secrets": "\n".join(endpoints.keys(session, row.endpoint_id or ""))}
