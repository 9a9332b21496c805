"""What helps an agent, in a browser: what is suggested goes below the draft, what is translated replaces it."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.conftest import sign_in
from tests.fake_llm import FakeLlm, line, says
from tests.fake_world import _free_port
from tests.serving import Server


def test_insert_and_translate_fill_the_composer_and_send_nothing(browser: Browser, tmp_path: Path) -> None:
    model = FakeLlm(says(line([1]) + "Guten Tag."))
    server = Server(tmp_path, _free_port(), HANDOFF_LLM_URL=model.url, HANDOFF_LLM_MODEL="small").start()
    try:
        vera = browser.new_context(locale="de-DE").new_page()
        vera.goto(f"{server.url}/widget?layout=page")
        write = vera.get_by_role("textbox")
        write.fill("Guten Tag")
        write.press("Enter")
        ada = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        sign_in(ada, server.url)
        ada.get_by_role("list", name="Conversations").get_by_role("link").click()
        ada.get_by_role("button", name="Take over").click()
        expect(ada.get_by_role("button", name="Hand back to AI")).to_be_visible()
        expect(ada.get_by_text("German", exact=True)).to_be_visible()
        for text in ("Ich habe noch eine Frage zu meiner Bestellung, bitte.", "How much does shipping cost?"):
            write.fill(text)
            write.press("Enter")
            expect(ada.get_by_role("log", name="Messages").get_by_text(text)).to_be_visible()
        reply = ada.get_by_role("textbox", name="Reply")
        reply.fill("Hello Vera,")
        suggested = ada.get_by_role("region", name="Suggested reply")
        expect(suggested.get_by_text("4.90 €")).to_be_visible()
        for scheme in ("light", "dark"):
            ada.emulate_media(color_scheme=scheme)
            ada.wait_for_timeout(500)  # colours fade from one scheme to the other
            faults = [v for v in Axe().run(ada).response["violations"] if v["impact"] in ("serious", "critical")]
            assert faults == []
        suggested.get_by_role("button", name="Insert").click()
        expect(suggested).to_have_count(0)
        assert reply.input_value().startswith("Hello Vera,\n")
        assert "4.90 €" in reply.input_value()
        expect(reply).to_be_focused()
        model.acts = [says("Hallo Vera, der Versand kostet 4,90 €.")]
        ada.get_by_role("button", name="Translate into German").click()
        expect(reply).to_have_value("Hallo Vera, der Versand kostet 4,90 €.")
        reply.press("Control+z")
        assert reply.input_value().startswith("Hello Vera,\n")
        model.acts = [says("Good day")]
        ada.get_by_role("button", name="Translate German").click()
        expect(ada.get_by_text("Good day").first).to_be_visible()
        expect(ada.get_by_text("Translated", exact=True)).to_have_count(3)
        expect(vera.get_by_text("4,90 €")).to_have_count(0)
        ada.reload()
        assert reply.input_value().startswith("Hello Vera,\n")
    finally:
        server.stop()
