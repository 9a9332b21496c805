"""Whose address a request comes from, and who counts as inside."""

import pytest

from handoff_app.access import addresses, limits
from handoff_app.config import config


@pytest.fixture
def hops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, database: None) -> None:
    monkeypatch.setenv("HANDOFF_TRUSTED_PROXY_HOPS", str(request.param))
    config.cache_clear()


@pytest.mark.parametrize(
    ("hops", "peer", "forwarded", "client", "inside"),
    [
        (0, "127.0.0.1", "", "127.0.0.1", True),
        (0, "10.0.0.7", "", "10.0.0.7", True),
        (0, "::1", "", "::1", True),
        (0, "8.8.8.8", "", "8.8.8.8", False),
        (0, "::ffff:8.8.8.8", "", "::ffff:8.8.8.8", False),
        (0, "127.0.0.1", "10.0.0.7", "127.0.0.1", False),  # through a proxy that nobody told us to trust
        (0, "", "", "", False),
        (0, "unix", "", "unix", False),
        (1, "127.0.0.1", "8.8.8.8", "8.8.8.8", False),
        (1, "127.0.0.1", "10.0.0.7", "10.0.0.7", True),
        (1, "127.0.0.1", "10.0.0.7, 8.8.8.8", "8.8.8.8", False),  # what the visitor made up stands first
        (1, "127.0.0.1", "", "127.0.0.1", True),
        (2, "127.0.0.1", "8.8.8.8", "127.0.0.1", False),  # past the first proxy
        (2, "127.0.0.1", "8.8.8.8, 10.0.0.2", "8.8.8.8", False),
    ],
    indirect=["hops"],
)
def test_proxies_are_believed_as_far_as_they_are_trusted(
    hops: None, peer: str, forwarded: str, client: str, inside: bool
) -> None:
    assert addresses.client(peer, forwarded) == client
    assert addresses.is_inside(peer, forwarded) is inside


def test_an_address_that_ipv6_wraps_is_limited_as_its_own() -> None:
    assert sum(limits.may_ask("::ffff:8.8.4.4") for _ in range(100)) == 30
