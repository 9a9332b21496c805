"""What admins set: escalations and their channels, the texts of each language. Secrets are sealed, never read back."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, delete, select

from handoff_app import i18n, vault
from handoff_app.config import config
from handoff_app.domain.models import EditedText, Endpoint, Setting

EVENTS: Final = ("escalation.created", "escalation.claimed", "escalation.unanswered", "conversation.resolved")
"""What an endpoint can hear of."""
MOST_ADDRESSES: Final = 50
SECURITY: Final = {"starttls": ("smtp", "?starttls=1"), "tls": ("smtps", ""), "none": ("smtp", "?starttls=0")}
LONGEST_WAIT: Final = 24 * 60


class BadValue(ValueError):
    """A value that cannot be saved: `field` says which one, the message what to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Escalations:
    """The page `/settings/escalations`, without its secrets: of those it is known only whether they are set."""

    enabled: bool = True
    email_on: bool = False
    emails: str = ""
    round_robin: bool = False
    slack_on: bool = False
    slack_channel: str = ""
    webhook_on: bool = False
    webhook_url: str = ""
    reroute_minutes: int = 5
    late_minutes: int = 15
    remind_minutes: int = 2
    has_slack_token: bool = False
    has_webhook_secret: bool = False


@dataclass(frozen=True)
class Shop:
    """How the widget presents itself."""

    name: str = ""
    assistant: str = ""
    quick_replies: tuple[str, ...] = ()
    accent: str = "#0f6a62"


def escalations(session: Session) -> Escalations:
    """The settings of escalations, or their defaults."""
    saved: dict[str, Any] = _get(session, "escalations") or {}
    main = session.get(Endpoint, "main") or Endpoint(paused=True)
    return Escalations(
        **saved,
        webhook_on=not main.paused and main.disabled_at is None,
        webhook_url=main.url,
        has_slack_token=bool(_get(session, "slack_token")),
        has_webhook_secret=bool(main.secret),
    )


def save_escalations(
    session: Session, wanted: Escalations, slack_token: str | None = None, webhook_secret: str | None = None
) -> Escalations:
    """Save all of it or nothing; a secret of None stays as it is, an empty one is removed. Raises `BadValue`."""
    has_token = bool(_get(session, "slack_token")) if slack_token is None else bool(slack_token)
    addresses = split_addresses(wanted.emails)
    if wanted.email_on and not addresses:
        raise BadValue("emails", "Add at least one address, or switch email off.")
    if wanted.webhook_on and not wanted.webhook_url:
        raise BadValue("webhook_url", "Add the address to call, or switch the webhook off.")
    if wanted.slack_on and not has_token:
        raise BadValue("slack_token", "Connect a Slack bot token first.")
    if wanted.slack_on and not wanted.slack_channel.strip():
        raise BadValue("slack_channel", "Add the channel to post to, such as #support.")
    if wanted.slack_channel.strip() != escalations(session).slack_channel:
        _set(session, "slack", asdict(replace(slack(session), channel_id="", joined=True)))
    for name in ("reroute_minutes", "late_minutes", "remind_minutes"):
        if not 0 <= getattr(wanted, name) <= LONGEST_WAIT:
            raise BadValue(name, f"A whole number of minutes from 0 (off) to {LONGEST_WAIT}.")
    values = asdict(wanted) | {"emails": "; ".join(addresses), "slack_channel": wanted.slack_channel.strip()}
    _set(session, "escalations", {k: v for k, v in values.items() if not k.startswith(("has_", "webhook_"))})
    _save_main_endpoint(session, wanted, webhook_secret)
    if slack_token is not None:
        _set(session, "slack_token", vault.seal(slack_token.strip()))
    return escalations(session)


def _save_main_endpoint(session: Session, wanted: Escalations, secret: str | None) -> None:
    """The page of escalations holds one webhook; more of them, and more about them, are on their own page."""
    main = session.get(Endpoint, "main") or Endpoint(id="main", events=list(EVENTS))
    if wanted.webhook_on or main.url != wanted.webhook_url.strip():
        main.failing_since, main.disabled_at, main.disabled_why = None, None, ""
    main.url, main.paused = wanted.webhook_url.strip(), not wanted.webhook_on
    if secret is not None:
        main.secret = vault.seal(secret.strip())
        main.old_secret, main.old_secret_until = "", None
    session.add(main)


@dataclass(frozen=True)
class Mail:
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


def mail(session: Session) -> Mail:
    """The mail server as the page shows it, without its password."""
    saved: dict[str, Any] = _get(session, "mail") or {}
    return Mail(**saved, has_password=bool(_get(session, "mail_password")), by_environment=bool(config().smtp_url))


def save_mail(session: Session, wanted: Mail, password: str | None = None) -> Mail:
    """Save the mail server; a password of None stays. Raises `BadValue`."""
    if wanted.server and not re.fullmatch(r"[A-Za-z0-9.:\[\]_-]{1,253}", wanted.server):
        raise BadValue("server", "This is not a host name. It should look like smtp.example.com.")
    if not 1 <= wanted.port <= 65535:
        raise BadValue("port", "A port is a number from 1 to 65535, mostly 587, 465 or 25.")
    if wanted.security not in SECURITY:
        raise BadValue("security", "Choose STARTTLS, TLS or none.")
    address = parseaddr(wanted.sender)[1] if wanted.sender.strip() else ""
    if wanted.sender.strip():
        checked_email(address, "sender")
    values = {name: getattr(wanted, name) for name in ("server", "port", "security", "user", "sender")}
    _set(session, "mail", values | {"sender": wanted.sender.strip()})
    if password is not None:
        _set(session, "mail_password", vault.seal(password))
    return mail(session)


def mail_credentials(session: Session) -> dict[str, str]:
    """The address of the mail server with its opened password, and the sender; for the worker and the doctor."""
    known = mail(session)
    if known.by_environment or not known.server:
        return {"smtp_url": config().smtp_url, "mail_from": config().mail_from}
    password = vault.open_sealed(_get(session, "mail_password") or "")
    who = f"{quote(known.user, safe='')}:{quote(password, safe='')}@" if known.user else ""
    scheme, query = SECURITY[known.security]
    url = f"{scheme}://{who}{known.server}:{known.port}{query}"
    return {"smtp_url": url, "mail_from": known.sender or config().mail_from}


@dataclass(frozen=True)
class SlackTeam:
    """The connected workspace. `two_way`: replies in a thread reach the visitor as the agent who wrote them."""

    team: str = ""
    bot_id: str = ""
    channel_id: str = ""
    joined: bool = True
    two_way: bool = False


def slack(session: Session) -> SlackTeam:
    """What is known of the connected workspace."""
    return SlackTeam(**(_get(session, "slack") or {}))


def slack_on(session: Session) -> bool:
    """Whether notices go to Slack."""
    return bool((_get(session, "escalations") or {}).get("slack_on"))


def connect_slack(session: Session, token: str, team: str, bot_id: str) -> None:
    """Keep a bot token that Slack has accepted."""
    _set(session, "slack_token", vault.seal(token))
    _set(session, "slack", asdict(SlackTeam(team=team, bot_id=bot_id)))


def disconnect_slack(session: Session) -> None:
    """Forget the workspace; its notices are switched off."""
    _set(session, "slack_token", "")
    _set(session, "slack", asdict(SlackTeam()))
    _set(session, "escalations", (_get(session, "escalations") or {}) | {"slack_on": False})


def choose_channel(session: Session, id: str, name: str, joined: bool) -> None:
    """Where notices are posted."""
    _set(session, "slack", asdict(replace(slack(session), channel_id=id, joined=joined)))
    _set(session, "escalations", (_get(session, "escalations") or {}) | {"slack_channel": f"#{name}"})


def answer_from_slack(session: Session, on: bool) -> None:
    """Switch two-way on or off."""
    _set(session, "slack", asdict(replace(slack(session), two_way=on)))


def slack_token(session: Session) -> str:
    """The opened bot token, for the worker and the doctor alone."""
    return vault.open_sealed(_get(session, "slack_token") or "")


def split_addresses(typed: str) -> list[str]:
    """The addresses of a list separated by `;`, without repetitions. Raises `BadValue` naming the one that is wrong."""
    found: list[str] = []
    for part in filter(None, (part.strip() for part in typed.split(";"))):
        address = checked_email(part, "emails")
        if address.lower() not in (known.lower() for known in found):
            found.append(address)
    if len(found) > MOST_ADDRESSES:
        raise BadValue("emails", f"{MOST_ADDRESSES} addresses are the most; this list has {len(found)}.")
    return found


def checked_email(typed: str, field: str) -> str:
    """The address in its normal form; nothing is looked up. Raises `BadValue`."""
    try:
        return validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise BadValue(field, f"“{typed.strip()[:80]}” is not an email address. Separate several with ;") from error


def shop(session: Session) -> Shop:
    """How the widget presents itself, or the default."""
    saved: dict[str, Any] = dict(_get(session, "shop") or {})
    return Shop(**saved | {"quick_replies": tuple(saved.get("quick_replies", ()))})


def save_shop(session: Session, wanted: Shop) -> None:
    """Save how the widget presents itself."""
    _set(session, "shop", asdict(wanted))


def edited_texts(session: Session, locale: str) -> dict[str, str]:
    """The owner's own words in one locale, by key."""
    known: dict[str, dict[str, str]] = session.info.setdefault("texts", {})  # one read per transaction
    if locale not in known:
        rows = session.exec(select(EditedText).where(EditedText.locale == locale))
        known[locale] = {row.key: row.text for row in rows}
    return known[locale]


def save_texts(session: Session, locale: str, texts: dict[str, str]) -> None:
    """Replace the owner's words of one locale; an empty text, or the default itself, means the default.

    Raises `BadValue` when a placeholder is missing, with the key as its field.
    """
    for name, written in texts.items():
        missing = i18n.missing_placeholders(name, written) if written.strip() else []
        if missing:
            raise BadValue(name, f"Keep {{{missing[0]}}} in the text, so that it can be filled in.")
        if len(written) > 1000:
            raise BadValue(name, "1,000 characters are the most for one text.")
    session.info.pop("texts", None)
    session.exec(delete(EditedText).where(EditedText.locale == locale))  # type: ignore[arg-type]
    for name, written in texts.items():
        if written.strip() and written.strip() != i18n.default(name, locale):
            session.add(EditedText(locale=locale, key=i18n.key(name), text=written.strip()))


def words(session: Session, locale: str, names: Sequence[str]) -> dict[str, str]:
    """The texts to show in one locale, the owner's edits over the defaults."""
    edited = edited_texts(session, locale)
    return {name: i18n.text(name, locale, edited) for name in names}


def setup_token(session: Session) -> str:
    """A new one-time token for `/setup`; only its fingerprint is kept, and an earlier one no longer works."""
    token = secrets.token_urlsafe(32)
    _set(session, "setup_token", vault.fingerprint(token))
    return token


def spend_setup_token(session: Session, token: str) -> bool:
    """Whether this is the token; it works once."""
    kept = _get(session, "setup_token")
    if not kept or not secrets.compare_digest(str(kept), vault.fingerprint(token)):
        return False
    _set(session, "setup_token", None)
    return True


def demo_loaded(session: Session) -> bool:
    """Whether the sample shop was ever loaded here, so that it does not come back once removed."""
    return bool(_get(session, "demo_loaded"))


def remember_demo(session: Session) -> None:
    """Note that the sample shop was loaded."""
    _set(session, "demo_loaded", True)


def _get(session: Session, name: str) -> Any:
    """All settings at the first question of a transaction: there are few, and most verbs need several."""
    if "settings" not in session.info:
        rows = session.connection().execute(select(Setting.name, Setting.value))
        session.info["settings"] = {row.name: row.value for row in rows}
    return session.info["settings"].get(name)


def _set(session: Session, name: str, value: Any) -> None:
    session.merge(Setting(name=name, value=value))
    session.flush()
    session.info.pop("settings", None)
