"""A sensitive topic, from the admin's form to the visitor's tab and the agent's inbox."""

from collections.abc import Iterator

import pytest

from tests.fake_world import _free_port
from tests.serving import ADA, Server
from tests.trips.client import Tab, agent, cookie_of, visitor


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, whose settings may change."""
    made = Server(tmp_path_factory.mktemp("strict"), _free_port()).start()
    yield made
    assert made.stop() < 10


async def test_a_sensitive_topic_brings_a_human_after_the_answer_and_hides_its_sources(strict: Server) -> None:
    ada = await Tab(strict.url, "/settings/ai", await cookie_of(strict.url, ADA)).open()
    await ada.call("signals_state.open")
    await ada.until(lambda v: v.get("signals_state.fields", {}).get("on_topic") == "offer")
    await ada.call("signals_state.change", name="topics", value="x" * 81)
    await ada.call("signals_state.save")
    await ada.until(lambda v: "longer than 80" in v.get("signals_state.error", ""))
    await ada.call("signals_state.change", name="topics", value="Shipping\n")
    await ada.call("signals_state.change", name="on_topic", value="escalate")
    await ada.call("signals_state.change", name="on_topic", value="nonsense")
    await ada.call("signals_state.switch", on=False)
    await ada.call("signals_state.save")
    await ada.until(lambda v: v.get("signals_state.status") == "Saved")

    vera = await visitor(strict.url)
    await vera.call("widget_state.send", form={"client_id": "c1", "text": "How much does shipping cost?"})
    await vera.until(lambda v: v.get("widget_state.prompt") == "email")
    assert "4.90 €" in vera.texts()[1]
    assert vera.lines()[1]["sources"] == []
    await vera.call("widget_state.leave_email", form={"email": "vera@example.com"})
    await vera.until(lambda v: v.get("widget_state.status") == "waiting")
    inbox = await agent(strict.url, ADA, vera.vars["widget_state.conversation"])
    await inbox.until(lambda _: any(line["sources"] for line in inbox.lines("inbox_state")))
    for tab in (ada, vera, inbox):
        await tab.close()
