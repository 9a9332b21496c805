"""What leaves Handoff, as an admin sees it: endpoints are made and mended, and what failed is sent again."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Sides, sign_in
from tests.fake_world import Receiver, eventually


def ask_for_human(browser: Browser, sides: Sides, question: str) -> None:
    vera = browser.new_context().new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    vera.get_by_role("textbox", name="Message").fill(question)
    vera.get_by_role("button", name="Send", exact=True).click()
    vera.get_by_role("button", name="Talk to a human").click()
    vera.get_by_role("textbox", name="Email address").fill("vera@example.com")
    vera.get_by_role("button", name="Continue").click()
    expect(vera.get_by_text("vera@example.com").first).to_be_visible()
    vera.close()


def add_endpoint(page: Page, url: str) -> None:
    page.get_by_role("button", name="Add endpoint").click()
    page.get_by_label("Address").fill(url)
    page.get_by_role("button", name="Save endpoint").click()


def test_what_failed_is_seen_with_its_tries_and_sent_again(browser: Browser, sides: Sides) -> None:
    hook = Receiver().start()
    hook.answer = lambda _: (410, {"why": "moved"})
    ada = browser.new_context().new_page()
    sign_in(ada, sides.url, then="/settings/notifications")
    add_endpoint(ada, f"{hook.url}/crm")
    expect(ada.get_by_text("whsec_").first).to_be_visible()
    ask_for_human(browser, sides, "Where is my parcel?")
    ada.goto(f"{sides.url}/inbox")
    expect(ada.get_by_text("One notice could not be delivered.")).to_be_visible()
    expect(ada.get_by_text("Webhook: answered 410: the endpoint is gone")).to_be_visible()
    ada.goto(f"{sides.url}/deliveries")
    ada.get_by_role("button", name="Failed", exact=True).click()
    row = ada.get_by_role("row").filter(has_text="Escalation created").filter(has_text="127.0.0.1")
    row.get_by_role("button", name="Tries of").click()
    expect(ada.get_by_text("answered 410").first).to_be_visible()
    expect(ada.get_by_text("Body as it was sent")).to_be_visible()
    row.get_by_role("button", name="Replay").click()
    expect(ada.get_by_text("Sending it again.")).to_be_visible()
    ada.get_by_role("button", name="Dismiss failed").click()
    expect(ada.get_by_text("The inbox does not warn of them any more.")).to_be_visible()
    expect(ada.get_by_role("button", name="Dismiss failed")).to_have_count(0)
    ada.goto(f"{sides.url}/inbox")
    expect(ada.get_by_role("heading", name="Inbox")).to_be_visible()
    expect(ada.get_by_text("One notice could not be delivered.")).to_have_count(0)
    hook.answer = lambda _: (200, {"ok": True})
    before = len(hook.got)
    ada.goto(f"{sides.url}/settings/notifications")
    ada.get_by_role("button", name="Switch on").click()
    expect(ada.get_by_text("It is on again.")).to_be_visible()
    ada.goto(f"{sides.url}/deliveries")
    ada.get_by_role("button", name="Replay failed").click()
    eventually(lambda: len(hook.got) > before)
    assert hook.got[-1].headers["webhook-id"] == hook.got[0].headers["webhook-id"]
    ada.get_by_role("button", name="Sent", exact=True).click()
    expect(row).to_have_count(1)


def test_an_environments_mail_server_is_named_and_a_test_goes_out(browser: Browser, sides: Sides) -> None:
    ada = browser.new_context().new_page()
    sign_in(ada, sides.url, then="/settings/notifications")
    expect(ada.get_by_text("HANDOFF_SMTP_URL").first).to_be_visible()
    before = len(sides.mail.mails)
    ada.get_by_role("button", name="Send test").first.click()
    eventually(lambda: len(sides.mail.mails) > before)
    expect(ada.get_by_text("Sent:").first).to_be_visible()
