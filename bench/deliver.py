"""From an escalation to the notice that arrived, per channel, at 50 escalations a second; and deliveries per second.

The database is written by this process, the far sides are a mail server, a Slack-shaped server and an HTTP receiver on
loopback, and the server under test delivers.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from bench.measure import free_port, percentile
from tests.fake_world import Mailbox, Receiver, Request, slack
from tests.serving import Server

RATE, SECONDS = 50, 10


class Clock:
    """When each conversation was escalated, and when each channel heard of it."""

    def __init__(self) -> None:
        self.started: dict[str, float] = {}
        self.heard: dict[str, dict[str, float]] = {"email": {}, "slack": {}, "webhook": {}}

    def hear(self, channel: str, conversation: str) -> None:
        self.heard[channel].setdefault(conversation, time.monotonic())

    def times(self, channel: str) -> list[float]:
        return [at - self.started[id] for id, at in self.heard[channel].items() if id in self.started]


def measure() -> dict[str, float]:
    """Percentiles per channel, and the rate over all."""
    folder, clock = Path(tempfile.mkdtemp()), Clock()
    os.environ |= {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_ALLOW_PRIVATE_URLS": "1"}
    mail, team, hook = _mailbox(clock), slack(), Receiver().start()
    team_answers = team.answer
    team.answer = lambda request: (_posted(clock, request), team_answers(request))[1]
    hook.answer = lambda request: (clock.hear("webhook", request.json["conversation"]["id"]), (200, {}))[1]
    env = {"HANDOFF_SMTP_URL": mail.url + "?starttls=0", "HANDOFF_SLACK_API_URL": f"{team.url}/api/"}
    server = Server(folder, free_port(), **env).start()
    began = _escalate(clock, hook.url)
    wanted = RATE * SECONDS
    end = time.monotonic() + 60
    while time.monotonic() < end and any(len(found) < wanted for found in clock.heard.values()):
        time.sleep(0.05)
    took = max(max(found.values()) for found in clock.heard.values()) - began
    server.stop()
    mail.stop()
    arrived = sum(len(found) for found in clock.heard.values())
    result = {"notices_arrived": arrived / (3 * wanted), "notices_per_second": arrived / took}
    for channel in clock.heard:
        result[f"{channel}_p50_ms"] = percentile(clock.times(channel), 0.5)
        result[f"{channel}_p95_ms"] = percentile(clock.times(channel), 0.95)
    return result


def _mailbox(clock: Clock) -> Mailbox:
    class Kept(Mailbox):
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
            said = await super().handle_DATA(server, session, envelope)
            clock.hear("email", str(self.mails[-1][1]["References"]).strip("<>").partition("@")[0])
            return said

    return Kept()


def _posted(clock: Clock, request: Request) -> None:
    if request.path.endswith("chat.postMessage"):
        blocks = request.json["blocks"]
        clock.hear("slack", blocks[-1]["elements"][0]["url"].rpartition("/")[2])


def _escalate(clock: Clock, hook: str) -> float:
    """Write escalations at an even rate; returns when the first was written."""
    from handoff_app import db
    from handoff_app.domain import conversations, escalations, settings
    from handoff_app.domain.models import Reason

    wanted = settings.Escalations(
        email_on=True,
        emails="grace@acme.example",
        slack_on=True,
        slack_channel="#support",
        webhook_on=True,
        webhook_url=f"{hook}/hook",
        reroute_minutes=0,
        late_minutes=0,
    )
    db.transact_now(settings.save_escalations, wanted, slack_token="xoxb-test", webhook_secret="s3cret")

    def once(session: object, number: int) -> str:
        visitor = conversations.visitor(session, f"bench-{number}".ljust(64, "."))  # type: ignore[arg-type]
        chat = conversations.start(session, visitor.id, "en")  # type: ignore[arg-type]
        conversations.visitor_says(session, chat, "Where is my parcel?", "c", "", False)  # type: ignore[arg-type]
        escalations.escalate(session, conversations.locked(session, chat.id), Reason.ASKED_FOR_HUMAN)  # type: ignore[arg-type]
        return chat.id

    began = time.monotonic()

    async def at_rate() -> None:
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            id = await asyncio.to_thread(lambda n=number: db.transact_now(once, n)[0])
            clock.started[id] = time.monotonic()

    asyncio.run(at_rate())
    return began
