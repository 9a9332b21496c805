"""What visitors type, wherever it reaches a mail: it bends no header, adds no recipient, and stops no mail."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from handoff_app.domain import conversations, desk, escalations, mail_server, reminders, settings
from handoff_app.domain.models import Conversation, Message, Reason, Sent, Visitor, now
from tests.conftest import World
from tests.fake_world import Mailbox
from tests.test_worker import only, private, worked

__all__ = ["private"]
EVIL = "Bcc: all@evil.example"
BREAKS = [
    "\r\n", "\n", "\r", "\n\r", "\r\n\r\n", "\n\n", "\r\n ", "\r\n\t", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85",
    "\u2028", "\u2029", "\x00", "\x00\r\n", "\u560a\u560d", "%0d%0a", "%0a", "\\r\\n", "&#13;&#10;", "=0D=0A",
    "\r\n.\r\n", "\n.\n", "\x7f", "\x1b[2J", "\u202e", "\u2066",
]  # fmt: skip
OTHERS = [
    'Vera" <admin@evil.example>', "<admin@evil.example>", "Vera <a@evil.example>, b@evil.example", "(comment) Vera",
    "a@evil.example; b@evil.example", "=?utf-8?q?Vera=0D=0ABcc:_all@evil.example?=", "=?utf-8?b?DQpCY2M6IGFAYg==?=",
    "Vera\\", "Vera,", "@evil.example:vera@acme.example", "\U0001f600" * 5000, "\ud800 half", "e\u0301" * 3000,
    "שלום \u200f עולם", "x" * 20_000, "{0.__class__} {{7*7}} %s %n", "", " \t ", ".", "..\r\nQUIT\r\n",
]  # fmt: skip
PAYLOADS = [f"Vera{cut}{EVIL}" for cut in BREAKS] + OTHERS
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
TYPES = {"multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html"}
NEVER = ("Bcc", "Cc", "Sender", "X-Evil", "Resent-To")

Field = Callable[[Session, Conversation, str], Any]


def name(session: Session, chat: Conversation, text: str) -> None:
    session.get_one(Visitor, chat.visitor_id).name = _storable(text)


def email(session: Session, chat: Conversation, text: str) -> None:
    """As if a row from before the check still held it."""
    session.get_one(Visitor, chat.visitor_id).email = _storable(text)


def page_url(session: Session, chat: Conversation, text: str) -> None:
    chat.page_url = f"https://acme.example/{_storable(text)}"


def question(session: Session, chat: Conversation, text: str) -> None:
    session.add(Message(conversation_id=chat.id, seq=chat.last_seq + 1, author="visitor", text=_storable(text)))
    chat.last_seq += 1


def locale(session: Session, chat: Conversation, text: str) -> None:
    chat.locale = _storable(text)


FIELDS = [name, email, page_url, question, locale]


@pytest.fixture
def mailbox(world: World) -> Any:
    made = Mailbox()
    port = int(made.url.rpartition(":")[2])
    world.do(mail_server.save, mail_server.MailServer(server="127.0.0.1", port=port, security="none"))
    only(world, email_on=True, emails="grace@acme.example")
    yield made
    made.stop()


def test_there_are_payloads_enough() -> None:
    assert len(set(PAYLOADS)) >= 40


@pytest.mark.parametrize("field", FIELDS)
async def test_each_payload_arrives_as_one_harmless_mail(world: World, mailbox: Mailbox, field: Field) -> None:
    for number, payload in enumerate(PAYLOADS):
        _escalated(world, number, field, payload)
    await worked(world, lambda rows: all(row.status == Sent.SENT for row in rows), seconds=60)
    _harmless(mailbox, {"grace@acme.example"})


async def test_a_letter_to_the_visitor_is_as_safe(world: World, mailbox: Mailbox) -> None:
    """Its subject holds an agent's name, and its body what the agent wrote."""
    for number, payload in enumerate(PAYLOADS):
        world.vera = f"{number:064}"
        chat = world.chat("Hello")
        world.grace.name = _storable(payload)

        world.do(desk.agent_says, chat, world.grace, f"Hi {payload}"[:4000], "a1")
        world.do(_long_unseen, chat, f"vera{number}@acme.example")
    while world.do(reminders.remind):
        continue
    await worked(world, lambda rows: all(row.status == Sent.SENT for row in rows), seconds=60)
    _harmless(mailbox, {f"vera{number}@acme.example" for number in range(len(PAYLOADS))})


def test_what_is_no_address_is_kept_nowhere(world: World) -> None:
    chat = world.chat("Hello")
    for payload in PAYLOADS:
        for typed in (payload, f"vera@acme.example{payload}", f"{payload}@acme.example"):
            world.do(conversations.identify, world.row(chat).visitor_id, typed, "Vera")
            with suppress(settings.BadValue):
                world.do(lambda s, t=typed: escalations.leave_email(s, conversations.locked(s, chat), t) and None)
            (visitor,) = world.all(Visitor)
            assert visitor.email.count("@") == (1 if visitor.email else 0), typed
            assert visitor.email.isprintable()
            assert not set(visitor.email) & set(' <>,;:"()[]\\')


def _escalated(world: World, number: int, field: Field, payload: str) -> None:
    world.vera = f"{number:064}"
    chat = world.chat("Hello")

    def escalate(session: Session) -> None:
        row = conversations.locked(session, chat)
        field(session, row, payload)
        session.flush()
        escalations.escalate(session, row, Reason.ASKED_FOR_HUMAN)

    world.do(escalate)


def _long_unseen(session: Session, chat: str, email: str) -> None:
    row = session.get_one(Conversation, chat)
    session.get_one(Visitor, row.visitor_id).email = email
    row.unseen_since = now() - timedelta(hours=1)


def _harmless(mailbox: Mailbox, recipients: set[str]) -> None:
    assert len(mailbox.mails) == len(PAYLOADS)
    assert {recipient for recipient, _ in mailbox.mails} == recipients
    for recipient, mail in mailbox.mails:
        assert {header: len(mail.get_all(header, [])) for header in ONCE} == dict.fromkeys(ONCE, 1)
        assert all(len(mail.get_all(header, [])) <= 1 for header in ("Reply-To", "References", "In-Reply-To"))
        assert [header for header in NEVER if header in mail] == []
        assert mail["To"] == recipient
        assert "\n" not in str(mail["Subject"])
        assert {part.get_content_type() for part in mail.walk()} <= TYPES


def _storable(text: str) -> str:
    """Without what the database refuses (PostgreSQL: NUL; both: half a character)."""
    return text.encode("utf-8", "replace").decode()
