"""A message in the team's Slack channel, one thread per conversation, by `slack_sdk`."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from handoff_app.channels.base import AUTHORS, REASONS, Notice, PermanentError, Receipt, RetryLater, visitor_name
from handoff_app.config import config

_SHOWN: Final = 5
_LONGEST: Final = 2900  # Slack refuses a section above 3,000 characters
_TEMPORARY: Final = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


class Slack:
    """Posts with the connected bot token; what a person must mend (token, channel) is permanent."""

    async def send(self, notice: Notice, credentials: Mapping[str, str]) -> Receipt:
        token = credentials.get("slack_token", "")
        if not token:
            raise PermanentError("Slack is not connected.")
        client = WebClient(token=token, base_url=config().slack_api_url, timeout=10, retry_handlers=[])
        try:
            answer = await asyncio.to_thread(
                client.chat_postMessage,
                channel=notice.target,
                text=summary(notice.data),
                blocks=blocks(notice.data),
                thread_ts=notice.thread or None,
                unfurl_links=False,
            )
        except SlackApiError as error:
            raise _judged(error) from error
        return Receipt("posted", thread=str(answer.get("ts") or ""))


def summary(data: Mapping[str, Any]) -> str:
    """One line, as notifications show it."""
    if data["event"] == "test":
        return "Test from Handoff: this channel works."
    return escape(f"{visitor_name(data)} is waiting for a human: {REASONS[data['escalation']['reason']]}")


def blocks(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Reason, visitor, page, last messages, and the way into the inbox."""
    facts = [f"*Visitor:* {escape(visitor_name(data))}"]
    if data["conversation"]["page_url"]:
        facts.append(f"*Page:* {escape(data['conversation']['page_url'])}")
    said = [f"*{AUTHORS[m['author']]}:* {escape(m['text'])}" for m in data["messages"][-_SHOWN:]]
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Open in inbox"},
        "url": data["conversation"]["url"],
        "style": "primary",
    }
    sections = [f"*{summary(data)}*", "\n".join(facts), "\n".join(said)]
    texts = [{"type": "section", "text": {"type": "mrkdwn", "text": text[:_LONGEST]}} for text in sections if text]
    return [*texts, {"type": "actions", "elements": [button]}]


def escape(text: str) -> str:
    """Slack's three control characters: without them no mention and no masked link can be written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _judged(error: SlackApiError) -> Exception:
    code = str(error.response.get("error") or "unknown_error")
    status = error.response.status_code
    if status == 429 or status >= 500 or code in _TEMPORARY:
        wait = str(error.response.headers.get("Retry-After", ""))
        return RetryLater(f"Slack answered {code}", float(wait) if wait.isdecimal() else None)
    return PermanentError(f"Slack answered {code}")
