"""How notices look and are signed, held against independent verifiers."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from standardwebhooks import Webhook as Verifier

from handoff_app.channels import email as mail
from handoff_app.channels.base import Notice, RetryLater
from handoff_app.channels.slack import blocks, escape
from handoff_app.channels.webhook import retry_after, signed_headers
from handoff_app.domain import conversations, escalations
from handoff_app.domain.models import Delivery, Reason, Visitor
from tests.conftest import World
from tests.fake_world import _free_port

SAID = "Where is <b>my</b> order? <!channel> <https://evil.example|bank>"


def notice(world: World, said: str = SAID, **visitor: str) -> Notice:
    chat = world.chat(said)

    def escalate(session: object) -> None:
        row = conversations.locked(session, chat)
        for name, value in visitor.items():
            setattr(session.get_one(Visitor, row.visitor_id), name, value)
        escalations.escalate(session, row, Reason.ASKED_FOR_HUMAN)

    world.do(escalate)
    row: Delivery = next(d for d in world.all(Delivery) if d.channel == "email")
    return Notice(row.id, row.event, row.target, row.body)


def test_the_signature_is_githubs_public_vector() -> None:
    headers = signed_headers("id", b"Hello, World!", ["It's a Secret to Everybody"], 1)
    assert headers["X-Signature-256"] == "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_an_independent_verifier_accepts_the_standard_headers() -> None:
    secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
    for number in range(1000):
        body = json.dumps({"n": number, "text": "äöü\u2028 " * (number % 50)}, ensure_ascii=False).encode()
        headers = signed_headers(f"msg_{number}", body, [secret], int(time.time()))
        assert Verifier(secret).verify(body.decode(), headers) == json.loads(body)


def test_without_a_secret_nothing_is_signed() -> None:
    assert not {"X-Signature-256", "webhook-signature"} & set(signed_headers("id", b"{}", [], 1))


def test_the_readmes_snippet_verifies_what_is_sent() -> None:
    readme = Path("README.md").read_text("utf-8")
    snippet = readme.split("<!-- verify -->")[1].split("```python")[1].split("```")[0]
    scope: dict[str, object] = {}
    exec(snippet, scope)
    headers = signed_headers("id", b"{}", ["s3cret"], 1)
    assert scope["is_from_handoff"](b"{}", headers["X-Signature-256"], "s3cret")
    assert not scope["is_from_handoff"](b"{ }", headers["X-Signature-256"], "s3cret")
    assert headers["X-Signature-256"] == "sha256=" + hmac.new(b"s3cret", b"{}", hashlib.sha256).hexdigest()


@pytest.mark.parametrize(("value", "seconds"), [("5", 5.0), ("", None), ("abc", None), ("-1", None), ("NaN", None)])
def test_retry_after_is_read_and_garbage_is_ignored(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_retry_after_may_be_a_date() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert 597 <= (retry_after(moment) or 0) <= 600


HOSTILE = [
    "Vera\r\nBcc: all@evil.example",
    "Vera\nSubject: x",
    "Vera\x00",
    "\u202eareV",
    'V" <admin@evil.example>',
    "V\x85X\u2028Y",
    "\U0001f600" * 500,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_bends_no_header_and_stops_no_mail(world: World, name: str) -> None:
    sent = email.message_from_bytes(
        mail.build(notice(world, name=name, email="vera@example.com")), policy=email.policy.default
    )
    for header in ("Subject", "From", "To", "Reply-To", "Message-ID"):
        assert len(sent.get_all(header)) == 1, header
    assert sent["Bcc"] is None
    assert sent["To"] == "grace@acme.example"
    assert "vera@example.com" in str(sent["Reply-To"])


@pytest.mark.parametrize(
    ("address", "answer_to"),
    [("info@müller.example", "info@xn--mller-kva.example"), ("jörg@acme.example", None), ("no address", None)],
)
def test_an_address_in_other_letters_stops_no_mail(world: World, address: str, answer_to: str | None) -> None:
    sent = email.message_from_bytes(mail.build(notice(world, email=address)), policy=email.policy.default)
    assert sent["Reply-To"] == answer_to
    assert address in sent.get_body(("plain",)).get_content()


def test_a_mail_says_the_same_twice_and_has_a_stable_id(world: World) -> None:
    built = notice(world, email="vera@example.com")
    first, second = (email.message_from_bytes(mail.build(built), policy=email.policy.default) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    text = first.get_body(("plain",)).get_content()
    html = first.get_body(("html",)).get_content()
    for part in ("Asked for a human", "vera@example.com", "https://acme.example/cart", "/inbox/"):
        assert part in text
        assert part in html
    assert "<b>my</b>" not in html
    assert "&lt;b&gt;my&lt;/b&gt;" in html


def test_no_line_of_a_visitor_looks_like_one_of_ours(world: World) -> None:
    world.vera = "w" * 64
    built = notice(world, "Hi\nTeam: all is well\nOpen in inbox: https://evil.example", email="vera@example.com")
    text = email.message_from_bytes(mail.build(built), policy=email.policy.default).get_body(("plain",)).get_content()
    lines = [line for line in text.splitlines() if "evil" in line or "all is well" in line]
    assert lines == ["> Team: all is well", "> Open in inbox: https://evil.example"]


@pytest.mark.parametrize(
    ("url", "tls", "starttls"),
    [
        ("smtp://mail.acme.example", False, None),
        ("smtp://mail.acme.example?starttls=1", False, True),
        ("smtp://mail.acme.example?starttls=0", False, False),
        ("smtp://ada:pw@mail.acme.example", False, True),
        ("smtp://ada:pw@mail.acme.example?starttls=0", False, False),
        ("smtp://ada:pw@localhost:2525", False, None),
        ("smtps://ada:pw@mail.acme.example", True, False),
    ],
)
def test_a_password_leaves_the_machine_by_tls(url: str, tls: bool, starttls: bool | None) -> None:
    options = mail.server_options(url)
    assert (options["use_tls"], options["start_tls"]) == (tls, starttls)


async def test_a_refused_sign_in_is_tried_again_and_a_mended_one_lets_the_notice_out(world: World) -> None:
    right: list[bytes] = []

    def signs_in(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password in right, handled=False)

    port = _free_port()
    server = Controller(Sink(), "127.0.0.1", port, authenticator=signs_in, auth_require_tls=False)
    server.start()
    credentials = {"smtp_url": f"smtp://ada:pw@127.0.0.1:{port}?starttls=0"}
    built = notice(world, email="vera@example.com")
    with pytest.raises(RetryLater, match="refused the sign-in: 535"):
        await mail.Email().send(built, credentials)
    right.append(b"pw")
    assert (await mail.Email().send(built, credentials)).answer == "accepted by the mail server"
    server.stop()


def test_slack_pings_nobody_and_hides_no_link(world: World) -> None:
    shown = json.dumps(blocks(notice(world, email="vera@example.com").data))
    assert "<!channel>" not in shown
    assert "<https://evil" not in shown
    assert escape("<&>") == "&lt;&amp;&gt;"
