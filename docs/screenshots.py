"""Every page at phone and desktop width, light and dark, after the same little story: `make screenshots`.

The pictures go to `screenshots/`; the few that the README shows go to `docs/images/`.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import chromium
from tests.browser.conftest import sign_in
from tests.fake_world import Receiver, _free_port
from tests.serving import GRACE, ROOT, Server

OUT = ROOT / "screenshots"
SHOWN = ("shop-desktop", "inbox-desktop", "widget-phone", "escalations-desktop")
SIZES = {"phone": (360, 740), "desktop": (1280, 860)}
PAGES = {
    "insights": "/insights",
    "knowledge": "/knowledge",
    "deliveries": "/deliveries",
    "escalations": "/settings/escalations",
    "notifications": "/settings/notifications",
    "ai": "/settings/ai",
    "localization": "/settings/localization",
    "login": "/login",
}


def main() -> None:
    """Play the story, then look at everything."""
    OUT.mkdir(exist_ok=True)
    server = Server(Path(tempfile.mkdtemp()), _free_port()).start()
    hook = Receiver().start()
    server.run("user", "add", GRACE[0], "--name", "Grace", "--password-stdin", typed=f"{GRACE[1]}\n")
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        connect(browser, server.url, hook.url)
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                view = {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "locale": "en-GB"}
                look(browser.new_context(**view), server.url, f"{size}{'-dark' if scheme == 'dark' else ''}")
        browser.close()
    server.stop()
    (ROOT / "docs" / "images").mkdir(exist_ok=True)
    for name in SHOWN:
        shutil.copy(OUT / f"{name}.png", ROOT / "docs" / "images" / f"{name}.png")


def connect(browser: Browser, url: str, hook: str) -> None:
    """Email and webhook on."""
    page = browser.new_page()
    sign_in(page, url, then="/settings/escalations")
    page.get_by_label("Escalation Notification Email(s)").fill("grace@acme.example; linus@acme.example")
    page.get_by_role("switch", name="Enable Email Notifications").check()
    page.get_by_label("Webhook URL").fill(f"{hook}/hooks/handoff")
    page.get_by_role("switch", name="Enable Webhook Notifications").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.close()


def look(context: object, url: str, suffix: str) -> None:
    """The visitor's pages, then the team's."""
    vera: Page = context.new_page()
    vera.goto(url)
    vera.wait_for_load_state("networkidle")
    vera.get_by_role("button", name="Open chat").click()
    chat = vera.frame_locator("iframe[title=Chat]")
    chat.get_by_role("textbox", name="Message").wait_for()
    vera.wait_for_timeout(500)
    vera.screenshot(path=OUT / f"shop-{suffix}.png")
    for text in ("Can I return worn boots?", "Can you repair a pole on a tent from 2014?"):
        chat.get_by_role("textbox", name="Message").fill(text)
        chat.get_by_role("button", name="Send").click()
        vera.wait_for_timeout(1500)
    vera.screenshot(path=OUT / f"widget-{suffix}.png")
    chat.get_by_role("textbox", name="Message").fill("Can I talk to a person?")
    chat.get_by_role("button", name="Send").click()
    chat.get_by_role("textbox", name="Email address").fill("vera@example")
    chat.get_by_role("button", name="Continue").click()
    vera.wait_for_timeout(500)
    vera.screenshot(path=OUT / f"widget-email-{suffix}.png")
    chat.get_by_role("textbox", name="Email address").fill("vera@example.com")
    chat.get_by_role("button", name="Continue").click()
    vera.wait_for_timeout(700)
    vera.screenshot(path=OUT / f"widget-waiting-{suffix}.png")
    grace: Page = context.new_page()
    sign_in(grace, url)
    grace.get_by_role("list", name="Conversations").get_by_role("link").first.wait_for()
    grace.screenshot(path=OUT / f"inbox-list-{suffix}.png")
    grace.get_by_role("list", name="Conversations").get_by_role("link").first.click()
    grace.get_by_role("textbox", name="Reply").fill("Hi Vera, could you send me a photo of the break?")
    grace.get_by_role("button", name="Send").click()
    grace.wait_for_timeout(800)
    grace.screenshot(path=OUT / f"inbox-{suffix}.png")
    vera.bring_to_front()
    vera.screenshot(path=OUT / f"widget-live-{suffix}.png")
    for name, path in PAGES.items():
        grace.goto(url + path)
        grace.wait_for_load_state("networkidle")
        grace.wait_for_timeout(400)
        grace.screenshot(path=OUT / f"{name}-{suffix}.png")


if __name__ == "__main__":
    main()
