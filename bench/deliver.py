"""From an escalation to the notice that arrived, per channel, under load; and deliveries per second.

Visitors press the button over real sockets; the far sides are a mail server, a Slack-shaped server and an HTTP receiver
on loopback.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from bench.measure import free_port, percentile
from tests.fake_world import Mailbox, Receiver, Request, slack
from tests.serving import Server
from tests.trips.client import Tab, visitor

RATES, SECONDS = (10, 50), 10
WARM = 6  # seconds until a fresh server has learned its articles


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
    """Percentiles per channel, and the rate over all, at a busy shop's rate and at the goal's."""
    return {f"{name}_at_{rate}": value for rate in RATES for name, value in _measured(rate).items()}


def _measured(rate: int) -> dict[str, float]:
    folder, clock = Path(tempfile.mkdtemp()), Clock()
    os.environ |= {"HANDOFF_DATA_DIR": str(folder), "HANDOFF_ALLOW_PRIVATE_URLS": "1"}
    mail, team, hook = _mailbox(clock), slack(), Receiver().start()
    team_answers = team.answer
    team.answer = lambda request: (_posted(clock, request), team_answers(request))[1]
    hook.answer = lambda request: (clock.hear("webhook", request.json["conversation"]["id"]), (200, {}))[1]
    env = {"HANDOFF_SMTP_URL": mail.url + "?starttls=0", "HANDOFF_SLACK_API_URL": f"{team.url}/api/"}
    server = Server(folder, free_port(), **env).start()
    _prepare(hook.url)
    began = asyncio.run(_escalate(clock, server.url, rate))
    wanted = rate * SECONDS
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


def _prepare(hook: str) -> None:
    """All three channels on, straight into the database."""
    from handoff_app import db, vault
    from handoff_app.config import config
    from handoff_app.domain import settings

    for remembered in (config, db.engine, vault._keys):
        remembered.cache_clear()  # every run has a data directory of its own

    wanted = settings.Escalations(
        email_on=True,
        emails="grace@acme.example",
        slack_on=True,
        slack_channel="#support",
        webhook_on=True,
        webhook_url=f"{hook}/hook",
    )
    db.transact_now(settings.save_escalations, wanted, slack_token="xoxb-test", webhook_secret="s3cret")


async def _escalate(clock: Clock, url: str, rate: int) -> float:
    """So many visitors, each of whom presses the button once a second in a new chat; returns when the first did."""
    tabs = [await visitor(url) for _ in range(rate)]
    for number, tab in enumerate(tabs):
        await tab.call("widget_state.identify", form={"email": f"vera{number}@example.com", "name": "Vera"})
    await asyncio.sleep(WARM)
    began = time.monotonic()

    async def press(number: int, tab: Tab) -> None:
        for second in range(SECONDS):
            await asyncio.sleep(max(0.0, began + second + number / rate - time.monotonic()))
            clock.started[tab.vars["widget_state.conversation"]] = time.monotonic()
            await tab.call("widget_state.ask")
            await tab.until(lambda v: v.get("widget_state.status") == "waiting", seconds=60)
            await tab.call("widget_state.start_new")
            await tab.until(lambda v: v.get("widget_state.status") == "with_ai", seconds=60)

    await asyncio.gather(*(press(number, tab) for number, tab in enumerate(tabs)))
    for tab in tabs:
        await tab.close()
    return began
