"""A message in the team's Slack channel, one thread per conversation, by `slack_sdk`."""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urlencode

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web import SlackResponse, WebClient

from handoff_app.channels.base import AUTHORS, REASONS, Notice, PermanentError, Receipt, RetryLater, visitor_name
from handoff_app.config import config

SCOPES: Final = "chat:write,channels:read,groups:read,channels:history,groups:history,users:read,users:read.email"
PLACES: Final = "public_channel,private_channel"
SECONDS: Final = 20
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
            answer = await _apart(
                client.chat_postMessage,
                channel=credentials.get("slack_channel_id") or notice.target,
                text=summary(notice.data),
                blocks=blocks(notice.data),
                thread_ts=notice.thread or None,
                reply_broadcast=bool(notice.thread) and notice.event == "escalation.created",  # it is news again
                unfurl_links=False,
            )
        except SlackApiError as error:
            raise _judged(error) from error
        return Receipt("posted", thread=str(answer.get("ts") or ""))


@dataclass(frozen=True)
class Place:
    """A channel that notices can be posted to."""

    id: str
    name: str
    joined: bool


async def identify(token: str) -> tuple[str, str]:
    """The workspace's name and the bot's user id. Raises `PermanentError` or `RetryLater` with a sentence."""
    said = await _call(token, "auth.test")
    return str(said.get("team") or "Slack"), str(said.get("user_id") or "")


async def places(token: str, most: int = 1000) -> list[Place]:
    """The channels that the bot can see, by name. Raises like `identify`."""
    found: list[Place] = []
    cursor = ""
    while len(found) < most:
        said = await _call(token, "conversations.list", limit=200, cursor=cursor, exclude_archived=True, types=PLACES)
        found += [Place(c["id"], c["name"], bool(c.get("is_member"))) for c in said.get("channels", [])]
        cursor = (said.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return sorted(found, key=lambda place: place.name)


async def person(token: str, user: str) -> tuple[str, str]:
    """The email address and the name of someone in the workspace. Raises like `identify`."""
    said = await _call(token, "users.info", user=user)
    profile = said["user"].get("profile", {})
    return str(profile.get("email") or ""), str(profile.get("real_name") or said["user"].get("name") or "")


async def say(token: str, channel: str, thread: str, text: str) -> None:
    """One line in a thread, for what an agent must know at once. Raises like `identify`."""
    await _call(token, "chat.postMessage", channel=channel, thread_ts=thread, text=text)


async def installed(code: str, redirect_uri: str) -> str:
    """The bot token that an installation's code stands for. Raises like `identify`."""
    values = {"client_id": config().slack_client_id, "client_secret": config().slack_client_secret}
    said = await _call("", "oauth.v2.access", **values, code=code, redirect_uri=redirect_uri)
    return str(said["access_token"])


def install_url(state: str, redirect_uri: str) -> str:
    """Where an admin agrees to the installation."""
    wanted = {"client_id": config().slack_client_id, "scope": SCOPES, "state": state, "redirect_uri": redirect_uri}
    return f"{config().slack_api_url.rstrip('/').removesuffix('/api')}/oauth/v2/authorize?{urlencode(wanted)}"


async def _call(token: str, method: str, **values: Any) -> dict[str, Any]:
    client = WebClient(token=token, base_url=config().slack_api_url, timeout=10, retry_handlers=[])
    try:
        answer = await _apart(client.api_call, api_method=method, params=values)
    except SlackApiError as error:
        raise _judged(error) from error
    except (OSError, SlackClientError) as error:
        raise RetryLater("Slack cannot be reached") from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


async def _apart(work: Callable[..., SlackResponse], **values: Any) -> SlackResponse:
    """In a thread of Slack's own: one that hangs holds it for a while, and the loop's few threads are for others too.

    The client's own timeout is for each piece of the answer. Raises `TimeoutError`.
    """
    async with asyncio.timeout(SECONDS):
        return await asyncio.get_running_loop().run_in_executor(_threads(), partial(work, **values))


@cache
def _threads() -> ThreadPoolExecutor:
    """More than one claim's notices, so that none waits for a thread until its lease ends."""
    return ThreadPoolExecutor(32, thread_name_prefix="slack")


def listen(heard: Callable[[dict[str, Any], str], None]) -> SocketModeClient:
    """Socket Mode, for servers that Slack cannot reach: `heard(event, event_id)` is called from a thread of its own.

    An event is acknowledged once `heard` returns. If it raises, Slack repeats it. One at a time: what an agent wrote
    in two lines stays in its order.
    """
    web = WebClient(base_url=config().slack_api_url)
    client = SocketModeClient(app_token=config().slack_app_token, web_client=web, ping_interval=5, concurrency=1)

    def answer(_: Any, request: Any) -> None:
        if request.type == "events_api" and isinstance(request.payload.get("event"), dict):
            heard(request.payload["event"], str(request.payload.get("event_id", "")))
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    client.socket_mode_request_listeners.append(answer)
    return client


def summary(data: Mapping[str, Any]) -> str:
    """One line, as notifications show it."""
    if data["event"] == "test":
        return "Test from Handoff: this channel works."
    if data["event"] == "conversation.message":
        return escape(f"{visitor_name(data)}: {data['messages'][-1]['text']}")[:_LONGEST]
    return escape(f"{visitor_name(data)} is waiting for a human: {REASONS[data['escalation']['reason']]}")


def blocks(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Reason, visitor, page, last messages, and the way into the inbox."""
    if data["event"] == "conversation.message":
        return [{"type": "section", "text": {"type": "mrkdwn", "text": summary(data)}}]
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


def plain(text: str) -> str:
    """What a person wrote in Slack, as a visitor should read it: links as addresses, no ids of people."""
    shown = re.sub(r"<(https?://[^|>]+)(?:\|[^>]*)?>", r"\1", text)
    shown = re.sub(r"<[@#!][^|>]*\|([^>]+)>", r"\1", shown)
    shown = re.sub(r"<[@#!][^>]*>", "", shown)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _judged(error: SlackApiError) -> Exception:
    """Slack's errors are single words; anything else comes from something between, such as a gateway's page."""
    code, status = str(error.response.get("error") or "unknown_error"), error.response.status_code
    wait = {name.lower(): str(value) for name, value in error.response.headers.items()}.get("retry-after", "")
    seconds = float(wait) if wait.isdecimal() else None
    if status == 429:
        return RetryLater("Slack asks for patience", seconds)
    if not re.fullmatch(r"\w+", code, re.ASCII):
        return RetryLater(f"answered {status} with something that is not Slack's")
    if status >= 500 or code in _TEMPORARY:
        return RetryLater(f"Slack answered {code}", seconds)
    return PermanentError(f"Slack answered {code}")
