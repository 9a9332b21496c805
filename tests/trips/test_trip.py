"""Visitor and agent over real sockets against the running server, and those who should not get in."""

import asyncio
import secrets
import sqlite3
from contextlib import closing

import httpx
import pytest
import socketio

from handoff_app.access import rules
from tests.serving import ADA, GRACE, Server
from tests.trips.client import _NAMES, Tab, agent, cookie_of, visitor


async def test_a_question_gets_an_answer_and_a_reload_brings_everything_back(server: Server) -> None:
    secret = secrets.token_hex(32)
    vera = await visitor(server.url, secret)
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "How much does shipping cost?"})
    await vera.until(lambda _: len(vera.lines()) == 2)
    assert vera.lines()[1]["author"] == "ai"
    assert vera.lines()[1]["sources"]
    await vera.close()
    again = await visitor(server.url, secret)
    await again.until(lambda _: len(again.lines()) == 2)
    assert again.texts() == vera.texts()
    await again.close()


async def test_the_same_message_sent_by_two_tabs_appears_once(server: Server) -> None:
    secret = secrets.token_hex(32)
    one, two = await visitor(server.url, secret), await visitor(server.url, secret)
    form = {"client_id": "same", "text": "Hello from both"}
    await asyncio.gather(*(tab.call("widget_state.send", form=form) for tab in (one, two, one, two)))
    await two.until(lambda _: "Hello from both" in two.texts())
    await asyncio.sleep(0.5)
    for tab in (one, two):
        assert tab.texts().count("Hello from both") == 1
        await tab.close()


async def test_the_live_chat_reaches_both_sides_without_a_reload(server: Server) -> None:
    vera = await visitor(server.url)
    conversation = vera.vars["widget_state.conversation"]
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "Get me an agent"})
    await vera.until(lambda v: v.get("widget_state.prompt") == "email")
    await vera.call("widget_state.leave_email", form={"email": "vera@example.com"})
    await vera.until(lambda v: v.get("widget_state.status") == "waiting")
    grace = await agent(server.url, GRACE, conversation)
    await grace.until(lambda _: "Get me an agent" in grace.texts("inbox_state"))
    await grace.call("inbox_state.reply", form={"client_id": "a1", "text": "Grace here"})
    await vera.until(lambda _: "Grace here" in vera.texts())
    assert vera.vars["widget_state.agent"] == "Grace"
    await vera.call("widget_state.send", form={"client_id": "c2", "text": "Hi Grace"})
    await grace.until(lambda _: "Hi Grace" in grace.texts("inbox_state"))
    ada = await agent(server.url, ADA, conversation)
    await ada.call("inbox_state.take_over")
    await ada.until(lambda v: "Grace" in v.get("inbox_state.problem", ""))
    for tab in (vera, grace, ada):
        await tab.close()


async def test_an_unknown_question_is_answered_honestly_and_offers_a_human(server: Server) -> None:
    vera = await visitor(server.url)
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "Xylophone quantum marmalade?"})
    await vera.until(lambda v: v.get("widget_state.prompt") == "offer")
    assert "rather not guess" in vera.texts()[-1]
    await vera.call("widget_state.decline")
    await vera.until(lambda v: v.get("widget_state.prompt") == "")
    await vera.close()


async def test_another_visitor_finds_nothing_of_this_one(server: Server) -> None:
    vera, stranger = await visitor(server.url), await visitor(server.url)
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "My canary is 7731"})
    await vera.until(lambda _: "My canary is 7731" in vera.texts())
    await stranger.call("widget_state.show", conversation=vera.vars["widget_state.conversation"])
    await asyncio.sleep(0.5)
    assert "7731" not in str(stranger.deltas)
    assert stranger.vars["widget_state.conversation"] != vera.vars["widget_state.conversation"]
    for tab in (vera, stranger):
        await tab.close()


async def test_a_stolen_token_resumes_nothing(server: Server) -> None:
    vera = await visitor(server.url)
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "My canary is 4242"})
    await vera.until(lambda _: "My canary is 4242" in vera.texts())
    await vera.close()
    thief = Tab(server.url, "/widget")
    thief.token = vera.token
    await thief.open()
    await thief.call("widget_state.earlier")
    await thief.call("widget_state.list_recent")
    await asyncio.sleep(1)
    assert "4242" not in str(thief.deltas)
    await thief.close()


@pytest.mark.parametrize("who", [None, GRACE])
async def test_no_handler_of_a_higher_role_does_anything(server: Server, who: tuple[str, str] | None) -> None:
    """Every handler, by its name on the wire, with the payload that its own page would send."""
    secret = await _canary(server)
    have = rules.Needs.AGENT if who else rules.Needs.NOTHING
    tab = await Tab(server.url, "/inbox", await cookie_of(server.url, who) if who else "").open()
    await asyncio.sleep(1)
    before = _dump(server)
    _ = _NAMES["widget_state.send"]
    for short, name in sorted(_NAMES.items()):
        if rules.needs(name) is None or rules.RULES[short] > have:
            for payload in ({}, {"form": CANARY}, {"name": "webhook_url", "value": "x"}, {"value": "de"}):
                await tab.raw("event", {"name": name, "payload": payload, "router_data": {"pathname": "/inbox"}})
    await asyncio.sleep(1)
    assert _dump(server) == before
    assert secret not in str(tab.deltas)
    assert "escalations_state" not in str([d for d in tab.deltas if "hydrated" not in str(d)])
    await tab.close()


CANARY = {"emails": "mallory@evil.example", "webhook_url": "https://evil.example/hook", "enabled": "on", "search": "%"}


async def _canary(server: Server) -> str:
    """Something that only an admin may read."""
    ada = await Tab(server.url, "/settings/escalations", await cookie_of(server.url, ADA)).open()
    await ada.call("staff_state.enter")
    await ada.call("escalations_state.open")
    await ada.call("escalations_state.change", name="emails", value="canary@acme.example")
    await ada.call("escalations_state.save")
    await ada.until(lambda v: v.get("escalations_state.status") == "Saved")
    await ada.close()
    return "canary@acme.example"


def _dump(server: Server) -> list[str]:
    """Every row of every table, but for the leases that the worker renews."""
    with closing(sqlite3.connect(server._data / "handoff.db")) as database:
        return list(database.iterdump())


async def test_what_the_page_knows_about_its_visitor_need_not_be_typed(server: Server) -> None:
    vera = await visitor(server.url)
    await vera.call("widget_state.identify", form={"email": "no address", "name": " Vera\n Vogel \u202e"})
    await vera.call("widget_state.ask")
    await vera.until(lambda v: v.get("widget_state.prompt") == "email")
    await vera.call("widget_state.identify", form={"email": "vera@example.com", "name": ""})
    await vera.until(lambda v: v.get("widget_state.status") == "waiting")
    grace = await agent(server.url, GRACE, vera.vars["widget_state.conversation"])
    await grace.until(lambda v: v.get("inbox_state.card", {}).get("name") == "Vera Vogel")
    assert grace.vars["inbox_state.card"]["email"] == "vera@example.com"
    for tab in (vera, grace):
        await tab.close()


async def test_a_flood_is_dropped_and_other_visitors_do_not_notice(server: Server) -> None:
    flood, vera = await visitor(server.url), await visitor(server.url)
    for number in range(400):
        await flood.call("widget_state.send", form={"client_id": f"f{number}", "text": f"flood {number}"})
    await vera.call("widget_state.send", form={"client_id": "v", "text": "Am I heard?"})
    await vera.until(lambda _: "Am I heard?" in vera.texts(), seconds=10)
    await asyncio.sleep(1)
    assert len([text for text in flood.texts() if text.startswith("flood")]) < 200
    for tab in (vera, flood):
        await tab.close()


async def test_a_frame_that_is_too_large_ends_its_socket_alone(server: Server) -> None:
    large, vera = await visitor(server.url), await visitor(server.url)
    await large.call("widget_state.send", form={"client_id": "l", "text": "x" * 100_000})
    await vera.call("widget_state.send", form={"client_id": "v", "text": "Still here"})
    await vera.until(lambda _: "Still here" in vera.texts())
    assert not large.texts()
    for tab in (vera, large):
        await tab.close()


async def test_forged_events_and_unknown_handlers_are_dropped_and_the_server_lives(server: Server) -> None:
    tab = await visitor(server.url)
    await tab.raw("connect", {"asgi.scope": {"client": ["6.6.6.6", 1]}})
    await tab.raw("disconnect", {})
    await tab.raw("event", {"name": "no.such____state.handler", "payload": {}})
    await tab.raw("event", {"name": _NAMES["widget_state.open"].replace(".open", ".setvar"), "payload": {}})
    await tab.raw("event", "not a dict")
    await tab.raw("event", {"name": 7})
    await tab.call("widget_state.send", form={"client_id": "c1", "text": "still alive"})
    await tab.until(lambda _: "still alive" in tab.texts())
    await tab.close()


async def test_a_foreign_origin_gets_no_socket(server: Server) -> None:
    tab = Tab(server.url, "/widget")
    tab._headers = {"Origin": "https://evil.example"}
    with pytest.raises(socketio.exceptions.ConnectionError):
        await tab.open()


async def test_too_many_tries_to_sign_in_are_refused(server: Server) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        wrong = {"email": "nobody@acme.example", "password": "wrong"}
        answers = [(await client.post(f"{server.url}/api/auth/sign-in", json=wrong)).status_code for _ in range(12)]
        assert answers[:10] == [401] * 10
        assert answers[-1] == 429
        refused = await client.post(
            f"{server.url}/api/auth/sign-in", json=wrong, headers={"Origin": "https://evil.example"}
        )
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/api/auth/sign-in", b"", 422),
        ("POST", "/api/auth/sign-in", b"{}", 422),
        ("POST", "/api/auth/sign-in", b"{", 422),
        ("POST", "/api/auth/sign-in", b"email=a", 422),
        ("POST", "/api/auth/setup", b'{"email": 1}', 422),
        ("GET", "/api/auth/sign-in", b"", 404),
        ("GET", "/api/nothing", b"", 404),
        ("POST", "/api/auth/nothing", b"{}", 404),
        ("PUT", "/api/slack/events", b"{}", 404),
    ],
)
async def test_every_refused_call_is_answered_with_a_problem(
    server: Server, method: str, path: str, sent: bytes, status: int
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        refused = await client.request(method, f"{server.url}{path}", content=sent)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert refused.json()["status"] == status
    assert refused.json()["detail"].endswith(".")


async def test_operators_ask_whether_it_is_ready(server: Server) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        ready = await client.get(f"{server.url}/readyz")
        assert ready.json() == {"status": "ok", "database": "ok", "migrations": "ok", "workers": "ok"}
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await client.head(f"{server.url}{path}")).status_code == 200
        metrics = (await client.get(f"{server.url}/metrics")).text
        assert 0 <= float(metrics.split("\nhandoff_worker_idle_seconds ")[1].split()[0]) < 30


async def test_pages_have_their_headers(server: Server) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        widget = await client.get(f"{server.url}/widget")
        assert widget.status_code == 200
        assert "x-frame-options" not in widget.headers
        login = await client.get(f"{server.url}/login")
        assert login.headers["x-frame-options"] == "DENY"
        hashed = widget.text.split("/assets/")[1].split('"')[0]
        asset = await client.get(f"{server.url}/assets/{hashed}", headers={"Accept-Encoding": "br"})
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["content-encoding"] == "br"
        signed_out = await client.get(f"{server.url}/inbox")
        assert signed_out.headers["location"] == "/login?next=/inbox"


async def test_the_link_of_a_mail_leaks_nowhere(server: Server) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(f"{server.url}/claim/nothing")
    assert (page.status_code, page.headers["referrer-policy"]) == (410, "no-referrer")
    assert page.headers["x-frame-options"] == "DENY"


async def test_thirty_requests_for_a_human_an_hour_from_one_address_and_the_next_is_refused_aloud(
    server: Server,
) -> None:
    from handoff_app.access import limits

    for _ in range(limits.ASKING.amount):
        tab = await visitor(server.url, address="8.8.4.4")
        await tab.call("widget_state.ask")
        await tab.until(lambda v: v.get("widget_state.prompt") == "email")
        await tab.close()
    refused, neighbour = await visitor(server.url, address="8.8.4.4"), await visitor(server.url, address="8.8.4.5")
    await refused.call("widget_state.ask")
    await refused.until(lambda v: "at once" in v.get("widget_state.refused_text", ""))
    assert refused.vars["widget_state.prompt"] == ""
    await refused.call("widget_state.send", form={"client_id": "c1", "text": "Can I talk to a person?"})
    await refused.until(lambda v: v["widget_state.refused"] == "c1")  # back into the composer
    assert refused.lines() == []
    await neighbour.call("widget_state.ask")
    await neighbour.until(lambda v: v.get("widget_state.prompt") == "email")
    for tab in (refused, neighbour):
        await tab.close()


async def test_a_tab_whose_session_has_ended_hears_nothing_more_and_is_sent_to_sign_in(server: Server) -> None:
    vera = await visitor(server.url)
    conversation = vera.vars["widget_state.conversation"]
    await vera.call("widget_state.send", form={"client_id": "a", "text": "Hello"})
    grace = await agent(server.url, GRACE, conversation)
    await grace.until(lambda _: "Hello" in grace.texts("inbox_state"))
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"Cookie": grace.cookie, "Origin": server.url}
        (await client.post(f"{server.url}/api/auth/sign-out", headers=headers)).raise_for_status()
    await grace.until(lambda v: v.get("staff_state.sign_in") == f"/login?next=/inbox/{conversation}")
    await vera.call("widget_state.send", form={"client_id": "b", "text": "For signed-in eyes"})
    await vera.until(lambda _: "For signed-in eyes" in vera.texts())
    await grace.call("inbox_state.take_over")
    await grace.until(lambda _: grace.told)
    assert "/login" in str(grace.told[0])
    assert "For signed-in eyes" not in grace.texts("inbox_state")
    for tab in (vera, grace):
        await tab.close()
