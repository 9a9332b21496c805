"""How often one address may do what."""

import pytest

from handoff_app.access import limits


def heard(addresses: list[str]) -> int:
    return sum(limits.may_ask(address) for address in addresses)


def test_one_address_is_heard_thirty_times_an_hour_and_hides_nobody_else() -> None:
    assert heard(["8.8.8.1"] * 100) == 30
    assert heard(["8.8.8.2"]) == 1


def test_all_addresses_of_one_customer_are_one() -> None:
    assert heard([f"2606:4700:0:1::{number:x}" for number in range(1, 100)]) == 30
    assert heard(["2606:4700:0:2::1"]) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "::1", "fd00::1", "", "unix"])
def test_a_proxy_that_is_not_trusted_silences_nobody(address: str) -> None:
    assert heard([address] * 100) == 100
