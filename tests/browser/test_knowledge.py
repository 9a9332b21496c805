"""The page of the articles: a question without an answer becomes an article that answers it."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Sides, sign_in
from tests.website import Website, page

QUESTION = "Do you hire out kayaks?"
ANSWER = "Yes, from 20 € a day, at our shop in Bremen."


def test_what_had_no_answer_is_answered_after_two_clicks(browser: Browser, sides: Sides) -> None:
    vera = browser.new_context().new_page()
    vera.goto(f"{sides.url}/widget?layout=page")
    say = vera.get_by_role("textbox", name="Message")
    log = vera.get_by_role("log", name="Conversation")
    say.fill(QUESTION)
    say.press("Enter")
    expect(vera.get_by_role("button", name="Yes, connect me")).to_be_visible()
    ada = browser.new_context().new_page()
    sign_in(ada, sides.url, then="/knowledge")
    row = ada.get_by_role("listitem").filter(has_text=QUESTION)
    row.get_by_role("button", name="Write answer").click()
    expect(ada.get_by_role("textbox", name="Title")).to_have_value(QUESTION)
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_text("Write the answer")).to_be_visible()
    ada.get_by_role("textbox", name="Answer").fill(ANSWER)
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_text("The AI answers from it now.")).to_be_visible()
    expect(row.get_by_role("button", name="Write answer")).to_have_count(0)
    say.fill("Can I hire a kayak?")
    say.press("Enter")
    expect(log.get_by_text(ANSWER)).to_be_visible()
    vera.get_by_role("button", name="This did not help").click()
    expect(vera.get_by_text("Thank you.")).to_be_visible()
    expect(ada.get_by_text("A visitor says that the answer was wrong")).to_be_visible()


def test_a_question_is_tried_and_an_article_switched_off(browser: Browser, sides: Sides) -> None:
    page = browser.new_context().new_page()
    sign_in(page, sides.url, then="/knowledge")
    page.get_by_label("Search articles").fill("Gift cards")
    page.get_by_label("Search articles").press("Enter")
    ask = page.get_by_role("textbox", name="Question")
    ask.fill("Do you sell gift cards?")
    ask.press("Enter")
    bench = page.get_by_role("complementary", name="Ask it")
    expect(bench.get_by_text("Answers.", exact=True)).to_be_visible()
    expect(bench.get_by_role("listitem").first).to_contain_text("Gift cards")
    page.get_by_role("switch", name="Answer from Gift cards").uncheck()
    ask.press("Enter")
    expect(bench.get_by_role("listitem").first).not_to_contain_text("Gift cards")
    page.get_by_role("switch", name="Answer from Gift cards").check()


def test_what_is_not_saved_is_not_left_without_a_question(browser: Browser, sides: Sides) -> None:
    """Playwright says no to a question that nobody waits for."""
    page = browser.new_context().new_page()
    sign_in(page, sides.url, then="/knowledge")
    page.get_by_role("button", name="New article").click()
    title = page.get_by_role("textbox", name="Title")
    title.fill("Half an article")
    row = page.get_by_role("listitem").filter(has_text="Gift cards").get_by_role("button", name="Gift cards").first
    row.click()
    expect(title).to_have_value("Half an article")
    page.once("dialog", lambda dialog: dialog.accept())
    row.click()
    expect(title).to_have_value("Gift cards")
    page.goto(f"{sides.url}/settings/ai")
    page.get_by_label("Sensitive topics").fill("data breach")
    expect(page.locator("[data-unsaved=true]")).to_have_count(1)
    page.get_by_role("link", name="Knowledge").first.click()
    expect(page.get_by_label("Sensitive topics")).to_have_value("data breach")


def test_articles_come_as_files_and_leave_as_files(browser: Browser, sides: Sides, tmp_path: Path) -> None:
    page = browser.new_context().new_page()
    sign_in(page, sides.url, then="/knowledge")
    (tmp_path / "climbing.md").write_text("# Climbing walls\n\nWe build climbing walls for gardens.\n")
    (tmp_path / "broken.jsonl").write_text("nonsense\n")
    page.get_by_label("Upload").set_input_files([tmp_path / "climbing.md", tmp_path / "broken.jsonl"])
    expect(page.get_by_text("1 article came from 2 files.")).to_be_visible()
    expect(page.get_by_text("Line 1 of broken.jsonl is not JSON.")).to_be_visible()
    expect(page.get_by_text("From climbing.md")).to_be_visible()
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()
    assert "Climbing walls" in Path(download.value.path()).read_text()


def test_a_website_is_read_while_one_looks_on(browser: Browser, sides: Sides) -> None:
    site = Website()
    site.pages = {
        "/": page("Kayak hire", "A kayak is 20 € a day.", "/rules", "/gone"),
        "/rules": page("Rules on the water", "Wear a life jacket at all times."),
    }
    ada = browser.new_context().new_page()
    sign_in(ada, sides.url, then="/knowledge")
    ada.get_by_role("button", name="Read a website").click()
    ada.get_by_label("Web address").fill("kayak")
    ada.get_by_role("button", name="Read", exact=True).click()
    expect(ada.get_by_text("This is not a web address.")).to_be_visible()
    ada.get_by_label("Web address").fill(site.url)
    ada.get_by_role("button", name="Read", exact=True).click()
    row = ada.get_by_role("region", name="Websites").get_by_role("listitem").filter(has_text=site.url)
    expect(row.get_by_text("2 pages, read")).to_be_visible()
    expect(ada.get_by_text("Read from")).to_have_count(2)
    ada.get_by_role("textbox", name="Question").fill("Do I have to wear a life jacket?")
    ada.get_by_role("button", name="Ask", exact=True).click()
    expect(ada.get_by_role("complementary", name="Ask it").get_by_text("Wear a life jacket").first).to_be_visible()
    row.get_by_role("button", name="Remove").click()
    expect(ada.get_by_text("Read from")).to_have_count(0)
