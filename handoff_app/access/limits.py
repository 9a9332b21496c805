"""How often: token buckets per socket and per address, moving windows for sign-in and for requests for a human."""

from dataclasses import dataclass, field
from ipaddress import ip_network
from time import monotonic
from typing import Final

import limits

from handoff_app.access.addresses import parsed

EVENTS_PER_SECOND: Final = 20.0
EVENTS_AT_ONCE: Final = 60.0
SOCKETS_PER_ADDRESS: Final = 300
NEW_SOCKETS: Final = limits.parse("1200/minute")
SIGN_IN: Final = limits.parse("10/15 minutes")
ASKING: Final = limits.parse("30/hour")

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


def may_ask(address: str) -> bool:
    """Whether another request for a human is heard from this address, or from its network of 2^64 (RFC 6177).

    A private address is not held to it: it is a proxy's that nobody told us to trust, and everybody is behind it.
    """
    network = _network(address)
    return not network or _window.hit(ASKING, "ask", network)


def may_try_to_sign_in(address: str, email: str) -> bool:
    """Whether another password may be tried for this account from this address."""
    return _window.test(SIGN_IN, "sign-in", address, _account(email))


def wrong_try(address: str, email: str) -> None:
    """Count a try that failed."""
    _window.hit(SIGN_IN, "sign-in", address, _account(email))


def _network(address: str) -> str:
    """What one customer of a provider has, or nothing if the address is private or none at all."""
    found = parsed(address)
    if found is None or not found.is_global:
        return ""
    return str(ip_network((found, 64 if found.version == 6 else 32), strict=False))


def _account(email: str) -> str:
    return email.strip().lower()[:200]
