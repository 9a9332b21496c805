"""Websites and documents: what is read of them, and what is not."""

import gzip
import io
import zipfile
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from handoff_app import net
from handoff_app.config import config
from handoff_app.domain import knowledge, removed, sources
from handoff_app.domain.models import Article, Reading, Source, now
from handoff_app.domain.settings import BadValue
from handoff_app.reading import documents, pages
from handoff_app.reading.pages import same_site
from handoff_app.reading.web import MOST_BYTES, MOST_PAGES, Crawl, Page
from handoff_app.worker import websites
from tests.conftest import World
from tests.website import Website, page

RETURNS = "You can return anything within 60 days, and we pay for the way back."


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Website:
    monkeypatch.setenv("HANDOFF_ALLOW_PRIVATE_URLS", "1")
    monkeypatch.setattr("handoff_app.reading.web.PAUSE", 0.0)
    config.cache_clear()
    site = Website()
    site.pages = {
        "/": page("Acme", "We make tents.", "/returns", "/boots?utm_source=x#top", "https://other.example/", "/a.zip"),
        "/returns": page("Returns", RETURNS, "/"),
        "/boots": page("Boots", "Boots run half a size small, so take a larger one.", "/gone"),
        "/a.zip": (200, {"Content-Type": "application/zip"}, b"PK"),
    }
    return site


async def read(site: Website, kind: str = "site", path: str = "/") -> tuple[list[Page], Crawl]:
    crawl = Crawl(site.url + path, kind)
    return [one async for one in crawl.pages()], crawl


async def test_a_site_is_read_and_no_other(shop: Website) -> None:
    found, crawl = await read(shop)
    assert [one.url.removeprefix(shop.url) for one in found] == ["/", "/returns", "/boots"]
    assert RETURNS in found[1].text
    assert found[1].text.startswith("# Returns")
    assert "cookies" not in found[1].text
    assert crawl.gone == {f"{shop.url}/gone"}
    assert crawl.complete


async def test_one_page_is_one_page(shop: Website) -> None:
    found, crawl = await read(shop, "page", "/returns")
    assert [one.title for one in found] == ["Returns"]
    assert set(shop.asked) == {"/robots.txt", "/returns"}
    assert not crawl.complete


async def test_a_sitemap_of_sitemaps_packed_or_not(shop: Website) -> None:
    def listed(tag: str, *paths: str) -> str:
        locations = "".join(f"<x><loc> {shop.url}{path} </loc></x>" for path in paths)
        return f'<?xml version="1.0"?><{tag} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</{tag}>'

    shop.pages["/sitemap.xml"] = listed("sitemapindex", "/one.xml.gz", "/two.xml", "/missing.xml")
    shop.pages["/one.xml.gz"] = (
        200,
        {"Content-Type": "application/gzip"},
        gzip.compress(listed("urlset", "/returns").encode()),
    )
    shop.pages["/two.xml"] = listed("urlset", "/boots", "/returns").replace(
        "<x>", "<x><loc>https://evil.example/</loc></x><x>", 1
    )
    found, crawl = await read(shop, "sitemap", "/sitemap.xml")
    assert [one.title for one in found] == ["Returns", "Boots"]
    assert not crawl.complete


@pytest.mark.parametrize(
    "sitemap",
    [
        b"not xml",
        b"",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><urlset><loc>&b;</loc></urlset>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>&f;</loc></url></urlset>',
        gzip.compress(b"0" * 100_000_000),
    ],
)
async def test_a_hostile_sitemap_gives_nothing(shop: Website, sitemap: bytes) -> None:
    shop.pages["/sitemap.xml"] = sitemap
    assert (await read(shop, "sitemap", "/sitemap.xml"))[0] == []


@pytest.mark.parametrize(
    ("robots", "read_too"),
    [
        ("User-agent: *\nDisallow: /returns", {"/", "/boots"}),
        ("User-agent: Handoff\nDisallow: /\nAllow: /$", {"/"}),
        ((404, {}, ""), {"/", "/returns", "/boots"}),
        ((403, {}, ""), {"/", "/returns", "/boots"}),
        ((503, {}, ""), set()),
    ],
)
async def test_robots_are_obeyed(shop: Website, robots: object, read_too: set[str]) -> None:
    shop.pages["/robots.txt"] = robots
    found, crawl = await read(shop)
    assert {one.url.removeprefix(shop.url) for one in found} == read_too
    assert bool(crawl.said) != bool(read_too) or "robots" in crawl.said or crawl.gone


async def test_what_keeps_a_site_from_being_read_is_said(shop: Website) -> None:
    shop.pages["/robots.txt"] = (503, {}, "")
    assert (await read(shop))[1].said == "/robots.txt answered 503."
    nobody = Crawl("http://127.0.0.1:9/", "site")
    assert [one async for one in nobody.pages()] == []
    assert nobody.said.startswith("127.0.0.1:9 ")


async def test_what_is_no_page_hides_no_failure(shop: Website) -> None:
    shop.pages["/"] = page("Acme", "We make tents.", "/broken", "/photo.jpg")
    shop.pages["/broken"] = (500, {}, "")
    shop.pages["/photo.jpg"] = (200, {"Content-Type": "image/jpeg"}, "x")
    _, crawl = await read(shop)
    assert (crawl.failed, crawl.said) == (1, "/broken answered 500.")


async def test_a_short_page_is_read_without_what_stands_around_it(shop: Website) -> None:
    shop.pages["/"] = """<title>Toboggans</title><header><a>Home</a> <a>Shop</a></header><nav><ul><li>Cart</ul></nav>
        <div class="cookie-bar"><p>We use cookies.</p><button>Accept all</button></div>
        <main><h1>Toboggan hire</h1><p>A toboggan costs 6 € an hour.</p>
        <table><tr><th>Day<th>Open</tr><tr><td>Monday<td>9-18</tr></table></main><footer><p>Imprint</p></footer>"""
    (found,), _ = await read(shop, "page")
    assert found.text == "# Toboggan hire\n\nA toboggan costs 6 € an hour.\n\nDay Open\n\nMonday 9-18"


def test_a_page_that_knows_of_cookies_is_read_all_the_same() -> None:
    html = "<body class='cookies-not-set'><div><h1>Sledges</h1><p>A sledge costs 4 € an hour.</p></div></body>"
    assert pages.read(html).text == "# Sledges\n\nA sledge costs 4 € an hour."


def test_a_short_page_without_paragraphs_loses_nothing() -> None:
    html = "<body><h1>Opening hours</h1><div>Our workshop is open on Mondays from nine to six.</div></body>"
    assert "open on Mondays from nine to six" in pages.read(html).text


async def test_what_asks_not_to_be_read_is_not_but_leads_on(shop: Website) -> None:
    shop.pages["/"] = page("Acme", "We make tents.", "/returns", head='<meta name="robots" content="noindex">')
    assert [one.title for one in (await read(shop))[0]] == ["Returns"]


async def test_one_page_under_two_addresses_is_one(shop: Website) -> None:
    shop.pages["/returns?from=menu"] = page("Returns", RETURNS, head='<link rel="canonical" href="/returns">')
    shop.pages["/"] = page("Acme", "We make tents.", "/returns?from=menu", "/returns")
    found, _ = await read(shop)
    assert [one.url.removeprefix(shop.url) for one in found] == ["/", "/returns"]


async def test_an_endless_site_ends(shop: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(dict[str, object]):
        def get(self, path: str, default: object = None) -> object:
            day = int(path.rpartition("/")[2] or 0) if path != "/robots.txt" else -1
            return (
                page(f"Day {day}", f"What happened on day {day}.", f"/{day + 1}", f"/{day + 2}")
                if day >= 0
                else default
            )

    monkeypatch.setattr("handoff_app.reading.web.MOST_PAGES", 12)
    shop.pages = Endless()
    crawl = Crawl(shop.url, "site", most=12)
    assert len([one async for one in crawl.pages()]) == 12
    assert not crawl.complete
    assert MOST_PAGES == 200


async def test_a_redirect_is_judged_and_followed(shop: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.pages["/old"] = (301, {"Location": "/returns"}, "")
    shop.pages["/round"] = (302, {"Location": "/round"}, "")
    assert (await read(shop, "page", "/old"))[0][0].url == f"{shop.url}/returns"
    assert "circle" in (await read(shop, "page", "/round"))[1].said
    inside = Website()
    check = net.check_url
    monkeypatch.setattr(net, "check_url", lambda url: check(url) if inside.url not in url else _refuse())
    shop.pages["/inside"] = (302, {"Location": inside.url}, "")
    assert (await read(shop, "page", "/inside"))[0] == []
    assert inside.asked == []


async def test_a_redirect_leads_nowhere_that_robots_keep_closed(shop: Website) -> None:
    shop.pages["/robots.txt"] = "User-agent: *\nDisallow: /inside"
    shop.pages["/open"] = (302, {"Location": "/inside"}, "")
    shop.pages["/inside"] = page("Inside", "For staff only.")
    found, crawl = await read(shop, "page", "/open")
    assert (found, "robots" in crawl.said) == ([], True)


async def test_where_the_start_leads_its_own_robots_count(shop: Website) -> None:
    moved = Website()
    moved.pages["/"] = page("Acme", "We have moved, and make tents still.", "/private", "/tents")
    moved.pages["/private"], moved.pages["/tents"] = page("Private", "For staff only."), page("Tents", "For two.")
    moved.pages["/robots.txt"] = "User-agent: *\nDisallow: /private"
    shop.pages["/"] = (301, {"Location": f"{moved.url}/"}, "")
    found, _ = await read(shop)
    assert [one.title for one in found] == ["Acme", "Tents"]
    assert "/private" not in moved.asked


@pytest.mark.parametrize(
    ("sitemap", "why"),
    [
        ((500, {}, ""), "/sitemap.xml answered 500."),
        ("<html>Not found</html>", "/sitemap.xml is no sitemap, or an empty one."),
        (
            "<urlset><url><loc>https://shop.example/a</loc></url></urlset>",
            "/sitemap.xml lists pages of other sites only, such as shop.example.",
        ),
        ("<urlset><url><loc>{0}/boots</loc></url>" + " " * MOST_BYTES, "/sitemap.xml is too long"),
    ],
)
async def test_a_sitemap_that_is_of_no_use_says_why(shop: Website, sitemap: object, why: str) -> None:
    shop.pages["/sitemap.xml"] = sitemap.format(shop.url) if isinstance(sitemap, str) else sitemap
    _, crawl = await read(shop, "sitemap", "/sitemap.xml")
    assert crawl.failed
    assert why in crawl.said
    assert not crawl.complete


def test_a_host_is_the_same_site_with_www_and_without() -> None:
    assert same_site("https://www.acme.example/a", "http://ACME.example")
    assert not same_site("https://shop.acme.example/a", "https://acme.example")


def _refuse() -> str:
    raise net.Refused("This address is private.")


async def test_a_huge_or_packed_page_is_cut(shop: Website) -> None:
    shop.pages["/"] = page("Huge", RETURNS) + "x" * 5_000_000
    assert RETURNS in (await read(shop, "page"))[0][0].text
    shop.pages["/"] = (
        200,
        {"Content-Encoding": "gzip"},
        gzip.compress(page("Packed", RETURNS).encode() + b" " * 90_000_000),
    )
    assert RETURNS in (await read(shop, "page"))[0][0].text


async def work() -> None:
    while await websites.due():
        pass


async def test_what_is_read_becomes_articles_and_changes_with_the_site(world: World, shop: Website) -> None:
    world.do(lambda s: sources.add(s, shop.url, "site", 24) and None)
    await work()
    before = {a.url.removeprefix(shop.url): a for a in world.all(Article)}
    source = world.all(Source)[0]
    assert set(before) == {"/", "/returns", "/boots"}
    assert (source.state, source.read, source.owner) == (Reading.DONE, 3, "")
    assert source.due_at > now()
    world.do(knowledge.switch, before["/boots"].id, False)
    shop.pages["/returns"] = page("Returns", "You can return anything within 90 days now.", "/")
    del shop.pages["/boots"]
    world.do(sources.read_again, source.id)
    await work()
    after = {a.url.removeprefix(shop.url): a for a in world.all(Article)}
    assert set(after) == {"/", "/returns"}
    assert "90 days" in after["/returns"].text
    assert after["/"].updated_at == before["/"].updated_at
    world.do(sources.remove, source.id)
    assert not world.all(Article)


async def test_a_page_of_maintenance_does_not_cost_the_articles(world: World, shop: Website) -> None:
    world.do(lambda s: sources.add(s, shop.url, "site", 24) and None)
    await work()
    before = {a.url for a in world.all(Article)}
    shop.pages = {"/": page("Maintenance", "We are back soon. Please try again in an hour or two.")}
    world.do(sources.read_again, world.all(Source)[0].id)
    await work()
    assert {a.url for a in world.all(Article)} == before
    assert "Far fewer pages came" in world.all(Source)[0].said


async def test_what_was_deleted_here_stays_away_until_it_is_brought_back(world: World, shop: Website) -> None:
    world.do(lambda s: sources.add(s, shop.url, "site", 24) and None)
    await work()
    source = world.all(Source)[0]
    world.do(knowledge.remove, next(a.id for a in world.all(Article) if a.url == f"{shop.url}/boots"))
    world.do(sources.read_again, source.id)
    await work()
    assert {a.url.removeprefix(shop.url) for a in world.all(Article)} == {"/", "/returns"}
    assert world.all(Source)[0].left_out == [f"{shop.url}/boots"]
    world.do(sources.bring_back, source.id)
    await work()
    assert {a.url.removeprefix(shop.url) for a in world.all(Article)} == {"/", "/returns", "/boots"}


async def test_what_was_deleted_and_put_back_is_read_again(world: World, shop: Website) -> None:
    world.do(lambda s: sources.add(s, shop.url, "site", 24) and None)
    await work()
    held = world.do(removed.article, next(a.id for a in world.all(Article) if a.url == f"{shop.url}/boots"))
    world.do(removed.put_back, held)
    assert world.all(Source)[0].left_out == []
    shop.pages["/boots"] = page("Boots", "Our boots are made in Porto now.")
    world.do(sources.read_again, world.all(Source)[0].id)
    await work()
    assert ["Porto" in a.text for a in world.all(Article) if a.url == f"{shop.url}/boots"] == [True]


async def test_what_was_read_from_a_website_that_is_forgotten_is_put_back_as_written_here(
    world: World, shop: Website
) -> None:
    world.do(lambda s: sources.add(s, shop.url, "site", 24) and None)
    await work()
    held = world.do(removed.article, next(a.id for a in world.all(Article) if a.url == f"{shop.url}/boots"))
    world.do(sources.remove, world.all(Source)[0].id)
    world.do(removed.put_back, held)
    assert [(a.url, a.source_id) for a in world.all(Article)] == [(f"{shop.url}/boots", None)]


async def test_a_page_with_an_endless_title_becomes_an_article_that_can_be_edited(world: World, shop: Website) -> None:
    shop.pages["/"] = page("Boots " * 100, "We make boots.")
    world.do(lambda s: sources.add(s, shop.url, "page", 0) and None)
    await work()
    world.do(lambda s: knowledge.check(knowledge.draft(s, s.exec(select(Article.id)).one())) and None)


async def test_what_was_edited_here_outlives_every_reading(world: World, shop: Website) -> None:
    world.do(lambda s: sources.add(s, shop.url, "site", 24) and None)
    await work()
    source = world.all(Source)[0]
    for path in ("/returns", "/boots"):
        found = next(a for a in world.all(Article) if a.url == f"{shop.url}{path}")
        draft = replace(world.do(knowledge.draft, found.id), text=f"By hand: {path}")
        world.do(lambda s, d=draft: knowledge.save(s, d) and None)
    shop.pages["/returns"] = page("Returns", "You can return anything within 90 days now.", "/")
    del shop.pages["/boots"]
    world.do(sources.read_again, source.id)
    await work()
    kept = {a.url.removeprefix(shop.url): a.text for a in world.all(Article)}
    assert (kept["/returns"], kept["/boots"]) == ("By hand: /returns", "By hand: /boots")
    assert any("Edited here" in row.origin for row in world.do(knowledge.rows))
    world.do(sources.remove, source.id)
    assert {a.text for a in world.all(Article)} == {"By hand: /returns", "By hand: /boots"}


async def test_a_reading_that_died_is_begun_again_and_the_dead_one_writes_nothing(world: World, shop: Website) -> None:
    world.do(lambda s: sources.add(s, shop.url, "site", 0) and None)
    dead = world.do(sources.claim)
    assert world.do(sources.claim) is None
    world.do(_lease_ends)
    await work()
    nothing = sources.Progress(0, 0, "")
    assert not world.do(sources.keep, dead, f"{shop.url}/x", "X", "Too late", nothing)
    world.do(sources.done, dead, (), [f"{shop.url}/"], nothing)
    assert len(world.all(Article)) == 3


def _lease_ends(session: Session) -> None:
    session.exec(select(Source)).one().due_at = now()


async def test_a_site_that_cannot_be_read_says_why(world: World, shop: Website) -> None:
    world.do(lambda s: sources.add(s, f"{shop.url}/none", "page", 0) and None)
    await work()
    source = world.all(Source)[0]
    assert (source.state, source.said, source.due_at) == (Reading.FAILED, "/none does not exist.", None)


def test_a_website_is_listed_once(world: World) -> None:
    world.do(lambda s: sources.add(s, "https://acme.example/", "site", 0) and None)
    with pytest.raises(BadValue, match="on the list already"):
        world.do(sources.add, "https://acme.example/", "site", 24)
    with pytest.raises(BadValue):
        world.do(sources.add, "https://acme.example/", "everything", 24)


def docx(*paragraphs: tuple[str, str], padding: int = 0) -> bytes:
    """A Word document, made by hand: a style and a text for each paragraph."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    told = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}"><Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r" Type="{relation}" '
            'Target="word/document.xml"/></Relationships>',
        )
        styles = "".join(
            f'<w:style w:type="paragraph" w:styleId="{s}"><w:name w:val="{n}"/></w:style>'
            for s, n in (("Heading1", "heading 1"), ("Normal", "Normal"))
        )
        packed.writestr("word/styles.xml", f"<w:styles {space}>{styles}</w:styles>")
        packed.writestr("word/document.xml", f"<w:document {space}><w:body>{told}</w:body></w:document>")
        packed.writestr("word/media/bomb", b"0" * padding)
    return out.getvalue()


def pdf(text: str) -> bytes:
    """A PDF of one page, made by hand; empty text is a scan."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(out),
    )


@pytest.mark.parametrize(
    ("name", "content", "title", "text"),
    [
        ("returns.md", b"# Returns\n\nWithin 60 days.", "Returns", "# Returns\n\nWithin 60 days."),
        ("a.md", b"---\r\ntitle: 'Sizes'\r\ntags: [x]\r\n---\r\n\r\n# Boots\r\nSmall.", "Sizes", "# Boots\r\nSmall."),
        ("b.md", b"---\n\nNo settings.\n", "b", "---\n\nNo settings."),
        (
            "opening_hours.txt",
            "Montag bis Samstag, 10–18 Uhr. Schön, daß Sie kommen.".encode("cp1252"),
            "opening hours",
            "Schön",
        ),
        ("returns.html", page("Returns", RETURNS).encode(), "Returns", RETURNS),
        ("short.htm", b"<p>Yes.</p>", "short", "Yes."),
        ("guide.pdf", pdf("Pitch the tent on flat ground."), "guide", "Pitch the tent on flat ground."),
        ("guide.DOCX", docx(("Heading1", "Tents"), ("Normal", "Flat ground.")), "Tents", "# Tents\n\nFlat ground."),
    ],
)
def test_a_document_becomes_text(name: str, content: bytes, title: str, text: str) -> None:
    read = documents.read(name, content)
    assert read.title == title
    assert text in read.text


def test_each_word_of_a_document_stands_once() -> None:
    table = "<tr><td><p>Germany</p></td><td><p>4.90</p></td></tr>"
    listed = "<ul><li><p>Boots</p><ul><li><p>Leather</p></li></ul></li></ul><blockquote><p>So it is.</p></blockquote>"
    read = pages.whole(f"<h1>Rates</h1><table>{table}</table>{listed}")
    assert read.text.split("\n\n") == ["# Rates", "Germany 4.90", "- Boots", "- Leather", "So it is."]


def test_a_table_that_arranges_a_page_is_no_row() -> None:
    inner = "<table><tr><td>a</td><td>b</td></tr></table>"
    assert pages.whole(f"<table><tr><td><h1>Shop</h1>{inner}</td></tr></table>").text == "# Shop\n\na b"


def test_the_lines_of_a_pdf_are_sentences_again() -> None:
    lines = (
        "Pitch the tent on flat ground, away from ri-",
        "vers and trees, and use all pegs",
        "when it is windy.",
    )
    read = documents.read("guide.pdf", pdf(") Tj 0 -14 Td (".join((*lines, "1. Unpack"))))
    said = "Pitch the tent on flat ground, away from rivers and trees, and use all pegs when it is windy."
    assert read.text == f"{said}\n1. Unpack"


@pytest.mark.parametrize(
    "title", ["untitled", "Untitled-1", "Microsoft Word - guide.docx", "Document1", "guide_v2.indd"]
)
def test_what_a_program_wrote_as_the_title_of_a_pdf_is_none(title: str) -> None:
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(pdf("Flat ground."))))
    writer.add_metadata({"/Title": title})
    writer.write(out)
    assert documents.read("tent-guide.pdf", out.getvalue()).title == "tent guide"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("photo.png", b"\x89PNG", "of no kind that can be read"),
        ("guide.pdf", b"no pdf at all", "damaged"),
        ("guide.docx", b"PK no zip", "damaged"),
        ("guide.docx", docx(("Normal", "x"), padding=120_000_000), "unpacks to more"),
        ("guide.docx", docx(*[("Normal", "x" * 100)] * 40_000), "is too long"),
        ("scan.pdf", pdf(""), "no text in scan.pdf"),
        ("empty.md", b" \n", "no text in empty.md"),
        ("book.txt", b"word " * 50_000, "more than 200,000 characters"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, why: str) -> None:
    with pytest.raises(documents.Unreadable, match=why):
        documents.read(name, content)


def test_an_encrypted_pdf_asks_for_one_without_a_password() -> None:
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(pdf("Secret."))))
    writer.encrypt("s3cret", algorithm="RC4-128")
    writer.write(out)
    with pytest.raises(documents.Unreadable, match="password"):
        documents.read("secret.pdf", out.getvalue())


@pytest.mark.parametrize("content", [b"", b"<", b"\x00\xff", b"<p>" * 3000, b"<html><body></body></html>"])
def test_broken_html_is_read_as_far_as_it_goes(content: bytes) -> None:
    assert pages.read(content, "https://acme.example/").links == ()
