"""What agents answer in Slack, heard over its WebSocket where the server cannot be reached from outside."""

import asyncio
import logging
from typing import Any, Final

from slack_sdk.errors import SlackClientError

from handoff_app.channels import slack
from handoff_app.channels.base import PermanentError, RetryLater
from handoff_app.db import read, transact
from handoff_app.domain import replies, slack_team
from handoff_app.domain.models import SlackEvent

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 20.0
"""Until Socket Mode is tried again."""
KEEP_SECONDS: Final = 40.0
"""For the database to keep an event, which is acknowledged only then; Slack repeats what is not."""


async def listen() -> None:
    """Slack's Socket Mode while the server runs; a client that was closed is not used again."""
    loop = asyncio.get_running_loop()

    def heard(event: dict[str, Any], id: str) -> None:
        asyncio.run_coroutine_threadsafe(transact(replies.keep, event, id), loop).result(KEEP_SECONDS)

    while True:
        client = slack.listen(heard)
        try:
            await asyncio.to_thread(client.connect)
            await asyncio.Event().wait()
        except (OSError, SlackClientError) as error:
            log.warning("Slack's Socket Mode cannot be reached: %s", type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)
        finally:
            await asyncio.to_thread(client.close)


async def due() -> int:
    """What agents answered in Slack."""
    rows = await transact(replies.waiting)
    token = await read(slack_team.token) if rows else ""
    for row in rows:
        try:
            email, _ = await slack.person(token, row.user)
        except (PermanentError, RetryLater) as error:
            log.warning("a reply from Slack waits: %s", error)
            if isinstance(error, PermanentError) or row.attempts >= replies.TRIES:
                await transact(replies.give_up, row.id)
                await _answer(token, row, f"Not sent: who wrote it could not be found out. {error}.")
            continue
        unsent = await transact(replies.bring_in, row.id, email, slack.plain(row.text))
        if unsent:
            await _answer(token, row, unsent.why)
    return len(rows)


async def _answer(token: str, row: SlackEvent, sentence: str) -> None:
    """Tell whoever wrote it, in the thread."""
    try:
        await slack.say(token, row.channel, row.thread, sentence)
    except (PermanentError, RetryLater) as error:
        log.warning("Slack was not told that a reply was not sent: %s", error)
