"""Every handler has its rule, and every caller without the role is refused."""

import pytest

from handoff_app.access import passwords, rules
from handoff_app.domain.models import Role


def handlers() -> list[str]:
    from handoff_app import handoff_app

    assert handoff_app.app
    return sorted(handoff_app.app._registration_context.event_handlers)


def test_every_registered_handler_has_a_rule_or_is_refused_for_good() -> None:
    unknown = [name for name in handlers() if rules.needs(name) is None and name.rpartition(".")[2] not in rules.NEVER]
    assert unknown == []


def test_every_rule_names_a_handler() -> None:
    assert set(rules.RULES) - {rules.short(name) for name in handlers()} == set()


def test_nobody_sets_vars_directly() -> None:
    assert [n for n in handlers() if n.rpartition(".")[2] in rules.NEVER and rules.needs(n) is not None] == []


def test_every_page_is_served_where_it_is_and_not_one_slash_further() -> None:
    from handoff_app import handoff_app
    from handoff_app.api import doors

    pages = {f"/{route}" for route in handoff_app.app._unevaluated_pages if "[" not in route and route != "index"}
    assert {page for page in pages if not page.endswith("404")} == doors._PAGES


EXPECTED = {
    "widget_state": {None, Role.AGENT, Role.ADMIN},
    "staff_state": {None, Role.AGENT, Role.ADMIN},
    "inbox_state": {Role.AGENT, Role.ADMIN},
    "inbox_list_state": {Role.AGENT, Role.ADMIN},
    "insights_state": {Role.AGENT, Role.ADMIN},
    "escalations_state": {Role.ADMIN},
    "localization_state": {Role.ADMIN},
    "ai_state": {Role.ADMIN},
    "signals_state": {Role.ADMIN},
    "mail_state": {Role.ADMIN},
    "slack_state": {Role.ADMIN},
    "endpoints_state": {Role.ADMIN},
    "deliveries_state": {Role.ADMIN},
    "knowledge_state": {Role.ADMIN},
    "websites_state": {Role.ADMIN},
    "bench_state": {Role.ADMIN},
    "aide_state": {Role.AGENT, Role.ADMIN},
    "state": {None, Role.AGENT, Role.ADMIN},
    "on_load_internal_state": {None, Role.AGENT, Role.ADMIN},
    "frontend_event_exception_state": {None, Role.AGENT, Role.ADMIN},
}
EXCEPTIONS = {"staff_state.prefer": {Role.AGENT, Role.ADMIN}}


@pytest.mark.parametrize("role", [None, Role.AGENT, Role.ADMIN])
def test_each_role_may_call_exactly_its_own_handlers(role: Role | None) -> None:
    for name in rules.RULES:
        wanted = EXCEPTIONS.get(name) or EXPECTED[name.partition(".")[0]]
        assert rules.allowed(rules.needs(f"x____{name}"), role) == (role in wanted), name


def test_a_handler_without_a_rule_is_refused_to_everyone() -> None:
    assert not any(rules.allowed(rules.needs("a.b____new_state.erase"), role) for role in (None, *Role))


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_password_that_cannot_be_used_is_refused_with_a_sentence(password: str) -> None:
    with pytest.raises(passwords.BadPassword):
        passwords.hashed(password)


async def test_a_password_matches_its_hash_and_no_other() -> None:
    hash = passwords.hashed("correct horse battery")
    assert await passwords.matches(hash, "correct horse battery")
    assert not await passwords.matches(hash, "correct horse")
    assert not await passwords.matches(None, "nobody signs in with this")
