"""What admins set: escalations and their channels, the texts of each language. Secrets are sealed, never read back."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, delete, select

from handoff_app import i18n, vault
from handoff_app.domain.models import EditedText, Setting

MOST_ADDRESSES = 50


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
    return Escalations(
        **{k: v for k, v in saved.items() if not k.startswith("has_")},
        has_slack_token=bool(_get(session, "slack_token")),
        has_webhook_secret=bool(_get(session, "webhook_secret")),
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
    values = asdict(wanted) | {"emails": "; ".join(addresses), "slack_channel": wanted.slack_channel.strip()}
    _set(session, "escalations", {k: v for k, v in values.items() if not k.startswith("has_")})
    if slack_token is not None:
        _set(session, "slack_token", vault.seal(slack_token.strip()))
    if webhook_secret is not None:
        _set(session, "webhook_secret", vault.seal(webhook_secret.strip()))
    return escalations(session)


def credentials(session: Session) -> dict[str, str]:
    """The opened secrets of the channels, for the worker alone."""
    return {
        "slack_token": vault.open_sealed(_get(session, "slack_token") or ""),
        "webhook_secret": vault.open_sealed(_get(session, "webhook_secret") or ""),
    }


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
    return {row.key: row.text for row in session.exec(select(EditedText).where(EditedText.locale == locale))}


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
    row = session.get(Setting, name)
    return row.value if row else None


def _set(session: Session, name: str, value: Any) -> None:
    session.merge(Setting(name=name, value=value))
    session.flush()
