"""What is typed and sent stays where it belongs: over slow lines, restarts, other tabs and other people."""

from collections.abc import Callable

from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.browser.conftest import Sides, sign_in
from tests.serving import ADA, GRACE


class Line:
    """A page's socket: what the page sends can be held back, and let go in its order."""

    def __init__(self, page: Page) -> None:
        self._held: list[Callable[[], None]] | None = None
        page.route_web_socket("**/_event/**", self._route)

    def hold(self) -> None:
        self._held = []

    def release(self) -> None:
        held, self._held = self._held or [], None
        for send in held:
            send()

    def _route(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def passed(said: str | bytes) -> None:
            if self._held is None:
                server.send(said)
            else:
                self._held.append(lambda: server.send(said))

        page.on_message(passed)
        server.on_message(page.send)


def visitor(browser: Browser, sides: Sides, says: str) -> Page:
    """A visitor in a browser of their own, who has said something."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{sides.url}/widget?layout=page")
    say(page, "Message", says)
    expect(page.locator("[data-client-id]").get_by_text(says)).to_be_visible()
    return page


def say(page: Page, where: str, text: str) -> None:
    page.get_by_role("textbox", name=where).fill(text)
    page.get_by_role("textbox", name=where).press("Enter")


def row(agent: Page, visitor: Page) -> Locator:
    """The visitor's conversation in the agent's list."""
    id = visitor.locator("form[data-composer]").get_attribute("data-composer")
    return agent.get_by_role("list", name="Conversations").locator(f"a[href='/inbox/{id}']")


def test_a_reply_goes_where_it_was_written_though_another_conversation_was_clicked(
    browser: Browser, sides: Sides
) -> None:
    vera, walt = visitor(browser, sides, "Vera is here"), visitor(browser, sides, "Walt is here")
    ada = browser.new_context().new_page()
    line = Line(ada)
    sign_in(ada, sides.url)
    row(ada, vera).click()
    log = ada.get_by_role("log", name="Messages")
    expect(log.get_by_text("Vera is here")).to_be_visible()
    ada.get_by_role("textbox", name="Reply").fill("This is for Vera")
    line.hold()
    row(ada, walt).click()
    ada.get_by_role("textbox", name="Reply").press("Enter")
    ada.get_by_role("button", name="Resolve").click()
    line.release()
    expect(vera.get_by_text("This is for Vera")).to_be_visible()
    expect(vera.get_by_text("marked this chat as resolved")).to_be_visible()
    expect(log.get_by_text("Walt is here")).to_be_visible()
    row(ada, vera).click()
    expect(log.get_by_text("This is for Vera")).to_have_count(1)
    expect(walt.get_by_text("This is for Vera")).to_have_count(0)
    expect(walt.get_by_text("Ada joined the chat")).to_have_count(0)
    expect(walt.get_by_text("marked this chat as resolved")).to_have_count(0)


def test_a_visitors_message_goes_where_it_was_written_though_another_chat_was_chosen(
    browser: Browser, sides: Sides
) -> None:
    vera = browser.new_context(locale="en-GB").new_page()
    line = Line(vera)
    vera.goto(f"{sides.url}/widget?layout=page")
    log = vera.get_by_role("log", name="Conversation")
    say(vera, "Message", "the first chat")
    expect(log.get_by_text("the first chat")).to_be_visible()
    vera.get_by_role("button", name="Menu").click()
    vera.get_by_role("textbox", name="Message").evaluate("field => field.value = 'still the first chat'")
    line.hold()
    vera.get_by_role("button", name="Start new chat").click()
    vera.get_by_role("textbox", name="Message").press("Enter")
    line.release()
    expect(log.get_by_text("the first chat")).to_have_count(0)
    vera.get_by_role("button", name="Menu").click()
    vera.get_by_role("button", name="Recent chats").click()
    vera.locator("button[aria-current=false]").first.click()
    expect(log.get_by_text("still the first chat")).to_have_count(1)


def test_a_restart_leaves_what_is_half_written_where_it_is(browser: Browser, mortal: Sides) -> None:
    vera = visitor(browser, mortal, "Hello from Vera")
    ada = browser.new_context().new_page()
    sign_in(ada, mortal.url)
    row(ada, vera).click()
    boxes = {
        ada.get_by_role("textbox", name="Reply"): "Half an answer",
        vera.get_by_role("textbox", name="Message"): "Half a question",
    }
    for box, text in boxes.items():
        box.press_sequentially(text)
    mortal.server.kill()
    mortal.server.start()
    for page, log in ((ada, "Messages"), (vera, "Conversation")):
        expect(page.get_by_role("log", name=log).get_by_text("Hello from Vera")).to_be_visible(timeout=30_000)
    for box, text in boxes.items():
        box.page.wait_for_timeout(2000)
        expect(box).to_have_value(text)
        expect(box).to_be_focused()


def test_who_signs_out_in_one_tab_is_told_in_the_other_and_nobody_else_sends_for_them(
    browser: Browser, sides: Sides
) -> None:
    xenia = visitor(browser, sides, "Hello from Xenia")
    context = browser.new_context()
    one, two = context.new_page(), context.new_page()
    sign_in(one, sides.url, GRACE)
    row(one, xenia).click()
    log = one.get_by_role("log", name="Messages")
    expect(log.get_by_text("Hello from Xenia")).to_be_visible()
    two.goto(f"{sides.url}/inbox")
    two.get_by_label("Your account").first.click()
    two.get_by_role("button", name="Sign out").first.click()
    expect(one.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(one.get_by_text("Hello from Xenia")).to_have_count(0)
    one.get_by_role("link", name="Sign in").click()
    one.get_by_label("Email").fill(ADA[0])
    one.get_by_label("Password").fill(ADA[1])
    one.get_by_role("button", name="Sign in").click()
    expect(log.get_by_text("Hello from Xenia")).to_be_visible()


def test_what_a_signed_out_agent_sends_waits_for_them(browser: Browser, sides: Sides) -> None:
    yuri = visitor(browser, sides, "Hello from Yuri")
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, sides.url, GRACE)
    row(page, yuri).click()
    expect(page.get_by_role("log", name="Messages").get_by_text("Hello from Yuri")).to_be_visible()
    address = page.url
    context.set_offline(True)
    say(page, "Reply", "Grace is on it")
    expect(page.get_by_text("Waiting for the connection").first).to_be_visible()
    context.request.post(f"{sides.url}/api/auth/sign-out", headers={"Origin": sides.url})
    context.set_offline(False)
    sign_in(page, sides.url, ADA, then=address.removeprefix(sides.url))
    expect(page.get_by_role("log", name="Messages").get_by_text("Hello from Yuri")).to_be_visible()
    page.wait_for_timeout(2000)
    expect(yuri.get_by_text("Grace is on it")).to_have_count(0)
    expect(yuri.get_by_text("Ada joined the chat")).to_have_count(0)
    context.clear_cookies()
    sign_in(page, sides.url, GRACE, then=address.removeprefix(sides.url))
    expect(yuri.get_by_text("Grace is on it")).to_have_count(1)


def test_a_chat_that_is_deleted_in_one_tab_gives_way_in_the_other(browser: Browser, sides: Sides) -> None:
    context = browser.new_context(locale="en-GB")
    one, two = context.new_page(), context.new_page()
    for page in (one, two):
        page.goto(f"{sides.url}/widget?layout=page")
    say(one, "Message", "to be deleted")
    log = two.get_by_role("log", name="Conversation")
    expect(log.get_by_text("to be deleted")).to_be_visible()
    two.get_by_role("textbox", name="Message").fill("half a question")
    one.get_by_role("button", name="Menu").click()
    one.get_by_role("button", name="Delete chat").click()
    expect(log.get_by_text("to be deleted")).to_have_count(0)
    expect(two.get_by_role("textbox", name="Message")).to_have_value("half a question")
    two.get_by_role("textbox", name="Message").press("Enter")
    for page in (one, two):
        expect(page.locator("[data-client-id]").get_by_text("half a question")).to_be_visible()
