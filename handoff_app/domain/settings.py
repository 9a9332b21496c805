"""The store of what admins set, and the page of escalations. Secrets are sealed, never read back."""

import secrets
from base64 import b64decode
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, select

from handoff_app import vault
from handoff_app.domain.models import Endpoint, Setting, now
from handoff_app.domain.prepared import Prepared

EVENTS: Final = ("escalation.created", "escalation.claimed", "escalation.unanswered", "conversation.resolved")
"""What an endpoint can hear of."""
MOST_ADDRESSES: Final = 50
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


_MAIN: Final = Prepared(
    select(Endpoint.url, Endpoint.secret, Endpoint.paused, Endpoint.disabled_at).where(Endpoint.id == "main")
)


def escalations(session: Session) -> Escalations:
    """The settings of escalations, or their defaults."""
    saved: dict[str, Any] = get(session, "escalations") or {}
    main = _MAIN.first(session)
    return Escalations(
        **saved,
        webhook_on=main is not None and not main.paused and main.disabled_at is None,
        webhook_url=main.url if main else "",
        has_slack_token=bool(get(session, "slack_token")),
        has_webhook_secret=bool(main and main.secret),
    )


def save_escalations(
    session: Session, wanted: Escalations, slack_token: str | None = None, webhook_secret: str | None = None
) -> Escalations:
    """Save all of it or nothing; a secret of None stays as it is, an empty one is removed. Raises `BadValue`."""
    has_token = bool(get(session, "slack_token")) if slack_token is None else bool(slack_token)
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
        put(session, "slack", (get(session, "slack") or {}) | {"channel_id": "", "joined": True})
    for name in ("reroute_minutes", "late_minutes", "remind_minutes"):
        if not 0 <= getattr(wanted, name) <= LONGEST_WAIT:
            raise BadValue(name, f"A whole number of minutes from 0 (off) to {LONGEST_WAIT}.")
    values = asdict(wanted) | {"emails": "; ".join(addresses), "slack_channel": wanted.slack_channel.strip()}
    put(session, "escalations", {k: v for k, v in values.items() if not k.startswith(("has_", "webhook_"))})
    _save_main_endpoint(session, wanted, webhook_secret)
    if slack_token is not None:
        put(session, "slack_token", vault.seal(slack_token.strip()))
    return escalations(session)


BOTH_SIGN_FOR: Final = timedelta(hours=24)
"""After a change of a signing secret the old one signs too, so that a receiver can change over without a gap."""


def _save_main_endpoint(session: Session, wanted: Escalations, secret: str | None) -> None:
    """The page of escalations holds one webhook; more of them, and more about them, are on their own page."""
    main = session.get(Endpoint, "main") or Endpoint(id="main", events=list(EVENTS))
    url = wanted.webhook_url.strip()
    if url and session.exec(select(Endpoint.id).where(Endpoint.url == url, Endpoint.id != "main")).first():
        raise BadValue("webhook_url", "This address is among the endpoints of the page Notifications already.")
    if wanted.webhook_on or main.url != url:
        main.failing_since, main.disabled_at, main.disabled_why = None, None, ""
    if main.disabled_at is None:  # one that is switched off for failing is not paused as well
        main.paused = not wanted.webhook_on
    main.url = url
    if secret is not None:
        if main.secret and secret.strip():
            main.old_secret, main.old_secret_until = main.secret, now() + BOTH_SIGN_FOR
        main.secret = vault.seal(_checked_secret(secret.strip()))
    session.add(main)
    session.flush()


def _checked_secret(secret: str) -> str:
    """What begins as a Standard Webhooks secret must be one, for receivers decode it. Raises `BadValue`."""
    if secret.startswith("whsec_"):
        try:
            b64decode(secret[6:], validate=True)
        except ValueError as error:
            raise BadValue(
                "webhook_secret", "After whsec_ it must be base64. Any other text is used as it is."
            ) from error
    return secret


def split_addresses(typed: str) -> list[str]:
    """The addresses of a list separated by `;`, without repetitions. Raises `BadValue` naming the one that is wrong."""
    found: list[str] = []
    for part in filter(None, (part.strip() for part in typed.split(";"))):
        try:
            address = checked_email(part, "emails")
        except BadValue as error:
            raise BadValue("emails", f"{error} Separate several with ;") from error
        if address.lower() not in (known.lower() for known in found):
            found.append(address)
    if len(found) > MOST_ADDRESSES:
        raise BadValue("emails", f"{MOST_ADDRESSES} addresses are the most; this list has {len(found)}.")
    return found


def checked_email(typed: str, field: str) -> str:
    """The address in its normal form; nothing is looked up. Raises `BadValue`."""
    try:
        return _normal_email(typed.strip())
    except EmailNotValidError as error:
        raise BadValue(field, f"“{typed.strip()[:80]}” is not an email address.") from error


@lru_cache(256)
def _normal_email(typed: str) -> str:
    """Remembered, for the list of a team is read at every escalation."""
    return validate_email(typed, check_deliverability=False, test_environment=True).normalized


def setup_token(session: Session) -> str:
    """A new one-time token for `/setup`; only its fingerprint is kept, and an earlier one no longer works."""
    token = secrets.token_urlsafe(32)
    put(session, "setup_token", vault.fingerprint(token))
    return token


def spend_setup_token(session: Session, token: str) -> bool:
    """Whether this is the token; it works once."""
    kept = get(session, "setup_token")
    if not kept or not secrets.compare_digest(str(kept), vault.fingerprint(token)):
        return False
    put(session, "setup_token", None)
    return True


def demo_loaded(session: Session) -> bool:
    """Whether the sample shop was ever loaded here, so that it does not come back once removed."""
    return bool(get(session, "demo_loaded"))


def remember_demo(session: Session) -> None:
    """Note that the sample shop was loaded."""
    put(session, "demo_loaded", True)


def get(session: Session, name: str) -> Any:
    """The value of a setting, or None.

    All of them are read at the first question of a transaction: there are few, and most verbs need several.
    """
    if "settings" not in session.info:
        session.info["settings"] = {row.name: row.value for row in _ALL.all(session)}
    return session.info["settings"].get(name)


_ALL: Final = Prepared(select(Setting.name, Setting.value))


def put(session: Session, name: str, value: Any) -> None:
    """Keep a value that JSON can hold."""
    session.merge(Setting(name=name, value=value))
    session.flush()
    session.info.pop("settings", None)
