"""What helps an agent, over real sockets: it comes by itself, is the agent's alone, and goes when it is dismissed."""

from tests.serving import GRACE, Server
from tests.trips.client import Tab, agent, visitor

SHIPPING = "How much does shipping cost?"


async def waiting(server: Server) -> Tab:
    """Vera, who waits for a human and has said three things."""
    vera = await visitor(server.url)
    for number, text in enumerate(("My tent pole has snapped at a joint.", "Get me an agent")):
        await vera.call("widget_state.send", form={"client_id": f"c{number}", "text": text})
        await vera.until(lambda _, text=text: text in vera.texts())
        if not number:  # an answer that came later would be suggested to the agent
            await vera.until(lambda _: len(vera.lines()) == 2, seconds=30)
    await vera.until(lambda v: v.get("widget_state.prompt") == "email")
    await vera.call("widget_state.leave_email", form={"email": "vera@example.com"})
    await vera.until(lambda v: v.get("widget_state.status") == "waiting")
    await vera.call("widget_state.send", form={"client_id": "c9", "text": SHIPPING})
    await vera.until(lambda _: SHIPPING in vera.texts())
    return vera


async def test_a_summary_and_a_reply_stand_ready_for_the_agent_alone(server: Server) -> None:
    vera = await waiting(server)
    grace = await agent(server.url, GRACE, vera.vars["widget_state.conversation"])
    await grace.until(lambda v: SHIPPING in v.get("aide_state.summary", ""))
    await grace.until(lambda v: "4.90 €" in v.get("aide_state.suggestion", ""))
    assert grace.vars["aide_state.source"].startswith("“")
    assert not grace.vars["aide_state.can_translate"]
    await grace.call("aide_state.dismiss")
    await grace.until(lambda v: v.get("aide_state.suggestion") == "")
    await vera.call("widget_state.send", form={"client_id": "c10", "text": "And how much is shipping to Austria?"})
    await grace.until(lambda v: "Austria" in v.get("aide_state.summary", ""))
    await grace.call("inbox_state.reply", form={"client_id": "a1", "text": "Hello Vera"})
    await vera.until(lambda _: "Hello Vera" in vera.texts())
    await grace.until(lambda v: v.get("aide_state.suggestion") == "")
    assert not any(vera.vars.get(f"aide_state.{name}") for name in ("summary", "suggestion", "source"))
    for tab in (vera, grace):
        await tab.close()


async def test_without_a_model_nothing_is_translated(server: Server) -> None:
    vera = await visitor(server.url, languages="de")
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "Guten Tag"})
    await vera.until(lambda _: "Guten Tag" in vera.texts())
    grace = await agent(server.url, GRACE, vera.vars["widget_state.conversation"])
    await grace.until(lambda v: v.get("aide_state.language") == "German")
    await grace.call("aide_state.switch")
    await grace.until(lambda v: v.get("aide_state.translating"))
    assert not grace.vars["aide_state.can_translate"]
    assert grace.vars.get("aide_state.translations", {}) == {}
    for tab in (vera, grace):
        await tab.close()
