"""What a visitor's browser transfers until it can type, and the loader alone; compressed as the server sends it."""

import gzip
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.measure import free_port
from tests.browser.chromium import chromium
from tests.serving import ROOT, Server


def measure() -> dict[str, float]:
    """Kilobytes on the wire."""
    server = Server(Path(tempfile.mkdtemp()), free_port()).start()
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        session.send("Network.enable")
        page.goto(f"{server.url}/widget")
        page.get_by_role("textbox", name="Message").wait_for()
        total = sum(sizes) / 1024
        browser.close()
    server.stop()
    loader = len(gzip.compress((ROOT / "assets" / "widget.js").read_bytes(), 9)) / 1024
    return {"widget_until_typing_kb": total, "loader_gzip_kb": loader}
