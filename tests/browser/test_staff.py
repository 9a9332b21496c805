"""What staff see: doors, settings, two agents, and what a screen reader would find."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Sides, sign_in
from tests.fake_llm import FakeLlm, says, status
from tests.fake_world import _free_port, eventually
from tests.serving import GRACE, Server


def test_a_signed_out_person_is_sent_to_sign_in_and_back(browser: Browser, sides: Sides) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{sides.url}/settings/escalations")
    expect(page).to_have_url(f"{sides.url}/login?next=/settings/escalations")
    page.get_by_label("Email").fill("ada@acme.example")
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Email or password is not right.")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("ada@acme.example")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Escalations", exact=True)).to_be_visible()


def test_an_agent_reads_that_settings_are_for_admins(browser: Browser, sides: Sides) -> None:
    page = browser.new_context().new_page()
    sign_in(page, sides.url, GRACE)
    page.goto(f"{sides.url}/settings/escalations")
    expect(page.get_by_role("heading", name="Admins only")).to_be_visible()
    expect(page.get_by_label("Webhook URL")).to_have_count(0)


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Escalation Notification Email(s)", "grace@acme.example; nobody", "is not an email address"),
        ("Webhook URL", "not an address", "This is not a web address"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field_and_kept(
    browser: Browser, sides: Sides, label: str, value: str, sentence: str
) -> None:
    page = browser.new_context().new_page()
    sign_in(page, sides.url, then="/settings/escalations")
    page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_label(label)).to_have_value(value)


def test_a_saved_secret_never_comes_back_and_a_test_notice_is_shown(browser: Browser, sides: Sides) -> None:
    page = browser.new_context().new_page()
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(str(data))))
    sign_in(page, sides.url, then="/settings/escalations")
    page.get_by_label("Webhook URL").fill(f"{sides.hook.url}/test")
    page.get_by_label("Signing secret").fill("canary-secret")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label("Signing secret")).to_have_value("")
    expect(page.get_by_label("Signing secret")).to_have_attribute("placeholder", "Set. Type to replace it.")
    frames.clear()
    page.reload()
    page.get_by_role("button", name="Send test").last.click()
    expect(page.get_by_text("answered 200")).to_be_visible()
    assert eventually(lambda: [r for r in sides.hook.got if r.json["event"] == "test"])
    assert "canary-secret" not in "".join(frames)


def test_texts_are_edited_per_language_and_reset(browser: Browser, sides: Sides) -> None:
    page = browser.new_context().new_page()
    sign_in(page, sides.url, then="/settings/localization")
    page.get_by_label("Language").select_option("de")
    page.get_by_label("Waiting").fill("Gleich kommt jemand")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_label("Agent joined").fill("Jemand ist da")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Keep {name} in the text")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Reset Waiting").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.get_by_label("Waiting")).to_have_value("")


def test_the_second_agent_is_told_who_has_it(browser: Browser, sides: Sides) -> None:
    vera = browser.new_context(locale="en-GB").new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    vera.get_by_role("textbox", name="Message").fill("Is anybody there?")
    vera.get_by_role("textbox", name="Message").press("Enter")
    ada, grace = (browser.new_context().new_page() for _ in range(2))
    sign_in(ada, sides.url)
    sign_in(grace, sides.url, GRACE)
    ada.get_by_label("Search conversations").fill("Is anybody there?")
    ada.get_by_label("Search conversations").press("Enter")
    expect(ada.get_by_role("list", name="Conversations").get_by_role("link")).to_have_count(1)
    ada.get_by_role("list", name="Conversations").get_by_role("link").click()
    expect(ada.get_by_role("button", name="Take over")).to_be_visible()
    grace.goto(ada.url)
    expect(grace.get_by_role("button", name="Take over")).to_be_visible()
    ada.get_by_role("button", name="Take over").click()
    expect(ada.get_by_role("button", name="Hand back to AI")).to_be_visible()
    expect(grace.get_by_text("With Ada")).to_be_visible()
    grace.get_by_role("textbox", name="Reply").fill("I am here too")
    grace.get_by_role("button", name="Send").click()
    expect(grace.get_by_text("Ada has this conversation")).to_be_visible()
    expect(grace.get_by_role("textbox", name="Reply")).to_have_value("I am here too")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(browser: Browser, sides: Sides, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="en-GB")
    page = context.new_page()
    sign_in(page, sides.url)
    found: list[str] = []
    paths = (
        "/",
        "/widget",
        "/inbox",
        "/insights",
        "/knowledge",
        "/deliveries",
        "/settings/notifications",
        "/settings/escalations",
        "/settings/ai",
        "/settings/localization",
        "/login",
    )
    for path in paths:
        page.goto(sides.url + path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append(f"{path} {violation['id']}: {violation['nodes'][0]['html'][:160]}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{path} scrolls sideways"
    assert found == []


def test_the_first_admin_is_made_once_with_the_printed_token(browser: Browser, tmp_path: Path) -> None:
    server = Server(tmp_path, _free_port(), HANDOFF_ADMIN_EMAIL="", HANDOFF_ADMIN_PASSWORD="").start()
    try:
        link = next(
            line.split(": ")[1] for line in server.log.splitlines() if line.startswith("Create the first admin")
        )
        page = browser.new_context().new_page()
        page.goto(link)
        expect(page.get_by_label("Setup token")).not_to_have_value("")
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Email").fill("ada@acme.example")
        page.get_by_label("Password").fill("short")
        page.get_by_role("button", name="Create admin").click()
        expect(page.get_by_text("10 characters").first).to_be_visible()
        page.get_by_label("Password").fill("a long password")
        page.get_by_role("button", name="Create admin").click()
        page.wait_for_url(f"{server.url}/inbox")
        thief = browser.new_context().new_page()
        thief.goto(link)
        thief.wait_for_url(f"{server.url}/login**")
    finally:
        server.stop()


def test_a_model_is_connected_tried_and_saved_and_its_key_never_comes_back(browser: Browser, sides: Sides) -> None:
    page = browser.new_context().new_page()
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(str(data))))
    sign_in(page, sides.url, then="/settings/ai")
    save = page.get_by_role("region", name="LLM").get_by_role("button", name="Save")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("Add the address of the model first.")).to_be_visible()
    page.get_by_label("LLM URL").fill("not an address")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("This is not a web address")).to_be_visible()
    expect(page.get_by_label("LLM URL")).to_have_value("not an address")
    page.get_by_label("LLM URL").fill(FakeLlm(status(401)).url)
    page.get_by_label("Model").fill("small")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("The model refused the API key (401).")).to_be_visible()
    model = FakeLlm(says("ready"))
    page.get_by_label("LLM URL").fill(model.url)
    page.get_by_label("API key").fill("sk-canary-typed")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("small answered in")).to_be_visible()
    assert model.got[0].headers["authorization"] == "Bearer sk-canary-typed"
    page.get_by_label("Timeout (seconds)").fill("soon")
    save.click()
    expect(page.get_by_text("A whole number of seconds from 1 to 120.")).to_be_visible()
    page.get_by_label("Timeout (seconds)").fill("15")
    page.get_by_label("Most AI answers per conversation").fill("10")
    save.click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    frames.clear()
    page.reload()
    expect(page.get_by_label("Timeout (seconds)")).to_have_value("15")
    expect(page.get_by_label("API key")).to_have_value("")
    expect(page.get_by_label("API key")).to_have_attribute("placeholder", "Set. Type to replace it.")
    expect(page.get_by_role("switch", name="Enable LLM")).not_to_be_checked()
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("small answered in")).to_be_visible()
    assert model.got[-1].headers["authorization"] == "Bearer sk-canary-typed"
    assert "sk-canary" not in "".join(frames)


def test_when_to_bring_a_human_is_set_and_a_bad_topic_is_refused_beside_its_field(
    browser: Browser, sides: Sides
) -> None:
    page = browser.new_context().new_page()
    sign_in(page, sides.url, then="/settings/ai")
    card = page.get_by_role("region", name="When to bring a human")
    topics = card.get_by_role("textbox", name="Sensitive topics")
    expect(card.get_by_label("When a visitor is angry")).to_have_value("offer")
    topics.fill("data breach\n" + "x" * 81)
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_text("is longer than 80 characters.")).to_be_visible()
    expect(topics).to_be_focused()
    topics.fill("data breach\nRückruf")
    card.get_by_label("When a visitor is angry").select_option("Bring a human")
    card.get_by_label("When a visitor repeats a question").select_option("Do nothing")
    card.get_by_label("When the AI was unsure twice").select_option("Bring a human")
    card.get_by_label("On a sensitive topic").select_option("Bring a human")
    card.get_by_role("switch", name="Show sources to visitors").uncheck()
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(topics).to_have_value("data breach\nRückruf")
    expect(card.get_by_label("When a visitor is angry")).to_have_value("escalate")
    expect(card.get_by_label("When a visitor repeats a question")).to_have_value("off")
    expect(card.get_by_label("When the AI was unsure twice")).to_have_value("escalate")
    expect(card.get_by_label("On a sensitive topic")).to_have_value("escalate")
    expect(card.get_by_role("switch", name="Show sources to visitors")).not_to_be_checked()


UNDECIDED = """
Object.defineProperty(Notification, "permission", { get: () => self.decided || "default" });
Notification.requestPermission = () => { self.decided = "granted"; return Promise.resolve("granted"); };
"""  # a browser without a screen has decided already


def test_an_agent_is_asked_once_whether_notifications_may_come(browser: Browser, sides: Sides) -> None:
    context = browser.new_context()
    context.add_init_script(UNDECIDED)
    page = context.new_page()
    sign_in(page, sides.url)
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("button", name="Allow notifications")).to_be_hidden()
    page.evaluate("localStorage.removeItem('handoff:notify-later')")
    page.reload()
    page.get_by_role("button", name="Allow notifications").click()
    expect(page.get_by_role("button", name="Allow notifications")).to_be_hidden()
    assert page.evaluate("Notification.permission") == "granted"
