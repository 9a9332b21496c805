"""Password hashes: argon2id with the library's defaults (RFC 9106, second recommended option)."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 1000

_hasher = PasswordHasher()
_nobody = _hasher.hash("nobody signs in with this")
_at_once = asyncio.Semaphore(2)


class BadPassword(ValueError):
    """The password cannot be used; the message says what to change."""


def hashed(password: str) -> str:
    """A fresh hash. Raises `BadPassword`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(f"Use a password of at least {SHORTEST} characters.")
    return _hasher.hash(password)


async def matches(hash: str | None, password: str) -> bool:
    """Whether it is the password, in a thread. Without a hash it takes as long, so that nobody learns who exists."""
    async with _at_once:
        return await asyncio.to_thread(_verify, hash or _nobody, password[:LONGEST]) and hash is not None


def stale(hash: str) -> bool:
    """Whether the hash was made with older parameters."""
    return _hasher.check_needs_rehash(hash)


def _verify(hash: str, password: str) -> bool:
    try:
        return _hasher.verify(hash, password)
    except (VerificationError, InvalidHashError):
        return False
