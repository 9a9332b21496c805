"""A model's answer on its way into a visitor's tab: it grows, it ends as one message, and a human ends it."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.fake_llm import FakeLlm, drops, line, says, stalls, status
from tests.fake_world import _free_port
from tests.serving import ADA, GRACE, Server
from tests.trips.client import Tab, agent, cookie_of, visitor

SAID = "Standard shipping within Germany is a matter of a few euros, and large orders go free of charge."
ASKED = {"client_id": "c1", "text": "How much does shipping cost?"}


@pytest.fixture(scope="module")
def model() -> FakeLlm:
    return FakeLlm(says(line([1]) + SAID, pause=0.06))


@pytest.fixture(scope="module")
def thinking(tmp_path_factory: pytest.TempPathFactory, model: FakeLlm) -> Iterator[Server]:
    """A server of its own, with a model."""
    env = {"HANDOFF_LLM_URL": model.url, "HANDOFF_LLM_API_KEY": "sk-canary", "HANDOFF_LLM_MODEL": "small"}
    made = Server(tmp_path_factory.mktemp("thinking"), _free_port(), **env).start()
    made.run("user", "add", GRACE[0], "--name", "Grace", "--password-stdin", typed=f"{GRACE[1]}\n")
    yield made
    assert made.stop() < 10


def drafts(tab: Tab) -> list[str]:
    """What the tab was shown of the answer, each time it grew."""
    states = [values for delta in tab.deltas for name, values in delta.items() if name.endswith("widget_state")]
    return [text for values in states for name, text in values.items() if name.startswith("draft") and text]


def kept(server: Server, conversation: str) -> list[tuple[Any, ...]]:
    query = "SELECT text, suggestion FROM message WHERE conversation_id = ? AND author = 'ai' ORDER BY seq"
    with closing(sqlite3.connect(server._data / "handoff.db")) as database:
        return database.execute(query, (conversation,)).fetchall()


async def test_an_answer_grows_and_is_kept_once(thinking: Server, model: FakeLlm) -> None:
    vera = await visitor(thinking.url)
    await vera.call("widget_state.send", form=ASKED)
    await vera.until(lambda v: v.get("widget_state.draft"))
    assert len(vera.lines()) == 1
    await vera.until(lambda _: len(vera.lines()) == 2)
    assert vera.vars["widget_state.draft"] == ""
    assert vera.texts()[1] == SAID
    assert vera.lines()[1]["sources"]
    assert len(drafts(vera)) >= 3
    assert all(SAID.startswith(text) for text in drafts(vera))
    assert kept(thinking, vera.vars["widget_state.conversation"]) == [(SAID, 0)]
    assert "sk-canary" not in str(vera.deltas) + thinking.log
    await vera.close()


@pytest.mark.parametrize("act", [status(500), drops("Standard shipping within Germany "), stalls("Standard")])
async def test_when_the_model_fails_the_visitor_is_answered_all_the_same(
    thinking: Server, model: FakeLlm, act: Any
) -> None:
    model.acts = [act, act, *model.acts[-1:]]
    vera = await visitor(thinking.url)
    await vera.call("widget_state.send", form=ASKED)
    await vera.until(lambda _: len(vera.lines()) == 2, seconds=40)
    assert "4.90 €" in vera.texts()[1]
    assert vera.vars.get("widget_state.draft", "") == ""
    model.acts = model.acts[-1:]
    await vera.call("widget_state.send", form=ASKED | {"client_id": "c2"})
    await vera.until(lambda _: len(vera.lines()) == 4)
    assert vera.texts()[3].startswith(SAID)  # asked again: a human is offered with it
    await vera.close()


async def test_a_human_who_takes_over_in_the_middle_is_not_talked_over(thinking: Server, model: FakeLlm) -> None:
    vera = await visitor(thinking.url)
    conversation = vera.vars["widget_state.conversation"]
    grace = await agent(thinking.url, GRACE, conversation)
    await vera.call("widget_state.send", form=ASKED)
    await vera.until(lambda v: v.get("widget_state.draft"))
    await grace.until(lambda v: v.get("inbox_state.draft"))
    await grace.call("inbox_state.take_over")
    await vera.until(lambda v: v.get("widget_state.status") == "with_agent" and not v.get("widget_state.draft"))
    before = len(drafts(vera))
    await grace.until(lambda _: SAID in grace.texts("inbox_state"))  # kept for the agent, as a suggestion
    await grace.call("inbox_state.reply", form={"client_id": "a1", "text": "Grace here"})
    await vera.until(lambda _: "Grace here" in vera.texts())
    assert SAID not in vera.texts()
    assert grace.vars["inbox_state.draft"] == ""
    assert len(drafts(vera)) == before
    assert kept(thinking, conversation) == [(SAID, 1)]
    for tab in (vera, grace):
        await tab.close()


@pytest.mark.parametrize(("who", "asked"), [(None, 0), (GRACE, 0), (ADA, 1)])
async def test_only_an_admin_makes_the_server_ask(
    thinking: Server, model: FakeLlm, who: tuple[str, str] | None, asked: int
) -> None:
    before = len(model.got)
    tab = await Tab(thinking.url, "/settings/ai", await cookie_of(thinking.url, who) if who else "").open()
    await tab.call("staff_state.enter")
    await tab.call("ai_state.open")
    if asked:
        await tab.until(lambda v: v.get("ai_state.by_environment"))
    await tab.call("ai_state.test")
    if asked:
        await tab.until(lambda v: "answered in" in v.get("ai_state.status", ""))
    else:
        await asyncio.sleep(1)
    assert len(model.got) == before + asked
    assert asked or not [word for word in (model.url, "A whole number") if word in str(tab.deltas)]
    await tab.close()


async def test_what_a_visitor_writes_is_translated_for_the_agent_who_wants_it(thinking: Server, model: FakeLlm) -> None:
    vera = await visitor(thinking.url, languages="de")
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "Was kostet der Versand?"})
    await vera.until(lambda _: len(vera.lines()) == 2)
    grace = await agent(thinking.url, GRACE, vera.vars["widget_state.conversation"])
    await grace.until(lambda v: v.get("aide_state.can_translate"))
    assert grace.vars["aide_state.language"] == "German"
    assert grace.vars.get("aide_state.translations", {}) == {}
    before, model.acts = model.acts, [says("What does shipping cost?")]
    await grace.call("aide_state.switch")
    await grace.until(lambda v: v.get("aide_state.translations") == {"1": "What does shipping cost?"})
    asked = len(model.got)
    await grace.call("aide_state.switch")
    await grace.until(lambda v: v.get("aide_state.translations") == {})
    await grace.call("aide_state.switch")
    await grace.until(lambda v: v.get("aide_state.translations"))
    assert len(model.got) == asked
    model.acts = before
    for tab in (vera, grace):
        await tab.close()
