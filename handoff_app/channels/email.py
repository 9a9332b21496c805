"""A mail to one address, built with `emails`, sent by SMTP, or written to the file mailbox when there is no server."""

import asyncio
import html
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from functools import lru_cache
from textwrap import indent
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from email_validator import EmailNotValidError, validate_email
from emails.message import Message

from handoff_app.channels.base import AUTHORS, REASONS, Notice, PermanentError, Receipt, RetryLater, visitor_name
from handoff_app.config import config

SECONDS: Final = 20
_HERE: Final = ("localhost", "127.0.0.1", "::1")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class Email:
    """One SMTP transaction per recipient: 5xx is permanent, everything else is tried again."""

    def __init__(self) -> None:
        self._own_name = ""  # of this machine, for the greeting: asked for once, for some name servers are slow

    async def send(self, notice: Notice, credentials: Mapping[str, str]) -> Receipt:
        url = credentials.get("smtp_url", "")
        sender = credentials.get("mail_from") or config().mail_from
        message = build(notice, sender)
        if not url:
            return Receipt(_write_file(notice.id, message))
        to = _in_ascii(notice.target) or notice.target
        self._own_name = self._own_name or await asyncio.to_thread(socket.getfqdn)
        options = server_options(url) | {"local_hostname": self._own_name}
        try:
            async with asyncio.timeout(SECONDS):  # in all: aiosmtplib's own is for each step
                await aiosmtplib.send(message, sender=parseaddr(sender)[1], recipients=[to], **options)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _judged(error.recipients[0].code, error.recipients[0].message, bounced=True) from error
        except aiosmtplib.SMTPAuthenticationError as error:  # the password is mended, and the notice still goes out
            raise RetryLater(line(f"the mail server refused the sign-in: {error.code} {error.message}")) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _judged(error.code, error.message) from error
        return Receipt("accepted by the mail server")


@dataclass(frozen=True)
class _Sheet:
    """What a mail shows, from top to bottom; both of its parts are made from it."""

    subject: str
    button: str
    url: str
    facts: Sequence[tuple[str, str]] = ()
    lines: Sequence[str] = ()
    messages: Sequence[Mapping[str, str]] = ()
    foot: str = ""
    more: Sequence[tuple[str, str]] = ()  # other links, after the button
    locale: str = "en"


def build(notice: Notice, sender: str = "") -> bytes:
    """The mail's bytes. `Message-ID` is stable per delivery, so that a mail that comes twice is seen once."""
    data = notice.data
    sheet = _sheet(data)
    message: Any = Message(
        subject=sheet.subject,
        text=_as_text(sheet),
        html=_as_html(sheet),
        mail_from=parseaddr(sender or config().mail_from),
        mail_to=_in_ascii(notice.target) or notice.target,
        message_id=f"<{notice.id}@{_domain()}>",
        headers=_headers(notice, data),
    )
    return bytes(message.as_bytes())


def _headers(notice: Notice, data: Mapping[str, Any]) -> dict[str, str]:
    """Threads by conversation: every mail about it refers to the same id, which no mail has."""
    headers = {"Auto-Submitted": "auto-generated", "X-Handoff-Delivery": notice.id}
    visitor, conversation = data.get("visitor"), data.get("conversation")
    if visitor and notice.event != "test" and (address := _in_ascii(visitor["email"] or "")):
        headers["Reply-To"] = formataddr((_header(visitor["name"] or ""), address))
    if conversation:  # a letter to the visitor has one too, so that their mails stand together
        headers["References"] = headers["In-Reply-To"] = f"<{conversation['id']}@{_domain()}>"
    return headers


@lru_cache(256)
def _in_ascii(address: str) -> str:
    """As every mail server takes it, a domain of other letters in Punycode; empty if it has no such form."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).ascii_email or ""
    except EmailNotValidError:
        return ""


def _domain() -> str:
    return urlsplit(config().base_url).hostname or "localhost"


def subject(data: Mapping[str, Any]) -> str:
    """Who, and why."""
    if "letter" in data:
        return _header(data["letter"]["subject"])
    if data["event"] == "test":
        return "Test from Handoff: email works"
    return _header(f"{visitor_name(data)} is waiting: {REASONS[data['escalation']['reason']]}")


def _sheet(data: Mapping[str, Any]) -> _Sheet:
    if "letter" in data:
        letter = data["letter"]
        names = ("button", "url", "lines", "messages", "foot", "locale")
        return _Sheet(subject=subject(data), **{name: letter[name] for name in names})
    take_over = data["conversation"].get("take_over_url", "")
    return _Sheet(
        subject=subject(data),
        button="Open in inbox",
        url=data["conversation"]["url"],
        facts=_facts(data),
        messages=data["messages"],
        more=[("Take over", take_over)] if take_over else [],
    )


def _as_text(sheet: _Sheet) -> str:
    """The plain part; says the same in the same order as the HTML."""
    facts = "\n".join(f"{name}: {value}" for name, value in sheet.facts)
    links = "\n".join(f"{name}: {url}" for name, url in ((sheet.button, sheet.url), *sheet.more) if url)
    said = "\n\n".join(f"{_author(m)}:\n{indent(m['text'], '> ', lambda _: True)}" for m in sheet.messages)
    parts = (sheet.subject, facts, *sheet.lines, links, said, sheet.foot)
    return _speakable("\n\n".join(part for part in parts if part) + "\n")


def _as_html(sheet: _Sheet) -> str:
    """One column, inline styles, everything that people wrote escaped."""
    facts = "".join(
        f'<tr><td style="padding:2px 16px 2px 0;color:#586468">{_safe(name)}</td><td>{_safe(value)}</td></tr>'
        for name, value in sheet.facts
    )
    table = f'<table role="presentation" style="font-size:14px">{facts}</table>' if facts else ""
    lines = "".join(f'<p style="margin:0 0 12px;font-size:16px">{_safe(one)}</p>' for one in sheet.lines)
    said = "".join(_bubble(m) for m in sheet.messages)
    foot = f'<p style="margin:20px 0 0;font-size:12px;color:#586468">{_safe(sheet.foot)}</p>' if sheet.foot else ""
    return _speakable(
        f'<!doctype html><html lang="{_safe(sheet.locale)}"><body dir="auto" style="margin:0;background:#f3f5f5">'
        '<table role="presentation" width="100%"><tr><td align="center" style="padding:24px 12px">'
        '<table role="presentation" width="600" style="max-width:600px;background:#ffffff;border-radius:12px;'
        'font:15px/22px system-ui,sans-serif;color:#1a2123"><tr><td style="padding:28px">'
        f'<h1 style="margin:0 0 12px;font-size:20px;line-height:28px">{_safe(sheet.subject)}</h1>'
        f"{lines}{table}{_links(sheet)}{said}{foot}</td></tr></table></td></tr></table></body></html>"
    )


def _links(sheet: _Sheet) -> str:
    if not sheet.url:
        return ""
    more = "".join(f' &nbsp; <a href="{_safe(url)}" style="color:#0f6a62">{_safe(n)}</a>' for n, url in sheet.more)
    return (
        f'<p style="margin:20px 0"><a href="{_safe(sheet.url)}" style="display:inline-block;padding:11px 20px;'
        'border-radius:8px;background:#0f6a62;color:#ffffff;text-decoration:none;font-weight:500">'
        f"{_safe(sheet.button)}</a>{more}</p>"
    )


def _header(text: str) -> str:
    """Fit for a header: a line in which nothing reads as an encoded word (RFC 2047), which would be decoded there."""
    return line(text).replace("=?", "= ?")


def line(text: str) -> str:
    """One line, no control or direction characters, at most 200 of the rest."""
    return _CONTROL.sub(" ", text).strip()[:200]


def _facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    escalation, visitor = data["escalation"], data["visitor"]
    facts = [
        ("Reason", REASONS[escalation["reason"]]),
        ("Visitor", line(visitor["name"] or "")),
        ("Email", line(visitor["email"] or "")),
        ("Page", line(data["conversation"]["page_url"])),
        ("Assigned to", line(escalation["assigned_to"] or "")),
    ]
    return [(name, value) for name, value in facts if value]


def _bubble(message: Mapping[str, str]) -> str:
    shade = "#e2edec" if message["author"] == "visitor" else "#f3f5f5"
    return (
        f'<p style="margin:0 0 2px;font-size:12px;color:#586468">{_safe(_author(message))}</p>'
        f'<div dir="auto" style="margin:0 0 12px;padding:10px 14px;border-radius:12px;background:{shade}">'
        f"{_safe(message['text'])}</div>"
    )


def _author(message: Mapping[str, str]) -> str:
    """An agent by name where there is one, as the visitor reads it; else who it was."""
    return line(message.get("name", "")) or AUTHORS[message["author"]]


def _safe(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _speakable(text: str) -> str:
    """What UTF-8 can carry."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def server_options(url: str) -> dict[str, Any]:
    """What aiosmtplib needs to reach the server of an `smtp://` or `smtps://` address."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    wish = parse_qs(parts.query).get("starttls", [""])[0]
    # Without a wish: encrypted if the server can. A password leaves this machine by TLS, or if told so by starttls=0.
    unasked = True if parts.username and parts.hostname not in _HERE else None
    return {
        "hostname": parts.hostname,
        "port": parts.port or (465 if secure else 25),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": secure,
        "start_tls": {"1": True, "0": False}.get(wish, False if secure else unasked),
        "timeout": SECONDS,
    }


def _write_file(id: str, message: bytes) -> str:
    folder = config().data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{id}.part"
    unfinished.write_bytes(message)
    unfinished.rename(folder / f"{id}.eml")
    return "written to the file mailbox"


def _judged(code: int, message: str, bounced: bool = False) -> Exception:
    said = line(f"the mail server answered {code} {message}")
    return PermanentError(said, bounced=bounced) if 500 <= code < 600 else RetryLater(said)
