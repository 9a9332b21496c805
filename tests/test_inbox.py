"""The list of conversations: who waits longest stands first, and a search finds what was said."""

from datetime import timedelta

import pytest

from handoff_app import db
from handoff_app.domain import conversations, desk, escalations, inbox
from handoff_app.domain.inbox import Row
from handoff_app.domain.models import Escalation, Reason, now
from tests.conftest import World


def listed(world: World, chosen: str = "all", sought: str = "") -> list[Row]:
    return db.read_now(inbox.rows, chosen, sought, world.grace.id, now())


@pytest.fixture
def busy(world: World) -> dict[str, str]:
    """One conversation of each kind, and two that wait: 3 and 16 minutes."""
    made: dict[str, str] = {}
    for name in ("ai", "short", "long", "live", "done"):
        world.vera = name[0] * 64 + name
        made[name] = world.chat(f"This is {name} 100%")
    for name, minutes in (("short", 3), ("long", 16)):

        def wait(session: object, name: str = name, minutes: int = minutes) -> None:
            row = escalations.escalate(session, conversations.locked(session, made[name]), Reason.ASKED_FOR_HUMAN)
            row.created_at = now() - timedelta(minutes=minutes)

        world.do(wait)
    for name in ("live", "done"):
        world.do(lambda s, name=name: desk.take_over(s, made[name], world.grace) and None)
    world.do(lambda s: desk.resolve(s, made["done"], world.grace) and None)
    return made


def test_who_waits_longest_stands_first_then_live_then_the_rest(world: World, busy: dict[str, str]) -> None:
    rows = listed(world)
    assert [row.id for row in rows] == [busy[name] for name in ("long", "short", "live", "ai", "done")]
    assert [row.group for row in rows] == ["Waiting, longest first", "", "Live", "With the AI", "Resolved"]
    assert [(row.wait, row.wait_level) for row in rows[:2]] == [("16 min", 2), ("3 min", 0)]
    assert rows[0].group_count == 2
    assert rows[0].reason == "Asked for a human"


def test_who_asks_for_a_human_is_seen_before_an_address_is_left(world: World) -> None:
    chat = world.chat("Hello")
    assert listed(world)[0].reason == ""
    world.do(lambda s: escalations.ask(s, conversations.locked(s, chat), Reason.ASKED_FOR_HUMAN) and None)
    assert (listed(world)[0].reason, listed(world)[0].wait) == (inbox.ASKING, "")
    world.do(lambda s: escalations.leave_email(s, conversations.locked(s, chat), "vera@example.com") and None)
    assert listed(world)[0].reason == "Asked for a human"


@pytest.mark.parametrize(
    ("chosen", "names"),
    [("waiting", ["long", "short"]), ("mine", ["live"]), ("ai", ["ai"]), ("resolved", ["done"])],
)
def test_a_filter_shows_its_own_and_counts_them(
    world: World, busy: dict[str, str], chosen: str, names: list[str]
) -> None:
    assert [row.id for row in listed(world, chosen)] == [busy[name] for name in names]
    assert inbox.counts(db.read_now(inbox.tally), world.grace.id)[chosen] == len(names)


@pytest.mark.parametrize(
    ("sought", "found"), [("is live", ["live"]), ("100%", 5), ("100_", 0), ("nothing", 0), ("' OR 1=1", 0)]
)
def test_a_search_finds_what_was_said_and_takes_every_sign_as_it_is(
    world: World, busy: dict[str, str], sought: str, found: list[str] | int
) -> None:
    rows = listed(world, sought=sought)
    assert len(rows) == found if isinstance(found, int) else [row.id for row in rows] == [busy[n] for n in found]


def test_the_card_shows_why_and_who_was_told(world: World, busy: dict[str, str]) -> None:
    card = world.do(inbox.card, busy["long"])
    assert card.reason == "Asked for a human"
    assert card.language == "English"
    assert [notice["channel"] for notice in card.notices] == ["email", "email", "slack", "webhook"]


def test_an_escalation_that_is_over_is_no_reason_any_more(world: World, busy: dict[str, str]) -> None:
    world.do(lambda s: desk.hand_back(s, busy["live"], world.grace) and None)
    assert world.do(inbox.card, busy["live"]).reason == ""
    assert len(world.all(Escalation)) == 4


def test_the_list_shows_what_people_said_last_and_not_what_the_ai_answered(world: World, busy: dict[str, str]) -> None:
    world.do(conversations.ai_says, busy["ai"], 0, "It costs 4.90 €.", 0.9)
    world.do(desk.agent_says, busy["live"], world.grace, "Grace here", "a")
    shown = {row.id: row.preview for row in listed(world)}
    assert (shown[busy["ai"]], shown[busy["live"]]) == ("This is ai 100%", "Grace: Grace here")
