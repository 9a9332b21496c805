"""The whole story: from the sample shop to the agent's answer, with a mail server, Slack and a webhook on loopback."""

import hashlib
import hmac
import json

from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from tests.browser.conftest import Sides, sign_in
from tests.fake_world import eventually

SECRET = "a signing secret"
TEAM = "grace@acme.example; linus@acme.example"


def connect(page: Page, sides: Sides) -> None:
    """All three channels, as an admin sets them up."""
    sign_in(page, sides.url, then="/settings/escalations")
    page.get_by_label("Escalation Notification Email(s)").fill(TEAM)
    page.get_by_role("switch", name="Enable Email Notifications").check()
    slack = page.get_by_role("switch", name="Enable Slack Notifications")
    if page.get_by_label("Slack bot token").count():
        expect(slack).to_be_disabled()
        page.get_by_label("Slack bot token").fill("xoxb-wrong")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Slack answered invalid_auth. Check the token and try again.")).to_be_visible()
        expect(page.get_by_label("Escalation Notification Email(s)")).to_have_value(TEAM)
        page.get_by_label("Slack bot token").fill("xoxb-test")
    page.get_by_label("Slack channel").fill("#support")
    slack.check()
    page.get_by_label("Webhook URL").fill(f"{sides.hook.url}/hook")
    page.get_by_label("Signing secret").fill(SECRET)
    page.get_by_role("switch", name="Enable Webhook Notifications").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def in_widget(page: Page, url: str) -> FrameLocator:
    """The chat on the sample shop, opened as a visitor would."""
    page.goto(url)
    page.get_by_role("button", name="Open chat").click()
    return page.frame_locator("iframe[title=Chat]")


def test_the_story_from_the_shop_to_the_agents_answer(browser: Browser, sides: Sides) -> None:
    ada = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    connect(ada, sides)
    vera = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB").new_page()
    chat = in_widget(vera, sides.url)

    chat.get_by_role("textbox", name="Message").fill("How much does shipping cost?")
    chat.get_by_role("button", name="Send").click()
    log = chat.get_by_role("log", name="Conversation")
    expect(log.get_by_text("€").first).to_be_visible(timeout=15_000)

    chat.get_by_role("textbox", name="Message").fill("Can I talk to a person?")
    chat.get_by_role("textbox", name="Message").press("Enter")
    chat.get_by_role("textbox", name="Email address").fill("vera@example")
    chat.get_by_role("button", name="Continue").click()
    expect(chat.get_by_text("Add an ending, such as .com")).to_be_visible()
    expect(chat.get_by_role("textbox", name="Email address")).to_have_value("vera@example")
    chat.get_by_role("textbox", name="Email address").fill("vera@example.com")
    chat.get_by_role("button", name="Continue").click()
    expect(log.get_by_text("We have told the team")).to_be_visible()

    hook = eventually(lambda: sides.hook.got, what="the webhook")[0]
    signed = "sha256=" + hmac.new(SECRET.encode(), hook.body, hashlib.sha256).hexdigest()
    assert hook.headers["x-signature-256"] == signed
    assert hook.json["escalation"]["reason"] == "asked_for_human"
    assert hook.json["visitor"]["email"] == "vera@example.com"
    assert hook.json["conversation"]["page_url"].startswith(sides.url)
    eventually(lambda: len(sides.mail.mails) == 2, what="two mails")
    assert {to for to, _ in sides.mail.mails} == {"grace@acme.example", "linus@acme.example"}
    assert sides.mail.mails[0][1]["Reply-To"] == "vera@example.com"
    posted = eventually(lambda: [r for r in sides.slack.got if r.path.endswith("chat.postMessage")], what="Slack")
    assert "Open in inbox" in json.dumps(posted[0].body.decode())

    ada.goto(hook.json["conversation"]["url"])
    ada.get_by_role("textbox", name="Reply").fill("Hi Vera, Ada here. How can I help?")
    ada.get_by_role("button", name="Send").click()
    expect(log.get_by_text("Ada joined the chat")).to_be_visible()
    expect(log.get_by_text("Hi Vera, Ada here. How can I help?")).to_be_visible()
    expect(ada.get_by_text("Seen", exact=True)).to_be_visible()

    ada.get_by_role("textbox", name="Reply").fill("See https://example.com/parcels?a=1&b=2. Is it yours?")
    ada.get_by_role("button", name="Send").click()
    for side in (log, ada.get_by_role("log", name="Messages")):
        link = side.get_by_role("link", name="https://example.com/parcels?a=1&b=2", exact=True)
        expect(link).to_have_attribute("href", "https://example.com/parcels?a=1&b=2")
        expect(side.get_by_text("See https://example.com/parcels?a=1&b=2. Is it yours?")).to_be_visible()

    chat.get_by_role("textbox", name="Message").fill("My parcel is late")
    chat.get_by_role("button", name="Send").click()
    expect(ada.get_by_role("log", name="Messages").get_by_text("My parcel is late")).to_be_visible()

    vera.reload()
    said = vera.frame_locator("iframe[title=Chat]").get_by_role("log", name="Conversation")
    expect(said.get_by_text("My parcel is late")).to_be_visible()
    texts = said.inner_text()
    order = ["How much does shipping cost?", "Can I talk to a person?", "Ada joined", "Ada here", "My parcel is late"]
    assert [texts.index(part) for part in order] == sorted(texts.index(part) for part in order)

    ada.get_by_role("button", name="Hand back to AI").click()
    expect(said.get_by_text("The AI is back")).to_be_visible()
    ada.get_by_role("button", name="Resolve").click()
    expect(said.get_by_text("marked this chat as resolved")).to_be_visible()
    eventually(lambda: {r.json["event"] for r in sides.hook.got} >= {"escalation.created", "escalation.claimed"})


def test_every_notice_arrives_when_the_server_dies_before_it_is_sent(browser: Browser, mortal: Sides) -> None:
    sides = mortal
    ada = browser.new_context().new_page()
    connect(ada, sides)
    sides.hook.got.clear()
    sides.hook.answer = lambda _: (503, {})
    vera = browser.new_context(locale="en-GB").new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    vera.get_by_role("button", name="Talk to a human").click()
    vera.get_by_role("textbox", name="Email address").fill("vera@example.com")
    vera.get_by_role("button", name="Continue").click()
    expect(vera.get_by_text("We have told the team")).to_be_visible()
    sides.server.kill()
    before = [r.json["delivery_id"] for r in sides.hook.got]
    sides.hook.answer = lambda _: (200, {})
    sides.hook.got.clear()
    sides.server.start()
    arrived = eventually(lambda: sides.hook.got, seconds=60, what="the webhook after the restart")[0].json
    assert arrived["visitor"]["email"] == "vera@example.com"
    assert before == [] or arrived["delivery_id"] in before
    eventually(lambda: len(sides.mail.mails) >= 2, seconds=60, what="mails after the restart")
    expect(vera.get_by_text("Waiting for someone")).to_be_visible(timeout=30_000)


def test_what_is_typed_without_a_connection_arrives_once_and_in_order(browser: Browser, sides: Sides) -> None:
    context = browser.new_context(locale="en-GB")
    vera = context.new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    box = vera.get_by_role("textbox", name="Message")
    box.fill("first")
    box.press("Enter")
    expect(vera.locator("[data-client-id]").get_by_text("first")).to_be_visible()
    context.set_offline(True)
    for text in ("second", "third", "fourth"):
        box.fill(text)
        box.press("Enter")
    expect(vera.get_by_text("No connection")).to_be_visible()
    context.set_offline(False)
    expect(vera.locator("[data-client-id]").get_by_text("fourth")).to_be_visible(timeout=60_000)
    mine = [text.removeprefix("You: ") for text in vera.locator("[data-client-id]").all_inner_texts()]
    assert [text.split("\n")[-1] for text in mine] == ["first", "second", "third", "fourth"]


def test_an_overlong_message_is_refused_and_kept(browser: Browser, sides: Sides) -> None:
    vera = browser.new_context(locale="en-GB").new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    box = vera.get_by_role("textbox", name="Message")
    box.fill("x" * 4001)
    box.press("Enter")
    expect(vera.get_by_text("4,000 characters at most")).to_be_visible()
    expect(box).to_have_value("x" * 4001)


def test_the_visitor_reads_in_the_browsers_language(browser: Browser, sides: Sides) -> None:
    vera = browser.new_context(locale="de-DE").new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    expect(vera.get_by_role("button", name="Mit einem Menschen sprechen")).to_be_visible()
    expect(vera.locator("html")).to_have_attribute("lang", "de")


def test_the_page_says_who_its_visitor_is_and_nobody_types_it(browser: Browser, sides: Sides) -> None:
    vera = browser.new_context(locale="en-GB").new_page()
    chat = in_widget(vera, sides.url)
    expect(chat.get_by_role("log", name="Conversation")).to_be_visible()
    vera.evaluate("Handoff.identify({ email: 'vera@example.com', name: 'Vera Vogel' })")
    chat.get_by_role("button", name="Talk to a human").click()
    expect(chat.get_by_text("We have told the team")).to_be_visible()
    expect(chat.get_by_role("textbox", name="Email address")).to_have_count(0)


def test_the_widgets_menu_and_composer_say_what_they_do(browser: Browser, sides: Sides) -> None:
    vera = browser.new_context().new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    menu, recent = vera.get_by_role("button", name="Menu"), vera.get_by_role("button", name="Recent chats")
    vera.get_by_role("textbox", name="Message").fill("I want to talk to a human")
    vera.get_by_role("button", name="Send", exact=True).click()
    expect(vera.get_by_role("textbox", name="Email address")).to_be_visible()
    for close in (
        lambda: vera.keyboard.press("Escape"),
        lambda: vera.get_by_role("textbox", name="Message").click(),
        lambda: vera.get_by_role("button", name="Start new chat").click(),
    ):
        menu.click()
        expect(menu).to_have_attribute("aria-expanded", "true")
        recent.click()
        expect(recent).to_have_attribute("aria-expanded", "true")
        close()
        expect(recent).to_be_hidden()
        expect(menu).to_have_attribute("aria-expanded", "false")
    vera.wait_for_timeout(700)  # since the last message; sooner it is the second half of a double click
    vera.get_by_role("button", name="Send", exact=True).click()
    expect(vera.get_by_text("Write something first.")).to_be_visible()
    vera.get_by_role("textbox", name="Message").fill("👋" * 2500)
    expect(vera.get_by_text("Write something first.")).to_be_hidden()
    vera.get_by_role("button", name="Send", exact=True).click()
    expect(vera.get_by_role("log", name="Conversation").get_by_text("👋👋")).to_be_visible()


def test_a_slow_line_brings_the_script_late_and_the_chat_opens_all_the_same(browser: Browser, sides: Sides) -> None:
    vera, held = browser.new_context(locale="en-GB").new_page(), list[Route]()
    vera.route("**/chat.js", lambda route: held.append(route))
    vera.goto(f"{sides.url}/widget?layout=page", wait_until="commit")
    vera.wait_for_timeout(2_000)
    held[0].continue_()
    box = vera.get_by_role("textbox", name="Message")
    box.fill("How much does shipping cost?")
    box.press("Enter")
    expect(vera.get_by_role("log", name="Conversation").get_by_text("4.90 €").first).to_be_visible()


def test_who_opens_the_chat_may_write_at_once(browser: Browser, sides: Sides) -> None:
    vera = browser.new_context(locale="en-GB").new_page()
    vera.goto(f"{sides.url}/")
    vera.get_by_role("button", name="Open chat").click()
    expect(vera.frame_locator("iframe[title=Chat]").get_by_role("textbox", name="Message")).to_be_focused()


def test_where_storage_is_denied_the_chat_works_all_the_same(browser: Browser, sides: Sides) -> None:
    """As browsers deny it to a frame of another site; what is said lives as long as the tab."""
    context = browser.new_context(locale="en-GB")
    denied = "get() { throw new DOMException('denied', 'SecurityError'); }, configurable: true"
    for name in ("localStorage", "sessionStorage"):
        context.add_init_script(f"Object.defineProperty(self, '{name}', {{ {denied} }});")
    vera = context.new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    box = vera.get_by_role("textbox", name="Message")
    box.fill("How much does shipping cost?")
    box.press("Enter")
    expect(vera.get_by_role("log", name="Conversation").get_by_text("4.90 €").first).to_be_visible()
    vera.get_by_role("button", name="Talk to a human").click()
    expect(vera.get_by_role("textbox", name="Email address")).to_be_visible()
