"""A mail to one address, built with `emails`, sent by SMTP, or written to the file mailbox when there is no server."""

import html
import re
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from emails.message import Message

from handoff_app.channels.base import AUTHORS, REASONS, Notice, PermanentError, Receipt, RetryLater, visitor_name
from handoff_app.config import config

SECONDS: Final = 20
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class Email:
    """One SMTP transaction per recipient: 5xx is permanent, everything else is tried again."""

    async def send(self, notice: Notice, credentials: Mapping[str, str]) -> Receipt:
        message = build(notice)
        if not config().smtp_url:
            return Receipt(_write_file(notice.id, message))
        try:
            await aiosmtplib.send(
                message, sender=parseaddr(config().mail_from)[1], recipients=[notice.target], **server_options()
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _judged(error.recipients[0].code, error.recipients[0].message) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _judged(error.code, error.message) from error
        return Receipt("accepted by the mail server")


def build(notice: Notice) -> bytes:
    """The mail's bytes. `Message-ID` is stable per delivery, so that a mail that comes twice is seen once."""
    data = notice.data
    domain = urlsplit(config().base_url).hostname or "localhost"
    visitor = data["visitor"]
    headers = {"Auto-Submitted": "auto-generated", "X-Handoff-Delivery": notice.id}
    if visitor["email"] and notice.event != "test":
        headers["Reply-To"] = formataddr((line(visitor["name"] or ""), line(visitor["email"])))
    message: Any = Message(
        subject=subject(data),
        text=as_text(data),
        html=as_html(data),
        mail_from=parseaddr(config().mail_from),
        mail_to=notice.target,
        message_id=f"<{notice.id}@{domain}>",
        headers=headers,
    )
    return bytes(message.as_bytes())


def subject(data: Mapping[str, Any]) -> str:
    """Who, and why."""
    if data["event"] == "test":
        return "Test from Handoff: email works"
    return line(f"{visitor_name(data)} is waiting: {REASONS[data['escalation']['reason']]}")


def as_text(data: Mapping[str, Any]) -> str:
    """The plain part; says the same in the same order as the HTML."""
    said = "\n\n".join(f"{AUTHORS[m['author']]}: {m['text']}" for m in data["messages"])
    facts = "\n".join(f"{name}: {value}" for name, value in _facts(data))
    return _speakable(f"{subject(data)}\n\n{facts}\n\nOpen in inbox: {data['conversation']['url']}\n\n{said}\n")


def as_html(data: Mapping[str, Any]) -> str:
    """One column, inline styles, everything that people wrote escaped."""
    rows = "".join(
        f'<tr><td style="padding:2px 16px 2px 0;color:#586468">{name}</td><td>{_safe(value)}</td></tr>'
        for name, value in _facts(data)
    )
    said = "".join(_bubble(m) for m in data["messages"])
    return _speakable(
        '<!doctype html><html><body style="margin:0;background:#f3f5f5">'
        '<table role="presentation" width="100%"><tr><td align="center" style="padding:24px 12px">'
        '<table role="presentation" width="600" style="max-width:600px;background:#ffffff;border-radius:12px;'
        'font:15px/22px system-ui,sans-serif;color:#1a2123"><tr><td style="padding:28px">'
        f'<h1 style="margin:0 0 12px;font-size:20px;line-height:28px">{_safe(subject(data))}</h1>'
        f'<table role="presentation" style="font-size:14px">{rows}</table>'
        f'<p style="margin:20px 0"><a href="{_safe(data["conversation"]["url"])}" style="display:inline-block;'
        'padding:11px 20px;border-radius:8px;background:#0f6a62;color:#ffffff;text-decoration:none;font-weight:500">'
        f"Open in inbox</a></p>{said}</td></tr></table></td></tr></table></body></html>"
    )


def line(text: str) -> str:
    """Fit for a header: one line, no control or direction characters, at most 200 of the rest."""
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
        f'<p style="margin:0 0 2px;font-size:12px;color:#586468">{AUTHORS[message["author"]]}</p>'
        f'<div dir="auto" style="margin:0 0 12px;padding:10px 14px;border-radius:12px;background:{shade}">'
        f"{_safe(message['text'])}</div>"
    )


def _safe(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _speakable(text: str) -> str:
    """What UTF-8 can carry."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def server_options() -> dict[str, Any]:
    """What aiosmtplib needs to reach the server of `HANDOFF_SMTP_URL`."""
    parts = urlsplit(config().smtp_url)
    secure = parts.scheme == "smtps"
    return {
        "hostname": parts.hostname,
        "port": parts.port or (465 if secure else 25),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": secure,
        "start_tls": True if parse_qs(parts.query).get("starttls") == ["1"] else (None if not secure else False),
        "timeout": SECONDS,
    }


def _write_file(id: str, message: bytes) -> str:
    folder = config().data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{id}.part"
    unfinished.write_bytes(message)
    unfinished.rename(folder / f"{id}.eml")
    return "written to the file mailbox"


def _judged(code: int, message: str) -> Exception:
    said = line(f"the mail server answered {code} {message}")
    return PermanentError(said) if 500 <= code < 600 else RetryLater(said)
