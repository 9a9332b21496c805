"""The worker and its channels against real servers that misbehave: what fails is tried again, and delays nobody."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from handoff_app import db, vault, worker
from handoff_app.config import config
from handoff_app.domain import conversations, due, endpoints, escalations, mail_server, outbox, settings, trouble
from handoff_app.domain.models import Attempt, Bounce, Delivery, Endpoint, Reason, Sent, now
from handoff_app.worker import loops
from tests.conftest import World
from tests.fake_world import Mailbox, Receiver, Request
from tests.far_sides import STEPS, Loopback, Smtp, raw

Answer = Callable[[Request], tuple[int, Any]]


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch, database: None) -> None:
    """The far sides are on loopback."""
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    config.cache_clear()


def only(world: World, **wanted: Any) -> None:
    """Escalations go out by these channels alone."""
    off = settings.Escalations(email_on=False, emails="", slack_on=False, webhook_on=False, webhook_url="")
    world.do(settings.save_escalations, replace(off, **wanted), slack_token="xoxb-test", webhook_secret="s3cret")


def escalate(world: World, text: str = "Hello") -> str:
    world.vera = f"{len(world.all(Delivery)):064}"
    chat = world.chat(text)
    world.do(lambda s: escalations.escalate(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    return chat


async def worked(world: World, until: Callable[[list[Delivery]], bool], seconds: float = 20) -> list[Delivery]:
    """Run the worker until the deliveries are as wanted; returns them."""
    task = asyncio.create_task(worker.Worker().run())
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rows = world.all(Delivery)
            if rows and until(rows):
                return rows
            await asyncio.sleep(0.05)
        raise AssertionError([(r.channel, r.target, r.status, r.answer) for r in world.all(Delivery)])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await worker.finish(2)


def tried(rows: list[Delivery]) -> bool:
    return all(row.attempts for row in rows)


def waits(row: Delivery) -> float:
    """Seconds from its last try to the next one, as they are written down: however slow this machine is."""
    assert row.due_at is not None
    return (row.due_at - row.set_at).total_seconds()


def hook(world: World, answer: Answer) -> Receiver:
    receiver = Receiver(answer).start()
    only(world, webhook_on=True, webhook_url=f"{receiver.url}/hook")
    return receiver


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_2xx_is_success(world: World, status: int) -> None:
    hook(world, lambda _: (status, {}))
    escalate(world)
    (row,) = await worked(world, tried)
    assert (row.status, row.answer) == (Sent.SENT, f"answered {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 408, 429, 500, 502, 503, 504])
async def test_everything_else_is_tried_again_after_five_seconds(world: World, status: int) -> None:
    receiver = hook(world, lambda _: (status, {"why": "no"}))
    escalate(world)
    (row,) = await worked(world, tried)
    assert (row.status, row.answer) == (Sent.PENDING, f"answered {status}")
    assert 4 <= waits(row) <= 6
    assert len(receiver.got) == 1
    (attempt,) = world.all(Attempt)
    assert (attempt.ok, attempt.excerpt) == (False, '{"why": "no"}')


async def test_a_redirect_is_never_followed(world: World) -> None:
    target = Receiver().start()
    server = raw(f"HTTP/1.1 302 X\r\nLocation: {target.url}/\r\nContent-Length: 0\r\n\r\n".encode())
    only(world, webhook_on=True, webhook_url=f"http://127.0.0.1:{server.port}/hook")
    escalate(world)
    await worked(world, tried)
    assert target.got == []


async def test_410_switches_the_endpoint_off_and_tells_the_admins(world: World) -> None:
    hook(world, lambda _: (410, {}))
    escalate(world)
    rows = await worked(world, lambda rows: len(rows) == 2 and tried(rows))
    assert {row.event: row.status for row in rows} == {
        "escalation.created": Sent.FAILED,
        "endpoint.disabled": Sent.SENT,
    }
    assert world.do(endpoints.disabled)
    mail = next((config().data_dir / "mail").glob("*.eml")).read_text()
    assert "switched off" in mail
    assert "ada@acme.example" in mail
    before = len(world.all(Delivery))
    escalate(world, "Again")
    assert len(world.all(Delivery)) == before


async def test_what_a_410_stopped_can_be_replayed_and_a_success_switches_the_endpoint_on(world: World) -> None:
    answers = iter([410, 200])
    receiver = Receiver(lambda _: (next(answers), {})).start()
    only(world, webhook_on=True, webhook_url=f"{receiver.url}/hook")
    escalate(world)
    await worked(world, tried)
    assert world.do(endpoints.disabled)
    assert world.do(outbox.replay_failed) == 1
    await worked(world, lambda rows: all(row.status == Sent.SENT for row in rows if row.channel == "webhook"))
    assert not world.do(endpoints.disabled)
    assert receiver.got[0].body == receiver.got[1].body


async def test_five_days_of_nothing_but_failures_switch_it_off_and_a_success_forgives(world: World) -> None:
    answers = iter([500, 200, 500])
    hook(world, lambda _: (next(answers), {}))

    def aged(days: float) -> None:
        def change(session: Any) -> None:
            endpoint = session.get_one(Endpoint, "main")
            if endpoint.failing_since:
                endpoint.failing_since = now() - timedelta(days=days)
            for row in session.exec(db_select()):
                row.due_at = now()

        world.do(change)

    escalate(world)
    await worked(world, tried)
    aged(4.9)
    await worked(world, lambda rows: rows[0].attempts == 2)
    assert world.all(Endpoint)[0].failing_since is None
    escalate(world, "Another")
    await worked(world, tried)
    assert world.all(Endpoint)[0].disabled_at is None
    aged(5.1)
    world.do(lambda s: endpoints.struck(s, s.get_one(Endpoint, "main"), gone=False, attempts=2) and None)
    assert world.all(Endpoint)[0].disabled_at is None
    world.do(lambda s: endpoints.struck(s, s.get_one(Endpoint, "main"), gone=False, attempts=3))
    assert world.all(Endpoint)[0].disabled_why == "It failed for five days."


def db_select() -> Any:
    from sqlmodel import select

    return select(Delivery).where(Delivery.status == Sent.PENDING)


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [("600", 600, 600), ("999999999", 86_400, 86_400), ("-1", 4, 6), ("abc", 4, 6), ("NaN", 4, 6)],
)
async def test_retry_after_is_honoured_within_reason(world: World, header: str, low: int, high: int) -> None:
    server = raw(f"HTTP/1.1 429 X\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n".encode())
    only(world, webhook_on=True, webhook_url=f"http://127.0.0.1:{server.port}/hook")
    escalate(world)
    (row,) = await worked(world, tried)
    assert low <= waits(row) <= high


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    "server",
    [
        lambda: raw(b""),
        lambda: raw(HEAD, pause=1.0),
        lambda: raw(HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 30, pause=0.5),
    ],
    ids=["never answers", "headers one byte a second", "body two bytes a second"],
)
async def test_a_hanging_endpoint_is_given_ten_seconds_and_delays_nobody(
    world: World, server: Callable[[], Loopback]
) -> None:
    slow, quick = server(), Receiver().start()
    slow_url = f"http://127.0.0.1:{slow.port}/hook"
    only(world, webhook_on=True, webhook_url=slow_url)
    world.do(lambda s: endpoints.save(s, "b" * 32, f"{quick.url}/hook", settings.EVENTS) and None)
    escalate(world)
    task = asyncio.create_task(worked(world, tried, seconds=40))
    while not quick.got:
        await asyncio.sleep(0.02)
    assert [row.attempts for row in world.all(Delivery) if row.target == slow_url] == [0]
    rows = await task
    assert {row.status: row.answer for row in rows} == {
        Sent.SENT: "answered 200",
        Sent.PENDING: "did not answer in time",
    }


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 1000000000\r\n\r\n" + b"x" * 200_000,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b"y" * 65_536 + b"\r\n10000\r\n" + b"y" * 65_536,
    ],
    ids=["a gigabyte announced", "chunks without end"],
)
async def test_of_a_large_answer_only_the_start_is_read(world: World, answer: bytes) -> None:
    server = raw(answer, forever=False)
    only(world, webhook_on=True, webhook_url=f"http://127.0.0.1:{server.port}/hook")
    escalate(world)
    (row,) = await worked(world, tried)
    assert (row.status, len(world.all(Attempt)[0].excerpt)) == (Sent.SENT, 200)


async def test_two_secrets_sign_while_one_is_changed_and_bytes_and_id_stay(world: World) -> None:
    answers = iter([500, 200])
    receiver = hook(world, lambda _: (next(answers), {}))
    fresh = world.do(endpoints.new_secret, "main")
    escalate(world)
    await worked(world, tried)
    world.do(lambda s: [setattr(row, "due_at", now()) for row in s.exec(db_select())] and None)
    await worked(world, lambda rows: rows[0].status == Sent.SENT)
    first, second = receiver.got
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == first.json["delivery_id"]
    assert len(second.headers["webhook-signature"].split()) == 2
    from standardwebhooks.webhooks import Webhook

    assert Webhook(fresh).verify(second.body.decode(), second.headers)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", ["421", "451", "550", "drop"])
async def test_a_mail_server_that_fails_at_a_step(world: World, step: str, fault: str) -> None:
    server = Smtp(step, fault)
    world.do(mail_server.save, mail_server.MailServer(server="127.0.0.1", port=server.port, security="none"))
    only(world, email_on=True, emails="grace@acme.example; linus@acme.example")
    escalate(world)
    rows = await worked(world, tried)
    gone = fault == "550"
    assert {row.status for row in rows} == {Sent.FAILED if gone else Sent.PENDING}
    assert len(world.all(Bounce)) == (2 if gone and step == "rcpt" else 0)
    assert server.mails == []


async def test_a_mail_server_that_is_slow_at_every_step_is_given_twenty_seconds_in_all(world: World) -> None:
    """Else another worker would send the same mail when the lease ends."""
    server = Smtp(pause=6)
    world.do(mail_server.save, mail_server.MailServer(server="127.0.0.1", port=server.port, security="none"))
    only(world, email_on=True, emails="grace@acme.example")
    escalate(world)
    (row,) = await worked(world, tried, seconds=40)
    assert (row.status, row.answer, row.attempts) == (Sent.PENDING, "did not answer in time", 1)
    assert row.seconds is not None
    assert row.seconds < due.LEASE.total_seconds()
    assert server.mails == []


async def test_a_server_that_drops_after_the_mail_gets_the_same_message_id_again(world: World) -> None:
    server = Smtp("body", "drop-after")
    world.do(mail_server.save, mail_server.MailServer(server="127.0.0.1", port=server.port, security="none"))
    only(world, email_on=True, emails="grace@acme.example")
    escalate(world)
    await worked(world, tried)
    server.fault = ""
    world.do(lambda s: [setattr(row, "due_at", now()) for row in s.exec(db_select())] and None)
    await worked(world, lambda rows: rows[0].status == Sent.SENT)
    ids = [next(line for line in mail.splitlines() if line.lower().startswith(b"message-id")) for mail in server.mails]
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_one_refused_recipient_stops_no_other(world: World) -> None:
    class Picky(Mailbox):
        async def handle_RCPT(self, _s: Any, _n: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
            if address.startswith("grace"):
                return "550 no such user"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    mailbox = Picky()
    port = int(mailbox.url.rpartition(":")[2])
    world.do(mail_server.save, mail_server.MailServer(server="127.0.0.1", port=port, security="none"))
    only(world, email_on=True, emails="grace@acme.example; linus@acme.example", round_robin=False)
    escalate(world)
    rows = await worked(world, tried)
    assert {row.target: row.status for row in rows} == {
        "grace@acme.example": Sent.FAILED,
        "linus@acme.example": Sent.SENT,
    }
    only(world, email_on=True, emails="grace@acme.example; linus@acme.example", round_robin=True)
    escalate(world, "Who is next?")
    assert next(row.target for row in world.all(Delivery) if not row.attempts) == "linus@acme.example"
    mailbox.stop()


SLACK = [
    ((200, {"ok": False, "error": "invalid_auth"}), Sent.FAILED),
    ((200, {"ok": False, "error": "token_revoked"}), Sent.FAILED),
    ((200, {"ok": False, "error": "channel_not_found"}), Sent.FAILED),
    ((200, {"ok": False, "error": "not_in_channel"}), Sent.FAILED),
    ((200, {"ok": False, "error": "is_archived"}), Sent.FAILED),
    ((429, {"ok": False, "error": "ratelimited"}), Sent.PENDING),
    ((500, {"ok": False}), Sent.PENDING),
    ((200, {"ok": True}), Sent.SENT),
]


@pytest.mark.parametrize(("answer", "status"), SLACK, ids=str)
async def test_slack_answers_are_told_apart(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, Any], status: Sent
) -> None:
    receiver = Receiver(lambda _: answer).start()
    monkeypatch.setenv("HANDOFF_SLACK_API_URL", f"{receiver.url}/api/")
    config.cache_clear()
    only(world, slack_on=True, slack_channel="#support")
    escalate(world)
    (row,) = await worked(world, tried)
    assert row.status == status
    said = f"Slack answered {answer[1].get('error')}" if status == Sent.FAILED else ""
    assert world.do(trouble.of).last == said


async def test_many_wait_for_a_dead_endpoint_and_a_healthy_one_does_not_notice(world: World) -> None:
    dead, quick = raw(b""), Receiver().start()
    only(world, webhook_on=True, webhook_url=f"http://127.0.0.1:{dead.port}/hook")
    for number in range(60):
        escalate(world, f"Number {number}")
    world.do(lambda s: endpoints.save(s, "b" * 32, f"{quick.url}/hook", settings.EVENTS) and None)
    for number in range(10):
        escalate(world, f"Later {number}")
    await worked(world, lambda rows: sum(row.status == Sent.SENT for row in rows) == 10, seconds=8)
    assert dead.connections <= due.MOST_PER_ENDPOINT
    assert len(quick.got) == 10


async def test_a_clock_that_goes_back_delays_nothing(world: World) -> None:
    hook(world, lambda _: (200, {}))
    escalate(world)
    world.do(
        lambda s: (
            [
                (setattr(row, "due_at", now() + timedelta(days=1)), setattr(row, "set_at", now() + timedelta(days=1)))
                for row in s.exec(db_select())
            ]
            and None
        )
    )
    (row,) = await worked(world, tried, seconds=30)
    assert row.status == Sent.SENT


def test_what_was_sent_goes_after_thirty_days_and_what_failed_stays(world: World) -> None:
    escalate(world)
    rows = world.all(Delivery)

    def settle(session: Any) -> None:
        for number, row in enumerate(rows):
            found = session.get_one(Delivery, row.id)
            found.status, found.done_at = (Sent.SENT if number else Sent.FAILED), now() - timedelta(days=31)

    world.do(settle)
    assert world.do(outbox.tidy, now() - timedelta(days=30)) == len(rows) - 1
    assert [row.status for row in world.all(Delivery)] == [Sent.FAILED]


def test_replaying_all_that_failed_keeps_ids_and_bodies(world: World) -> None:
    escalate(world)
    before = {row.id: row.body for row in world.all(Delivery)}
    world.do(lambda s: [setattr(row, "status", Sent.FAILED) for row in s.exec(db_select())] and None)
    assert world.do(outbox.replay_failed) == len(before)
    assert {row.id: row.body for row in world.all(Delivery) if row.status == Sent.PENDING} == before
    assert json.loads(next(iter(before.values())))["event"] == "escalation.created"
    assert db.read_now(endpoints.disabled) == []


def test_editing_a_paused_endpoint_leaves_it_paused(world: World) -> None:
    world.do(endpoints.pause, "main")
    world.do(lambda s: endpoints.save(s, "main", "https://crm.acme.example/new", settings.EVENTS) and None)
    assert world.all(Endpoint)[0].paused


def test_nothing_is_replayed_to_an_endpoint_that_was_removed(world: World) -> None:
    escalate(world)
    hook_row = next(row for row in world.all(Delivery) if row.channel == "webhook")
    world.do(endpoints.remove, "main")
    assert not world.do(outbox.replay, hook_row.id)
    assert world.do(outbox.replay_failed) == 0


async def test_a_secret_that_cannot_be_read_fails_its_own_notices_and_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox()
    monkeypatch.setenv("HANDOFF_SMTP_URL", mailbox.url + "?starttls=0")
    config.cache_clear()
    only(world, email_on=True, emails="grace@acme.example", slack_on=True, slack_channel="#support")
    monkeypatch.setenv("HANDOFF_SECRET_KEY", "another key than before, long enough")
    config.cache_clear()
    vault._keys.cache_clear()
    escalate(world)
    rows = await worked(world, tried)
    mailbox.stop()
    assert {row.channel: row.status for row in rows} == {"email": Sent.SENT, "slack": Sent.FAILED}
    assert "HANDOFF_SECRET_KEY has changed" in next(row.answer for row in rows if row.channel == "slack")


def test_one_who_cannot_be_helped_keeps_nobody_else_waiting(world: World) -> None:
    def breaks(session: Session, name: str) -> None:
        settings.put(session, name, "half done")
        raise SQLAlchemyError("it is not possible")

    def tries(session: Session) -> list[bool]:
        verbs = (breaks, lambda s, name: settings.put(s, name, "done"))
        return [loops._alone(session, verb, f"number {at}") for at, verb in enumerate(verbs)]

    assert world.do(tries) == [False, True]
    assert [world.do(settings.get, f"number {at}") for at in range(2)] == [None, "done"]
