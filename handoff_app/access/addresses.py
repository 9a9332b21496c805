"""Whose address a request comes from, as far as proxies are to be believed."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from handoff_app.config import config


def client(peer: str, forwarded: str) -> str:
    """The visitor's address: `peer`'s, or what the trusted proxies say in `X-Forwarded-For`, which is `forwarded`."""
    hops, told = config().trusted_proxy_hops, _parts(forwarded)
    return told[-hops] if 0 < hops <= len(told) else peer


def is_inside(peer: str, forwarded: str) -> bool:
    """Whether a request comes from this machine or a private network, and through no proxy that was not to be trusted.

    Fewer addresses than trusted proxies: it came past one of them, from who knows where.
    """
    hops, told = config().trusted_proxy_hops, _parts(forwarded)
    found = parsed(client(peer, forwarded))
    return found is not None and not found.is_global and (not told or 0 < hops <= len(told))


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address, as IPv4 where IPv6 only wraps it (`::ffff:192.0.2.1`); None if it is none at all."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _parts(forwarded: str) -> list[str]:
    return [part.strip() for part in forwarded.split(",") if part.strip()]
