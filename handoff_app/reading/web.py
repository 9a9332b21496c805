"""Websites: one page, the pages of a sitemap, or a whole site, as their robots.txt allows."""

import asyncio
import zlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from httpx import HTTPError

from handoff_app import net
from handoff_app.reading import pages

KINDS: Final = ("page", "sitemap", "site")
MOST_PAGES: Final = 200
MOST_VISITS: Final = 1_000  # addresses asked for, also those that are no page
MOST_SITEMAPS: Final = 20
MOST_BYTES: Final = 2 * 1024 * 1024
PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between two requests, and what a site may ask for at most
GONE: Final = frozenset({404, 410})
_FORBIDDEN: Final = "Its robots.txt does not allow it to be read."


@dataclass(frozen=True)
class Page:
    """One page that was read."""

    url: str
    title: str
    text: str


class Crawl:
    """Reads one page after the other. What was found, failed and is gone can be asked at any time.

    `complete` says in the end that nothing was left out: then a page that did not come is not there any more.
    """

    def __init__(self, url: str, kind: str, most: int = MOST_PAGES) -> None:
        self._start, self._kind, self._most = pages.tidy(url), kind, most
        self._todo: deque[str] = deque()
        self._seen: set[str] = set()
        self._kept: set[str] = set()
        self._robots: Any = None
        self._pause = PAUSE
        self._cut = False  # whether there was more than may be read
        self._unruly = ""  # why its robots.txt could not be had
        self._skipped = self._trouble = ""
        self.found = self.failed = 0
        self.gone: set[str] = set()
        self.complete = False

    @property
    def said(self) -> str:
        """Why the last page that failed did, or else why the last one that is none was passed over."""
        return self._trouble or self._skipped

    async def pages(self) -> AsyncIterator[Page]:
        """The pages, one by one. Raises `net.Refused` if the address itself may not be reached."""
        net.check_url(self._start)
        await self._obey()
        self._add([self._start] if self._kind != "sitemap" else [])
        for sitemap in self._sitemaps():
            self._add(await self._listed(sitemap))
        visits = 0
        while self._todo and len(self._kept) < self._most and visits < MOST_VISITS:
            url, visits = self._todo.popleft(), visits + 1
            page = await self._visit(url)
            if page is not None:
                self._kept.add(page.url)
                yield page
            await asyncio.sleep(self._pause)
        self.complete = not self._todo and not self.failed and not self._cut and self._kind != "page"

    def _sitemaps(self) -> list[str]:
        if self._kind == "sitemap":
            return [self._start]
        named = list(self._robots.sitemaps) if self._kind == "site" and self._robots else []
        return [url for url in named if pages.same_site(url, self._start)]

    async def _visit(self, url: str) -> Page | None:
        """The page, or None if it is none, is not wanted, or cannot be had: `said` tells why."""
        if not self._allowed(url):
            self._skipped = self._unruly or _FORBIDDEN
            return None
        answer = await self._get(url)
        if answer is None:
            return None
        if answer.status in GONE:
            self.gone.add(url)
            self._skipped = f"{urlsplit(url).path} does not exist."
            return None
        if answer.status != 200:
            self._missed(f"{urlsplit(url).path} answered {answer.status}.")
            return None
        landed = pages.tidy(answer.url)
        if landed != url and not await self._may_land(landed):
            return None
        return await self._kept_of(landed, answer)

    async def _may_land(self, url: str) -> bool:
        """Whether a redirection may lead here. Only the start may lead to another site: then its robots.txt counts."""
        if not pages.same_site(url, self._start):
            if self._seen != {self._start}:
                return False
            self._start = url
            await self._obey()
        if not self._allowed(url):
            self._skipped = self._unruly or _FORBIDDEN
            return False
        return True

    async def _kept_of(self, url: str, answer: net.Got) -> Page | None:
        if "html" not in answer.headers.get("content-type", "html"):
            self._skipped = "It is no web page."
            return None
        html = await asyncio.to_thread(pages.read, answer.body, url)
        if self._kind == "site":
            self._add(link for link in html.links if pages.same_site(link, self._start))
        canonical = html.canonical if html.canonical and pages.same_site(html.canonical, url) else url
        if html.unwanted or not html.text or canonical in self._kept:
            self._skipped = "It asks not to be read." if html.unwanted else "There is no text on it."
            return None
        return Page(canonical, html.title or urlsplit(canonical).path, html.text)

    async def _obey(self) -> None:
        """Read robots.txt (RFC 9309): without one all is allowed; if it cannot be had, nothing is."""
        from protego import Protego

        parts, self._unruly = urlsplit(self._start), ""
        answer = await self._get(f"{parts.scheme}://{parts.netloc}/robots.txt")
        if answer is None or answer.status >= 500:
            self._unruly = f"/robots.txt answered {answer.status}." if answer else self._trouble
            self._robots = Protego.parse("User-agent: *\nDisallow: /")
        elif answer.status == 200:
            self._robots = Protego.parse(answer.body.decode("utf-8", "replace"))
            wanted = self._robots.crawl_delay("Handoff") or PAUSE
            self._pause = min(max(wanted, PAUSE), LONGEST_PAUSE)

    def _allowed(self, url: str) -> bool:
        return self._robots is None or bool(self._robots.can_fetch(url, "Handoff"))

    async def _listed(self, sitemap: str) -> list[str]:
        """The pages of a sitemap, and of the sitemaps that it lists."""
        todo: deque[str] = deque([sitemap])
        found: list[str] = []
        for _ in range(MOST_SITEMAPS):
            if not todo or len(found) >= MOST_VISITS:
                break
            url = todo.popleft()
            answer = await self._get(url)
            if answer is None:
                continue
            index, places = _locations(answer.body)
            here = [pages.tidy(place) for place in places if pages.same_site(place, self._start)]
            if trouble := _trouble(answer, places, here):
                self._missed(f"{urlsplit(url).path} {trouble}")
            (todo if index else found).extend(here)
        self._cut = self._cut or bool(todo)
        return found

    def _add(self, urls: Iterable[str]) -> None:
        for url in urls:
            if url in self._seen:
                continue
            if len(self._seen) >= MOST_VISITS:
                self._cut = True
                break
            self._seen.add(url)
            self._todo.append(url)
        self.found = len(self._seen)

    async def _get(self, url: str) -> net.Got | None:
        try:
            return await net.get(url, MOST_BYTES)
        except net.Refused as error:
            self._missed(str(error))
        except (HTTPError, TimeoutError, OSError) as error:
            self._missed(f"{urlsplit(url).netloc} {net.trouble(error)}.")
        return None

    def _missed(self, said: str) -> None:
        self.failed, self._trouble = self.failed + 1, said


def _trouble(answer: net.Got, places: Sequence[str], here: Sequence[str]) -> str:
    """What is wrong with a sitemap, after its name; nothing if it is as it should be."""
    if answer.status != 200:
        return f"answered {answer.status}."
    if not places:
        return "is no sitemap, or an empty one."
    if not here:
        return f"lists pages of other sites only, such as {urlsplit(places[0]).netloc}."
    return "is too long: only its beginning was read." if len(answer.body) >= MOST_BYTES else ""


def _locations(content: bytes) -> tuple[bool, list[str]]:
    """Whether this is an index of sitemaps, and the addresses in it; nothing from what is no sitemap."""
    from lxml import etree

    if content[:2] == b"\x1f\x8b":
        content = zlib.decompressobj(47).decompress(content, 8 * MOST_BYTES)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return False, []
    places = [" ".join(node.itertext()).strip() for node in root.iter("{*}loc")]
    return etree.QName(root).localname == "sitemapindex", [url for url in places if url.startswith("http")]
