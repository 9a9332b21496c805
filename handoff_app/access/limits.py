"""How often: token buckets per socket and per address, moving windows for sign-in."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import limits

EVENTS_PER_SECOND: Final = 20.0
EVENTS_AT_ONCE: Final = 60.0
SOCKETS_PER_ADDRESS: Final = 300
NEW_SOCKETS: Final = limits.parse("1200/minute")
SIGN_IN: Final = limits.parse("10/15 minutes")

_window = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())


@dataclass
class Bucket:
    """Fills with `rate` tokens a second up to `size`; one is taken per event."""

    rate: float = EVENTS_PER_SECOND
    size: float = EVENTS_AT_ONCE
    tokens: float = EVENTS_AT_ONCE
    seen: float = field(default_factory=monotonic)

    def take(self) -> bool:
        """Whether there was a token."""
        moment = monotonic()
        self.tokens = min(self.size, self.tokens + (moment - self.seen) * self.rate)
        self.seen = moment
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def may_connect(address: str) -> bool:
    """Whether this address may open another socket now."""
    return _window.hit(NEW_SOCKETS, "socket", address)


def may_try_to_sign_in(address: str, email: str) -> bool:
    """Whether another password may be tried for this account from this address."""
    return _window.test(SIGN_IN, "sign-in", address, _account(email))


def wrong_try(address: str, email: str) -> None:
    """Count a try that failed."""
    _window.hit(SIGN_IN, "sign-in", address, _account(email))


def _account(email: str) -> str:
    return email.strip().lower()[:200]
