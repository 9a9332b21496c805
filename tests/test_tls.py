"""Servers whose identity is in doubt: nothing is told them, the attempt says why, and it is tried again."""

import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpcore
import pytest
import trustme

from handoff_app import net
from handoff_app.domain import mail_server
from handoff_app.domain.models import Attempt, Sent, now
from tests.conftest import World
from tests.far_sides import Loopback, Smtp, raw
from tests.test_worker import db_select, escalate, only, private, tried, worked

__all__ = ["private"]
CA = trustme.CA()
STRANGER = trustme.CA()
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def context(certificate: trustme.LeafCert | None = None) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        certificate.configure_cert(made)
    return made


def good() -> ssl.SSLContext:
    return context(CA.issue_cert("127.0.0.1"))


def unknown_issuer() -> ssl.SSLContext:
    return context(STRANGER.issue_cert("127.0.0.1"))


def self_signed() -> ssl.SSLContext:
    made = context()
    with STRANGER.private_key_pem.tempfile() as key, STRANGER.cert_pem.tempfile() as certificate:
        made.load_cert_chain(certificate, key)
    return made


def expired() -> ssl.SSLContext:
    return context(CA.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)))


def wrong_host() -> ssl.SSLContext:
    return context(CA.issue_cert("another.acme.example"))


def old_tls() -> ssl.SSLContext:
    made = good()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version, made.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    made.set_ciphers("ALL:@SECLEVEL=0")
    return made


def no_tls() -> None:
    return None


@pytest.fixture(autouse=True)
def trusting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The machine trusts one authority, read as any server would read it."""
    CA.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    net._trusted.cache_clear()
    yield
    net._trusted.cache_clear()


DOUBTS = [
    (self_signed, "its certificate is not accepted: self-signed certificate"),
    (unknown_issuer, "its certificate is not accepted: unable to get local issuer certificate"),
    (expired, "its certificate is not accepted: certificate has expired"),
    (wrong_host, "its certificate is not accepted: IP address mismatch, certificate is not valid for '127.0.0.1'"),
    (old_tls, "no secure connection could be made: it speaks no TLS, or only an old one"),
    (no_tls, "no secure connection could be made: it speaks no TLS, or only an old one"),
]


@pytest.mark.parametrize(("identity", "why"), DOUBTS)
async def test_a_webhook_that_cannot_show_who_it_is_is_told_nothing(
    world: World, identity: Callable[[], ssl.SSLContext | None], why: str
) -> None:
    heard: list[bytes] = []
    server = Loopback(_hearing(heard), identity())
    only(world, webhook_on=True, webhook_url=f"https://127.0.0.1:{server.port}/hook")
    escalate(world, "A secret")
    (row,) = await worked(world, tried)
    assert (row.status, row.answer) == (Sent.PENDING, why)
    assert [(attempt.ok, attempt.answer) for attempt in world.all(Attempt)] == [(False, why)]
    assert b"secret" not in b"".join(heard)


@pytest.mark.parametrize(("identity", "why"), DOUBTS[:-1])  # who speaks no TLS says nothing, or anything
async def test_the_doctor_is_not_satisfied_with_it(
    world: World, private: None, identity: Callable[[], ssl.SSLContext | None], why: str
) -> None:
    server = raw(FINE, tls=identity())
    with pytest.raises((ssl.SSLError, httpcore.ConnectError)) as raised:
        await net.reach(f"https://127.0.0.1:{server.port}/hook")
    assert net.trouble(raised.value) == why
    await net.reach(f"https://127.0.0.1:{raw(FINE, tls=good()).port}/hook")


async def test_a_certificate_that_is_mended_is_accepted_at_the_next_try(world: World) -> None:
    tls = expired()
    server = raw(FINE, tls=tls)
    only(world, webhook_on=True, webhook_url=f"https://127.0.0.1:{server.port}/hook")
    escalate(world)
    await worked(world, tried)
    CA.issue_cert("127.0.0.1").configure_cert(tls)
    world.do(lambda s: [setattr(row, "due_at", now()) for row in s.exec(db_select())] and None)
    (row,) = await worked(world, lambda rows: rows[0].attempts == 2)
    assert (row.status, row.answer) == (Sent.SENT, "answered 200")


@pytest.mark.parametrize(("identity", "why"), DOUBTS)
async def test_no_mail_and_no_password_goes_to_a_mail_server_in_doubt(
    world: World, identity: Callable[[], ssl.SSLContext | None], why: str
) -> None:
    server = Smtp(tls=identity())
    wanted = mail_server.MailServer(server="127.0.0.1", port=server.port, security="tls", user="handoff")
    world.do(mail_server.save, wanted, "a password")
    only(world, email_on=True, emails="grace@acme.example")
    escalate(world)
    (row,) = await worked(world, tried)
    assert row.status == Sent.PENDING
    assert row.answer in (why, "closed the connection")  # asyncio drops the alert of a server that closes after it
    assert server.mails == []


def _hearing(heard: list[bytes]) -> Callable[..., Any]:
    async def serve(reader: Any, writer: Any) -> None:
        heard.append(await reader.read(10_000))
        writer.write(FINE)

    return serve
