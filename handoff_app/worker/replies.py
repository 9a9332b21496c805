"""What agents answer in Slack, heard over its WebSocket where the server cannot be reached from outside."""

import asyncio
import logging
from typing import Any, Final

from slack_sdk.errors import SlackClientError

from handoff_app.channels import slack
from handoff_app.channels.base import PermanentError, RetryLater
from handoff_app.db import read, transact
from handoff_app.domain import replies, slack_team

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 20.0
"""Until Socket Mode is tried again."""


async def listen() -> None:
    """Slack's Socket Mode while the server runs; a client that was closed is not used again."""
    loop = asyncio.get_running_loop()

    def heard(event: dict[str, Any], id: str) -> None:
        asyncio.run_coroutine_threadsafe(transact(replies.keep, event, id), loop)

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
            unsent = await transact(replies.bring_in, row.id, email, slack.plain(row.text))
            if unsent:
                await slack.say(token, row.channel, row.thread, unsent.why)
        except (PermanentError, RetryLater) as error:
            log.warning("a reply from Slack waits: %s", error)
    return len(rows)
