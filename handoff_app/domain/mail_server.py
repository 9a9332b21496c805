"""How mail leaves: the server an admin typed, or the environment's."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import quote

from sqlmodel import Session

from handoff_app import vault
from handoff_app.config import config
from handoff_app.domain import settings
from handoff_app.domain.settings import BadValue

SECURITY: Final = {"starttls": ("smtp", "?starttls=1"), "tls": ("smtps", ""), "none": ("smtp", "?starttls=0")}


@dataclass(frozen=True)
class MailServer:
    """How mail leaves. The environment goes before what was typed; without a server it goes to the file mailbox."""

    server: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    sender: str = ""
    has_password: bool = False
    by_environment: bool = False

    @property
    def to_files(self) -> bool:
        """Whether there is no mail server at all."""
        return not self.server and not self.by_environment


def known(session: Session) -> MailServer:
    """The mail server as the page shows it, without its password."""
    saved: dict[str, Any] = settings.get(session, "mail") or {}
    return MailServer(
        **saved, has_password=bool(settings.get(session, "mail_password")), by_environment=bool(config().smtp_url)
    )


def save(session: Session, wanted: MailServer, password: str | None = None) -> MailServer:
    """Save the mail server; a password of None stays. Raises `BadValue`."""
    if wanted.server and not re.fullmatch(r"[A-Za-z0-9.:\[\]_-]{1,253}", wanted.server):
        raise BadValue("server", "This is not a host name. It should look like smtp.example.com.")
    if not 1 <= wanted.port <= 65535:
        raise BadValue("port", "A port is a number from 1 to 65535, mostly 587, 465 or 25.")
    if wanted.security not in SECURITY:
        raise BadValue("security", "Choose STARTTLS, TLS or none.")
    address = parseaddr(wanted.sender)[1] if wanted.sender.strip() else ""
    if wanted.sender.strip():
        settings.checked_email(address, "sender")
    values = {name: getattr(wanted, name) for name in ("server", "port", "security", "user", "sender")}
    settings.put(session, "mail", values | {"sender": wanted.sender.strip()})
    if password is not None:
        settings.put(session, "mail_password", vault.seal(password))
    return known(session)


def credentials(session: Session) -> dict[str, str]:
    """The address of the mail server with its opened password, and the sender; for the worker and the doctor."""
    server = known(session)
    if server.by_environment or not server.server:
        return {"smtp_url": config().smtp_url, "mail_from": config().mail_from}
    password = vault.open_sealed(settings.get(session, "mail_password") or "")
    who = f"{quote(server.user, safe='')}:{quote(password, safe='')}@" if server.user else ""
    scheme, query = SECURITY[server.security]
    url = f"{scheme}://{who}{server.server}:{server.port}{query}"
    return {"smtp_url": url, "mail_from": server.sender or config().mail_from}
