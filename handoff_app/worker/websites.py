"""Websites that articles are read from, page by page."""

import logging

from handoff_app import net
from handoff_app.db import transact
from handoff_app.domain import sources
from handoff_app.reading import web

log = logging.getLogger(__name__)


async def due() -> int:
    """One website, page by page. What this worker leaves unfinished is begun again when its lease ends."""
    source = await transact(sources.claim)
    if source is None:
        return 0
    crawl, kept, said = web.Crawl(source.url, source.kind), set[str](), ""
    try:
        async for page in crawl.pages():
            kept.add(page.url)
            if not await transact(sources.keep, source, page.url, page.title, page.text, _progress(crawl)):
                return 1  # it was removed, or another worker has it
    except net.Refused as error:
        said = str(error)
    except Exception:
        log.exception("reading %s failed", source.url)
        said = "Something went wrong while it was read. The server's log tells what."
    await transact(sources.done, source, kept if crawl.complete else (), crawl.gone, _progress(crawl, said))
    return 1


def _progress(crawl: web.Crawl, said: str = "") -> sources.Progress:
    return sources.Progress(crawl.found, crawl.failed, said or crawl.said)
