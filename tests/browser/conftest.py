"""One server with its other sides, and one Chromium, for all browser tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import chromium
from tests.fake_world import Mailbox, Receiver, _free_port, slack
from tests.serving import ADA, GRACE, Server


class Sides:
    """The server and everyone it talks to."""

    def __init__(self, folder: Path) -> None:
        self.mail, self.slack, self.hook = Mailbox(), slack(), Receiver().start()
        self.server = Server(
            folder,
            _free_port(),
            HANDOFF_SMTP_URL=self.mail.url,
            HANDOFF_SLACK_API_URL=f"{self.slack.url}/api/",
        )
        self.server.start()
        self.server.run("user", "add", GRACE[0], "--name", "Grace", "--password-stdin", typed=f"{GRACE[1]}\n")
        self.url = self.server.url


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    made = Sides(tmp_path_factory.mktemp("server"))
    yield made
    made.server.stop()
    made.mail.stop()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Sides]:
    """Sides of one's own, for a test that kills the server."""
    made = Sides(tmp_path)
    yield made
    made.server.stop()
    made.mail.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)  # a machine that does much else is slow, not wrong
    executable = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield launched
        launched.close()


@pytest.fixture(autouse=True)
def _tabs_closed(browser: Browser) -> Iterator[None]:
    """No tab outlives its test: it would go on calling, and load the machine for those that follow."""
    yield
    for context in browser.contexts:
        context.close()


def sign_in(page: Page, url: str, who: tuple[str, str] = ADA, then: str = "/inbox") -> None:
    """Through the form, as people do."""
    page.goto(f"{url}/login?next={then}")
    page.get_by_label("Email").fill(who[0])
    page.get_by_label("Password").fill(who[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}{then}")
