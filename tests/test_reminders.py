"""A reply that stays unseen goes to the visitor by mail, once, with a link that opens this conversation alone."""

import json
import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlmodel import select

from handoff_app.channels import email as mail
from handoff_app.channels.base import Notice
from handoff_app.domain import conversations, desk, due, escalations, reminders, settings
from handoff_app.domain.models import Conversation, Delivery, Prompt, ReturnLink, Visitor, now
from handoff_app.pages.shared import visit
from tests.conftest import World


@pytest.fixture
def answered(world: World) -> str:
    """Grace has answered twice; Vera has left her address and gone."""
    world.do(settings.save_escalations, settings.Escalations())
    chat = world.chat("Is the blue one in stock?")
    world.do(lambda s: setattr(s.get_one(Visitor, world.row(chat).visitor_id), "email", "vera@example.com"))
    for number, text in enumerate(("It is.", "Shall I put one aside?")):
        world.do(desk.agent_says, chat, world.grace, text, f"a{number}")
    return chat


def pass_minutes(world: World, chat: str, minutes: int) -> int:
    def older(session: Any) -> int:
        row = session.get_one(Conversation, chat)
        if row.unseen_since:
            row.unseen_since -= timedelta(minutes=minutes)
        session.flush()
        return reminders.remind(session)

    return int(world.do(older))


def letters(world: World) -> list[dict[str, Any]]:
    return [json.loads(row.body)["letter"] for row in world.all(Delivery) if row.event == "reply.unseen"]


def secret(world: World) -> str:
    found = re.search(r"#back=(.+)$", letters(world)[-1]["url"])
    assert found
    return found[1]


def other_browser(world: World) -> str:
    return str(world.do(lambda s: conversations.visitor(s, "o" * 64).id))


def test_after_two_minutes_all_unseen_replies_go_in_one_mail(world: World, answered: str) -> None:
    assert pass_minutes(world, answered, 1) == 0
    assert pass_minutes(world, answered, 2) == 1
    assert pass_minutes(world, answered, 60) == 0
    (letter,) = letters(world)
    assert letter["lines"] == ["It is.", "Shall I put one aside?"]
    assert letter["subject"].startswith("Grace answered you")
    world.do(desk.agent_says, answered, world.grace, "Still there?", "a9")
    assert pass_minutes(world, answered, 3) == 1


def test_who_has_seen_it_gets_no_mail(world: World, answered: str) -> None:
    world.do(conversations.visitor_read, world.row(answered).visitor_id, answered)
    assert pass_minutes(world, answered, 10) == 0


def test_without_an_address_or_switched_off_nothing_is_sent(world: World, answered: str) -> None:
    world.do(settings.save_escalations, settings.Escalations(remind_minutes=0))
    assert pass_minutes(world, answered, 10) == 0
    world.do(settings.save_escalations, settings.Escalations())
    world.do(lambda s: setattr(s.get_one(Visitor, world.row(answered).visitor_id), "email", ""))
    pass_minutes(world, answered, 10)
    assert letters(world) == []


def test_the_mail_is_in_the_visitors_language_and_escapes_what_is_in_it(world: World, answered: str) -> None:
    world.do(lambda s: setattr(s.get_one(Conversation, answered), "locale", "de"))
    world.do(desk.agent_says, answered, world.grace, "<script>alert(1)</script>", "a9")
    pass_minutes(world, answered, 3)
    row = next(row for row in world.all(Delivery) if row.event == "reply.unseen")
    built = message_from_bytes(mail.build(Notice(row.id, row.event, row.target, row.body)), policy=policy.default)
    assert built["References"].startswith(f"<{answered}@")
    html = built.get_body(("html",)).get_content()
    assert "Chat fortsetzen" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_the_first_browser_that_uses_the_link_is_the_only_one(world: World, answered: str) -> None:
    pass_minutes(world, answered, 3)
    browser, thief = other_browser(world), str(world.do(lambda s: conversations.visitor(s, "t" * 64).id))
    for _ in range(2):
        assert world.do(reminders.come_back, browser, secret(world)) == answered
    with pytest.raises(conversations.NotFound):
        world.do(reminders.come_back, thief, secret(world))
    assert world.do(conversations.of_visitor, browser, answered).id == answered
    with pytest.raises(conversations.NotFound):
        world.do(conversations.of_visitor, thief, answered)


def test_it_opens_this_conversation_and_no_older_one(world: World, answered: str) -> None:
    owner = world.row(answered).visitor_id
    older = world.do(lambda s: conversations.start(s, owner, "en").id)
    pass_minutes(world, answered, 3)
    browser = other_browser(world)
    world.do(reminders.come_back, browser, secret(world))
    with pytest.raises(conversations.NotFound):
        world.do(conversations.of_visitor, browser, older)
    assert [c.id for c in world.do(conversations.recent, browser)] == [answered]


def test_an_old_or_invented_link_opens_nothing_and_the_database_holds_no_link(world: World, answered: str) -> None:
    pass_minutes(world, answered, 3)
    link = secret(world)
    assert link not in str(world.all(ReturnLink))
    world.do(lambda s: setattr(s.get_one(ReturnLink, world.all(ReturnLink)[0].id), "expires_at", now()))
    for wrong in (link, "x" * 43, ""):
        with pytest.raises(conversations.NotFound):
            world.do(reminders.come_back, other_browser(world), wrong)
    world.do(reminders.tidy)
    assert world.all(ReturnLink) == []


def test_whoever_types_the_address_of_somebody_else_brings_them_three_mails_an_hour(world: World) -> None:
    world.do(settings.save_escalations, settings.Escalations())
    chats = []
    for number in range(40):
        world.vera = f"{number:064}"
        chats.append(world.chat("Write to me"))
        typed = ("victim@acme.example", "Victim@Acme.example", "VICTIM@acme.example")[number % 3]
        world.do(lambda s, c=chats[-1], e=typed: setattr(s.get_one(Visitor, world.row(c).visitor_id), "email", e))
        world.do(desk.agent_says, chats[-1], world.grace, "Hello?", f"a{number}")
    for _ in range(10):
        for chat in chats:
            pass_minutes(world, chat, 3)
    assert len(letters(world)) == reminders.MOST_AN_HOUR == 3
    world.do(
        lambda s: [setattr(row, "created_at", now() - timedelta(hours=1)) for row in s.exec(select(Delivery))] and None
    )
    for chat in chats:
        pass_minutes(world, chat, 3)
    assert len(letters(world)) == 6


def test_an_escalation_is_not_needed_for_it(world: World, answered: str) -> None:
    world.do(lambda s: desk.hand_back(s, answered, world.grace) and None)
    assert pass_minutes(world, answered, 3) == 1
    assert world.do(escalations.open_one, answered) is None


def test_who_came_by_a_link_has_no_say_in_where_mails_go(world: World, answered: str) -> None:
    pass_minutes(world, answered, 3)
    guest, vera = other_browser(world), world.row(answered).visitor_id
    assert world.do(reminders.come_back, guest, secret(world)) == answered
    for prompt in (Prompt.NONE, Prompt.EMAIL):
        world.do(lambda s, asked=prompt: setattr(conversations.locked(s, answered), "prompt", asked))
        world.do(visit.leave_email, guest, answered, "mallory@example.com")
        assert world.do(lambda s: s.get_one(Visitor, vera).email) == "vera@example.com"
    world.do(visit.leave_email, vera, answered, "vera@new.example")
    assert world.do(lambda s: s.get_one(Visitor, vera).email) == "vera@new.example"


def test_replies_that_nobody_is_reminded_of_are_not_looked_at_for_ever(world: World, answered: str) -> None:
    world.do(settings.save_escalations, settings.Escalations(remind_minutes=0))
    pass_minutes(world, answered, 10)
    assert "wait" not in world.do(due.queues)
