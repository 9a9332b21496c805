"""The shelf of channels: what a notice holds, and the one method a channel has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class PermanentError(Exception):
    """Trying again cannot help; the message is one sentence for the admin.

    `gone`: the endpoint said 410. `bounced`: the mail server refused this address. `excerpt`: the start of the answer.
    """

    def __init__(self, message: str, *, gone: bool = False, bounced: bool = False, excerpt: str = "") -> None:
        super().__init__(message)
        self.gone, self.bounced, self.excerpt = gone, bounced, excerpt


class RetryLater(Exception):
    """The other side did not take it; `seconds` is how long it asks us to wait, if it said so."""

    def __init__(self, message: str, seconds: float | None = None, excerpt: str = "") -> None:
        super().__init__(message)
        self.seconds, self.excerpt = seconds, excerpt


@dataclass(frozen=True)
class Notice:
    """One delivery on its way. `body` is the frozen JSON of the webhook contract; every channel tells what is in it."""

    id: str
    event: str
    target: str
    body: bytes
    thread: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The body, read."""
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded


@dataclass(frozen=True)
class Receipt:
    """What the other side answered, in a few words; `thread` is where later notices belong, if the channel has such."""

    answer: str
    thread: str = ""
    excerpt: str = ""


class Channel(Protocol):
    """Sends a notice or raises: `PermanentError`, `RetryLater`, or whatever went wrong, which is tried again."""

    async def send(self, notice: Notice, credentials: Mapping[str, str]) -> Receipt: ...


REASONS = {
    "asked_for_human": "Asked for a human",
    "low_confidence": "AI was not sure",
    "requested_by_button": "Pressed the button",
    "ai_failed": "AI failed",
    "agent_took_over": "Agent took over",
}
"""The reasons in words for the team, who read English."""

AUTHORS = {"visitor": "Visitor", "ai": "AI", "agent": "Team", "system": "Handoff"}


def visitor_name(data: Mapping[str, Any]) -> str:
    """How the team reads of this visitor: name, else address, else the start of the id."""
    visitor = data["visitor"]
    return visitor["name"] or visitor["email"] or f"Visitor {visitor['id'][:4].upper()}"


def excerpt(body: bytes) -> str:
    """The start of an answer, made harmless: one line of printable text."""
    text = body[:800].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
