"""Secrets at rest, sealed with a key derived from `HANDOFF_SECRET_KEY`; earlier keys after a space still open."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from itsdangerous import BadData, URLSafeTimedSerializer

from handoff_app.config import config


class Unreadable(ValueError):
    """What is sealed was sealed with another key."""

    def __init__(self) -> None:
        super().__init__("A saved secret cannot be read: HANDOFF_SECRET_KEY has changed. Type the secret again.")


def seal(secret: str) -> str:
    """Encrypt `secret` for the database; an empty one stays empty."""
    return _keys().encrypt(secret.encode()).decode() if secret else ""


def open_sealed(sealed: str) -> str:
    """What `seal` hid. Raises `Unreadable` if the key has changed."""
    try:
        return _keys().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken as error:
        raise Unreadable from error


def signed(purpose: str, what: list[str]) -> str:
    """A text for a link that only this server can have made, with its moment inside; readable, not secret."""
    return str(_signer(purpose).dumps(what))


def unsigned(purpose: str, link: str, seconds: int) -> list[str] | None:
    """What was signed at most so many seconds ago, or None."""
    try:
        found: list[str] = _signer(purpose).loads(link, max_age=seconds)
    except BadData:
        return None
    return found


def fingerprint(secret: str) -> str:
    """SHA-256 in hex: how a token of 256 random bits is stored and looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(config().secret_key.split()[::-1], salt=purpose)


@cache
def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in config().secret_key.split()])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"handoff secrets at rest" + key.encode()).digest())
