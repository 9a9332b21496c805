"""Slack, both ways: connecting, the channel picker, and replies that reach the visitor once and by the right agent."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from slack_sdk.signature import SignatureVerifier

from handoff_app.access import sessions
from handoff_app.api.slack import router
from handoff_app.channels import slack
from handoff_app.channels.base import Notice, PermanentError
from handoff_app.config import config
from handoff_app.domain import agents, conversations, desk, escalations, replies, slack_team
from handoff_app.domain.models import Conversation, Delivery, Message, Reason, SlackEvent, now
from handoff_app.worker import replies as brought
from tests.conftest import World
from tests.fake_world import Receiver
from tests.fake_world import slack as slack_server

SECRET = "signing-secret"


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch, database: None) -> Receiver:
    server = slack_server()
    for name, value in {
        "API_URL": f"{server.url}/api/",
        "SIGNING_SECRET": SECRET,
        "CLIENT_ID": "1.2",
        "CLIENT_SECRET": "x",
    }.items():
        monkeypatch.setenv(f"HANDOFF_SLACK_{name}", value)
    config.cache_clear()
    return server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=config().base_url) as client:
        yield client


@pytest.fixture
def chat(workspace: Receiver, world: World) -> str:
    """A conversation that waits and has its thread in Slack; two-way is on."""
    world.do(slack_team.connect, "xoxb-test", "Acme", "B1")
    world.do(slack_team.answer_from_slack, True)
    made = world.chat("Hello")

    def prepare(session: Any) -> None:
        escalations.escalate(session, conversations.locked(session, made), Reason.ASKED_FOR_HUMAN)
        session.get_one(Conversation, made).slack_thread = "171.5"

    world.do(prepare)
    return made


def event(text: str, id: str = "Ev1", **changes: Any) -> dict[str, Any]:
    said = {
        "type": "message",
        "user": "U1",
        "channel": "C1",
        "ts": "172.1",
        "thread_ts": "171.5",
        "text": text,
    } | changes
    return {"type": "event_callback", "event_id": id, "event": said}


async def post(http: httpx.AsyncClient, body: dict[str, Any], age: int = 0, secret: str = SECRET) -> httpx.Response:
    sent, moment = json.dumps(body), str(int(time.time()) - age)
    signed = SignatureVerifier(secret).generate_signature(timestamp=moment, body=sent) or ""
    headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signed}
    return await http.post("/api/slack/events", content=sent, headers=headers)


async def all_brought() -> None:
    while await brought.due():
        pass


def said_by_team(world: World) -> list[tuple[str, str]]:
    return [(m.name, m.text) for m in world.all(Message) if m.author == "agent"]


async def test_a_reply_in_the_thread_reaches_the_visitor_once_as_that_agent(
    http: httpx.AsyncClient, world: World, chat: str
) -> None:
    for _ in range(3):
        assert (await post(http, event("Hi &lt;Vera&gt;, see <https://acme.example/x|this>"))).json() == {"ok": True}
    await brought.due()
    await brought.due()
    assert said_by_team(world) == [("Grace", "Hi <Vera>, see https://acme.example/x")]
    assert world.row(chat).owner_id == world.grace.id


@pytest.mark.parametrize(
    "body",
    [
        event("note: only for us"),
        event("NOTE: and this"),
        event("<@U2> note: he is a fraud"),
        event("*note:* bold"),
        event("note : with a space"),
        event("&gt; note: quoted"),
        event(":memo: note: with a sign"),
        event("_Note:_ in italics"),
        event("not in a thread", thread_ts=None),
        event("the first of a thread", ts="171.5"),
        event("another thread", thread_ts="1.1"),
        event("a bot", bot_id="B1"),
        event("edited", subtype="message_changed"),
    ],
    ids=lambda body: body["event"]["text"],
)
async def test_what_is_not_an_answer_to_the_visitor_stays_inside(
    http: httpx.AsyncClient, world: World, chat: str, body: dict[str, Any]
) -> None:
    assert (await post(http, body)).status_code == 200
    await brought.due()
    assert said_by_team(world) == []


async def test_alerts_only_is_the_default(http: httpx.AsyncClient, world: World, chat: str) -> None:
    world.do(slack_team.answer_from_slack, False)
    await post(http, event("Hello?"))
    assert world.all(SlackEvent) == []


async def test_a_stranger_and_a_second_agent_are_told_why_nothing_was_sent(
    http: httpx.AsyncClient, world: World, chat: str, workspace: Receiver
) -> None:
    await post(http, event("I am nobody", id="Ev1", user="U2"))
    world.do(lambda s: desk.take_over(s, chat, world.ada) and None)
    await post(http, event("Me too", id="Ev2"))
    await all_brought()
    told = [request.values["text"] for request in workspace.got if "chat.postMessage" in request.path]
    assert told == [
        "Not sent: nobody in Handoff has the address stranger@acme.example.",
        "Not sent: Ada has this conversation.",
    ]
    assert said_by_team(world) == []


@pytest.mark.parametrize(("age", "secret"), [(0, "another"), (600, SECRET), (-600, SECRET)])
async def test_a_wrong_or_old_signature_is_refused(
    http: httpx.AsyncClient, world: World, chat: str, age: int, secret: str
) -> None:
    answer = await post(http, event("Hello"), age, secret)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert world.all(SlackEvent) == []
    assert (await http.post("/api/slack/events", content=b"{}")).status_code == 401


async def test_slack_can_check_the_address(http: httpx.AsyncClient, workspace: Receiver) -> None:
    answer = await post(http, {"type": "url_verification", "challenge": "abc"})
    assert answer.json() == {"challenge": "abc"}


async def test_the_picker_lists_every_page_of_channels(workspace: Receiver) -> None:
    found = await slack.places("xoxb-test")
    assert [(place.name, place.joined) for place in found] == [("random", False), ("sales", False), ("support", True)]
    with pytest.raises(PermanentError, match="invalid_auth"):
        await slack.places("xoxb-wrong")


async def test_an_admin_installs_and_nobody_else(http: httpx.AsyncClient, workspace: Receiver, world: World) -> None:
    cookie = {"cookie": f"{sessions.cookie_name()}={world.do(agents.sign_in, world.ada.id)}"}
    agent = {"cookie": f"{sessions.cookie_name()}={world.do(agents.sign_in, world.grace.id)}"}
    assert (await http.get("/api/slack/install")).status_code == 403
    assert (await http.get("/api/slack/install", headers=agent)).status_code == 403
    there = urlsplit((await http.get("/api/slack/install", headers=cookie)).headers["location"])
    state = parse_qs(there.query)["state"][0]
    assert there.path == "/oauth/v2/authorize"
    for wrong in ({"code": "good", "state": state + "x"}, {"code": "good"}):
        assert (await http.get("/api/slack/callback", params=wrong, headers=cookie)).status_code == 403
    callback = {"code": "good", "state": state}
    assert (await http.get("/api/slack/callback", params=callback, headers=agent)).status_code == 403
    assert (await http.get("/api/slack/callback", params=callback)).status_code == 403
    assert (
        await http.get("/api/slack/callback", params={**callback, "code": "bad"}, headers=cookie)
    ).status_code == 502
    assert (await http.get("/api/slack/callback", params=callback, headers=cookie)).status_code == 303
    assert world.do(slack_team.known).team == "Acme"
    assert world.do(slack_team.token) == "xoxb-test"


def test_later_messages_go_to_the_thread_while_it_waits(world: World, chat: str) -> None:
    def again(session: Any) -> None:
        conversations.visitor_says(session, conversations.glance(session, chat, "c9"), "Still there?", "c9", "", True)
        escalations.follow_up(session, chat)

    world.do(again)
    notices = [row for row in world.all(Delivery) if row.channel == "slack"]
    assert [row.event for row in notices] == ["escalation.created", "conversation.message"]
    assert slack.summary(json.loads(notices[1].body)).endswith("Still there?")


@pytest.mark.parametrize(
    "text", ["<!channel>", "<!here> come", "<@U1>", "<https://evil.example|bank>", "&lt;!channel&gt;", "a" * 40_000]
)
def test_markup_of_visitors_does_nothing(world: World, chat: str, text: str) -> None:
    row = next(row for row in world.all(Delivery) if row.channel == "slack")
    data = json.loads(row.body) | {"messages": [{"author": "visitor", "text": text}], "event": "conversation.message"}
    shown = slack.summary(data)
    assert not {"<", ">"} & set(shown)
    assert len(shown) <= 3000


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U123> look", "look"),
        ("<#C1|support>", "support"),
        ("<https://a.example>", "https://a.example"),
        ("1 &lt; 2", "1 < 2"),
    ],
)
def test_what_agents_write_in_slack_reads_as_plain_text(written: str, read: str) -> None:
    assert slack.plain(written) == read


def test_a_kept_event_is_kept_once(world: World, chat: str) -> None:
    body = event("Hello")
    assert world.do(replies.keep, body["event"], "Ev9")
    assert not world.do(replies.keep, body["event"], "Ev9")


async def test_a_note_on_a_later_line_keeps_all_of_it_inside_and_says_so(
    http: httpx.AsyncClient, world: World, chat: str, workspace: Receiver
) -> None:
    await post(http, event("Your refund is on its way.\nnote: chargeback risk"))
    await brought.due()
    assert said_by_team(world) == []
    assert said_in_thread(workspace) == ["Not sent: one of its lines is a note, so all of it stays inside."]


def said_in_thread(workspace: Receiver) -> list[str]:
    return [request.values["text"] for request in workspace.got if "chat.postMessage" in request.path]


async def test_a_reply_that_the_channel_sees_too_and_one_with_files_arrive(
    http: httpx.AsyncClient, world: World, chat: str, workspace: Receiver
) -> None:
    await post(http, event("Seen by all", id="E1", subtype="thread_broadcast"))
    await post(http, event("Here it is", id="E2", subtype="file_share", files=[{"id": "F1"}]))
    await post(http, event("", id="E3", subtype="file_share", files=[{"id": "F2"}]))
    await all_brought()
    assert [text for _, text in said_by_team(world)] == ["Seen by all", "Here it is"]
    assert said_in_thread(workspace) == [
        "Sent without its files: they stay in Slack.",
        "Not sent: files stay in Slack, and it has no text.",
    ]


async def test_who_cannot_be_found_out_is_told_in_the_thread(
    http: httpx.AsyncClient, world: World, chat: str, workspace: Receiver
) -> None:
    before = workspace.answer
    lost = (200, {"ok": False, "error": "missing_scope"})
    workspace.answer = lambda request: lost if "users.info" in request.path else before(request)
    await post(http, event("Hello?"))
    await brought.due()
    assert await brought.due() == 0
    (told,) = said_in_thread(workspace)
    assert told == "Not sent: who wrote it could not be found out. Slack answered missing_scope."


async def test_what_an_agent_wrote_in_two_lines_arrives_in_their_order_though_the_first_has_to_wait(
    http: httpx.AsyncClient, world: World, chat: str, workspace: Receiver
) -> None:
    before = workspace.answer
    workspace.answer = lambda request: (500, {}) if "users.info" in request.path else before(request)
    for text in ("First", "Second"):
        await post(http, event(text, id=text))
    assert [await brought.due(), await brought.due()] == [1, 0]
    workspace.answer = before
    world.do(lambda s: setattr(s.get_one(SlackEvent, "First"), "due_at", now()))
    assert [await brought.due(), await brought.due(), await brought.due()] == [1, 1, 0]
    assert [text for _, text in said_by_team(world)] == ["First", "Second"]


async def test_what_is_said_elsewhere_is_not_kept(http: httpx.AsyncClient, world: World, chat: str) -> None:
    await post(http, event("Salaries", thread_ts="1.1"))
    assert world.all(SlackEvent) == []


async def test_a_body_that_is_too_long_is_not_read_to_its_end(http: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 65_536
            yield b"x" * 65_536

    assert (await http.post("/api/slack/events", content=endless())).status_code == 401
    assert read < 1_000_000


def test_another_channel_begins_new_threads(world: World, chat: str) -> None:
    world.do(slack_team.choose_channel, "C9", "urgent", True)
    assert world.row(chat).slack_thread == ""


async def test_a_second_request_in_a_thread_is_news_for_the_channel(
    world: World, chat: str, workspace: Receiver
) -> None:
    row = next(row for row in world.all(Delivery) if row.channel == "slack")
    for thread in ("", "171.5"):
        notice = Notice(row.id, row.event, row.target, row.body, thread)
        await slack.Slack().send(notice, {"slack_token": "xoxb-test"})
    first, second = (request.json for request in workspace.got if "chat.postMessage" in request.path)
    assert (first.get("reply_broadcast"), second["reply_broadcast"]) == (False, True)
